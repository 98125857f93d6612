"""Evaluating `${…}`: walks an expression's syntax tree over a scope of plain values."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.expressions import Expression, ExpressionError, is_template, parse_template, place

MAX_ITEMS = 100_000
MAX_MAGNITUDE = 2**63
MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the data can give (`${steps}`, `${data.digit.classes}`)."""

    text: str

    def __repr__(self) -> str:
        return f"${{{self.text}}}"


Scope = Mapping[str, object]

_LITERALS: dict[str, object] = {"true": True, "false": False, "null": None}

_OPERATORS: dict[type[ast.AST], Callable[..., object]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.UAdd: operator.pos, ast.USub: operator.neg, ast.Not: operator.not_,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items, ast.NotIn: lambda item, items: item not in items,
}  # fmt: skip


def _range(*bounds: int) -> list[int]:
    numbers = range(*bounds)
    if len(numbers) > MAX_ITEMS:
        raise ValueError(f"range() would have {len(numbers)} items; the limit is {MAX_ITEMS}")
    return list(numbers)


_FUNCTIONS: dict[str, Callable[..., object]] = {
    "min": min, "max": max, "abs": abs, "round": round, "floor": math.floor, "ceil": math.ceil,
    "sqrt": math.sqrt, "log2": math.log2, "len": len, "range": _range, "sum": sum,
    "prod": math.prod, "int": int, "float": float, "str": str,
}  # fmt: skip


def evaluate(text: str, scope: Scope) -> object:
    """The value of a string: an expression's own value when it is one, else text with values put in.

    Raises:
        ExpressionError: an unknown name, or an operation that fails, at its place in the string.
    """
    parts = parse_template(text)
    if len(parts) == 1:
        return parts[0] if isinstance(parts[0], str) else _value(parts[0], scope)
    texts: list[str] = []
    for part in parts:
        value = part if isinstance(part, str) else _value(part, scope)
        if isinstance(value, Unknown):
            return Unknown(text)
        texts.append(value if isinstance(value, str) else _written(value))
    return "".join(texts)


def fill(value: object, scope: Scope) -> object:
    """A value with every string of it evaluated; mappings and lists are walked, keys are not."""
    if is_template(value):
        return evaluate(str(value), scope)
    if isinstance(value, list):
        return [fill(item, scope) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, scope) for key, item in value.items()}
    return value


def has_template(value: object) -> bool:
    """Whether a value holds an expression anywhere."""
    if isinstance(value, list):
        return any(has_template(item) for item in value)
    if isinstance(value, dict):
        return any(has_template(item) for item in value.values())
    return is_template(value)


def has_unknown(value: object) -> bool:
    """Whether a value still waits for the data anywhere."""
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    return isinstance(value, Unknown)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _value(expression: Expression, scope: Scope) -> object:
    return _Walk(expression, scope).value(expression.tree)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One evaluation: the expression (for places in errors) and the names that it can see."""

    expression: Expression
    scope: Scope

    def value(self, node: ast.expr) -> object:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._fact(node)
            case ast.List() | ast.Tuple():
                return self._apply(node, lambda *items: list(items), node.elts)
            case ast.BinOp():
                return self._apply(node, self._binary(node.op), [node.left, node.right])
            case ast.UnaryOp():
                return self._apply(node, _OPERATORS[type(node.op)], [node.operand])
            case ast.Call(func=ast.Name(id=name)):
                return self._apply(node, _FUNCTIONS[name], node.args)
            case ast.Subscript(slice=ast.Slice() as part):
                bounds = [bound or ast.Constant(None) for bound in (part.lower, part.upper, part.step)]
                take = lambda items, *cut: items[slice(*cut)]  # noqa: E731 - one line reads best here
                return self._apply(node, take, [node.value, *bounds])
            case ast.Subscript():
                return self._apply(node, operator.getitem, [node.value, node.slice])
            case _:
                return self._logic(node)

    def _logic(self, node: ast.expr) -> object:
        match node:
            case ast.BoolOp():
                stop_at = isinstance(node.op, ast.Or)
                value: object = None
                for operand in node.values:
                    value = self.value(operand)
                    if isinstance(value, Unknown) or bool(value) == stop_at:
                        return value
                return value
            case ast.IfExp():
                test = self.value(node.test)
                return test if isinstance(test, Unknown) else self.value(node.body if test else node.orelse)
            case ast.Compare():
                return self._compare(node)
        raise AssertionError(f"the parser let {type(node).__name__} through")

    def _compare(self, node: ast.Compare) -> object:
        left = node.left
        for operation, right in zip(node.ops, node.comparators, strict=True):
            value = self._apply(node, _OPERATORS[type(operation)], [left, right])
            if isinstance(value, Unknown) or not value:
                return value
            left = right
        return True

    def _name(self, node: ast.Name) -> object:
        if node.id in self.scope:
            return self.scope[node.id]
        if node.id in _LITERALS:
            return _LITERALS[node.id]
        known = [name for name in self.scope if name != "data"]
        mend = did_you_mean(node.id, known) or f"; there are {', '.join(known) or 'none'}"
        raise self._error(node, f'no parameter or loop variable is called "{node.id}"{mend}')

    def _fact(self, node: ast.Attribute) -> object:
        owner = self.value(node.value)
        if isinstance(owner, Unknown):
            return Unknown(ast.unparse(node))
        if not isinstance(owner, Mapping) or node.attr not in owner:
            known = list(owner) if isinstance(owner, Mapping) else []
            mend = did_you_mean(node.attr, known) or f"; it knows {', '.join(map(str, known)) or 'nothing'}"
            raise self._error(node, f'the data knows no "{ast.unparse(node)}"{mend}')
        return owner[node.attr]

    def _binary(self, operation: ast.operator) -> Callable[..., object]:
        return _bounded_power if isinstance(operation, ast.Pow) else _OPERATORS[type(operation)]

    def _apply(self, node: ast.expr, function: Callable[..., object], operands: list[ast.expr]) -> object:
        values = [self.value(operand) for operand in operands]
        if any(isinstance(value, Unknown) for value in values):
            return Unknown(self.expression.text)
        try:
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
                _refuse_repetition(values)
            value = function(*values)
        except ZeroDivisionError:
            raise self._error(node, "this divides by zero") from None
        except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
            raise self._error(node, f"this cannot be computed: {error}") from None
        return self._bounded(node, value)

    def _bounded(self, node: ast.expr, value: object) -> object:
        if isinstance(value, int | float) and abs(value) > MAX_MAGNITUDE:
            raise self._error(node, "this number is beyond 2**63")
        if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
            raise self._error(node, "this is not a finite real number")
        limit = MAX_TEXT if isinstance(value, str) else MAX_ITEMS
        if isinstance(value, str | list) and len(value) > limit:
            what = "characters" if isinstance(value, str) else "items"
            raise self._error(node, f"this has {len(value)} {what}; the limit is {limit}")
        return value

    def _error(self, node: ast.AST, message: str) -> ExpressionError:
        return ExpressionError(message, *place(self.expression, node))


def _bounded_power(left: float, right: float) -> object:
    # Two short numbers can make one of a billion digits: bound the result before computing it.
    if abs(left) > 1 and right * math.log2(abs(left)) > 64:
        raise ValueError("the power is beyond 2**63")
    return left**right


def _refuse_repetition(values: list[object]) -> None:
    """`[0] * n` is fine, `[0] * 10**9` is not; checked before the memory is taken."""
    sizes = [len(value) for value in values if isinstance(value, str | list)]
    counts = [value for value in values if isinstance(value, int)]
    if sizes and counts and sizes[0] * counts[0] > MAX_ITEMS:
        raise ValueError(f"this would have {sizes[0] * counts[0]} items; the limit is {MAX_ITEMS}")
