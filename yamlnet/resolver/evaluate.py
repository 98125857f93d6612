"""Evaluating `${…}`: walks an expression's syntax tree over a scope of plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.expression_functions import CALLS
from yamlnet.resolver.expression_operators import BINARY, COMPARISONS, UNARY, Operation, cut, index
from yamlnet.resolver.expression_values import (
    MAX_ITEMS,
    Refusal,
    Waiting,
    Work,
    bounded,
    bounded_text,
    weight,
    written,
)
from yamlnet.resolver.expression_values import Unknown as Unknown
from yamlnet.schema import expression_tree as tree
from yamlnet.schema.expression_tree import ExpressionError, Node
from yamlnet.schema.expressions import Expression, is_template, parse_template

Scope = Mapping[str, object]

WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false", "none": "null", "nil": "null"}
"""What other languages call `true`, `false` and `null`."""


def evaluate(text: str, scope: Scope) -> object:
    """The value of a string: an expression's own value when it is one, else text with values put in.

    Raises:
        ExpressionError: an unknown name, or an operation that fails, at its place in the string.
    """
    parts = parse_template(text)
    work = Work()
    if len(parts) == 1:
        return parts[0] if isinstance(parts[0], str) else _value(parts[0], scope, work)
    texts: list[str] = []
    length = 0
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        value = _value(part, scope, work)
        if isinstance(value, Unknown):
            return Unknown(text)
        try:
            texts.append(_put_in(value, work))
            length += len(texts[-1])
            bounded_text(length)
        except Refusal as refused:
            raise _error(part.tree, str(refused)) from None
        except Waiting:
            return Unknown(text)
    return "".join(texts)


def has_template(value: object) -> bool:
    """Whether a value holds an expression anywhere."""
    if isinstance(value, list):
        return any(has_template(item) for item in value)
    if isinstance(value, dict):
        return any(has_template(item) for item in value.values())
    return is_template(value)


def _put_in(value: object, work: Work) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else written(value, work)


def _value(expression: Expression, scope: Scope, work: Work) -> object:
    root = expression.tree
    if isinstance(root, tree.Name) and root.name in scope:
        return scope[root.name]  # what stands alone was bounded where it was written
    value = _Walk(expression.text, scope, work).value(root)
    if not isinstance(value, list) or isinstance(root, tree.Fact):
        return value
    try:
        if weight(value, MAX_ITEMS) > MAX_ITEMS:
            raise Refusal(f"this has more than {MAX_ITEMS:,} items, lists in lists included")
    except Refusal as refused:
        raise _error(root, str(refused)) from None
    return value


def _error(node: Node, message: str) -> ExpressionError:
    return ExpressionError(message, node.start, node.end)


class _Walk(Struct, frozen=True):
    """One evaluation: the expression's text, the names that it can see, the work that it may do."""

    text: str
    scope: Scope
    work: Work

    def value(self, node: Node) -> object:
        match node:
            case tree.Name():
                return self._name(node)
            case tree.Literal():
                return node.value
            case tree.Binary():
                return self._apply(node, BINARY[node.operator], (node.left, node.right))
            case tree.Compare():
                return self._compare(node)
            case tree.Index():
                return self._apply(node, index, (node.owner, node.index))
            case tree.Call():
                return self._apply(node, CALLS[node.function], node.arguments)
            case tree.Items():
                return self._apply(node, _listed, node.items)
            case tree.Unary():
                return self._apply(node, UNARY[node.operator], (node.operand,))
            case tree.Slice():
                bounds = [bound or tree.Literal(node.start, node.end, None) for bound in node.bounds]
                return self._apply(node, cut, (node.owner, *bounds))
            case tree.Fact():
                return self._fact(node)
            case _:
                return self._decide(node)

    def _decide(self, node: tree.Logic | tree.Choice) -> object:
        """What evaluates one of two parts only."""
        first = self.value(node.test if isinstance(node, tree.Choice) else node.left)
        if isinstance(first, Unknown):
            return first
        if isinstance(node, tree.Choice):
            return self.value(node.then if first else node.otherwise)
        return first if bool(first) == (node.operator == "or") else self.value(node.right)

    def _compare(self, node: tree.Compare) -> object:
        left = self.value(node.operands[0])
        held: object = True
        for at, operator in enumerate(node.operators):
            right = self.value(node.operands[at + 1])
            pair = node.operands[at : at + 2]
            held = self._call((pair[0].start, pair[1].end), COMPARISONS[operator], (left, right), pair)
            if isinstance(held, Unknown) or not held:
                return held
            left = right
        return held

    def _apply(self, node: Node, operation: Operation, operands: Sequence[Node]) -> object:
        values = [self.value(operand) for operand in operands]
        return self._call((node.start, node.end), operation, values, operands)

    def _call(
        self,
        place: tuple[int, int],
        operation: Operation,
        values: Sequence[object],
        operands: Sequence[Node],
    ) -> object:
        for value in values:
            if isinstance(value, Unknown):
                return Unknown(self.text)
        try:
            return bounded(operation(self.work, *values))
        except Refusal as refused:
            if refused.operand is not None:
                place = operands[refused.operand].start, operands[refused.operand].end
            raise ExpressionError(str(refused), *place) from None
        except Waiting:
            return Unknown(self.text)

    def _name(self, node: tree.Name) -> object:
        if node.name in self.scope:
            value = self.scope[node.name]
            if isinstance(value, int):
                return self._call((node.start, node.end), _itself, (value,), ())
            return value
        if node.name in CALLS:
            raise _error(node, f'"{node.name}" is a function; call it: {node.name}(…)')
        known = [name for name in self.scope if name != "data"]
        if node.name.lower() in WORDS:
            mend = f"; write {WORDS[node.name.lower()]}"
        else:
            mend = did_you_mean(node.name, [*known, "true", "false", "null"])
        mend = mend or f"; there are {', '.join(known) or 'none'}; a text stands in quotes: '{node.name}'"
        raise _error(node, f'no parameter or loop variable is called "{node.name}"{mend}')

    def _fact(self, node: tree.Fact) -> object:
        owner = self.value(node.owner)
        if isinstance(owner, Unknown):
            return Unknown(node.dotted)
        if not isinstance(owner, Mapping) or node.name not in owner:
            known = list(owner) if isinstance(owner, Mapping) else []
            mend = did_you_mean(node.name, known) or f"; it knows {', '.join(map(str, known)) or 'nothing'}"
            raise _error(node, f'the data knows no "{node.dotted}"{mend}')
        return owner[node.name]


def _itself(work: Work, value: object) -> object:
    return value


def _listed(work: Work, *items: object) -> list[object]:
    return list(items)
