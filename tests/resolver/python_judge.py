"""Python as the judge of `${…}`: the same text, read by Python's parser and computed by `eval`.

Only what differs on purpose is translated: tuples are lists, `true false null` are Python's, `data.x` is
`data["x"]`, and what would take all memory (`**`, `*`, `range`, `round`) is stopped at bounds far beyond
the language's own.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from dataclasses import dataclass

FAR = 100_000
KEYWORDS = re.compile(
    r"\b(?:as|async|await|class|def|del|from|global|import|is|pass|raise|return|try|while|with)\b"
    r"|(\.\s*)(?:and|else|for|if|in|lambda|not|or)\b"
)
"""Words of Python's that are names here, the second kind after a point only."""

ALLOWED = (
    ast.Constant, ast.Name, ast.Load, ast.List, ast.Tuple, ast.Subscript, ast.Slice, ast.BinOp, ast.Add,
    ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.UnaryOp, ast.UAdd, ast.USub, ast.Not,
    ast.BoolOp, ast.And, ast.Or, ast.IfExp, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
    ast.In, ast.NotIn, ast.Call, ast.Attribute,
)  # fmt: skip


class Far(Exception):
    """Python would have computed something that is far beyond every limit of the language."""


def _size(value: object) -> int:
    """Items in a value, lists in lists and characters included."""
    if isinstance(value, list):
        return len(value) + sum(_size(item) for item in value if isinstance(item, list | str))
    return len(value) if isinstance(value, str | dict) else 1


def _power(left: float, right: float) -> object:
    if (
        isinstance(left, int)
        and isinstance(right, int)
        and abs(left) > 1
        and right * abs(left).bit_length() > 20_000
    ):
        raise Far
    return left**right


def _times(left: object, right: object) -> object:
    for items, times in ((left, right), (right, left)):
        if isinstance(items, str | list) and isinstance(times, int) and _size(items) * times > FAR:
            raise Far
    return left * right  # type: ignore[operator]


def _range(*bounds: int) -> list[int]:
    if all(isinstance(bound, int) for bound in bounds) and len(bounds) in (1, 2, 3):
        numbers = range(*bounds)
        if len(numbers) > FAR:
            raise Far
        return list(numbers)
    return list(range(*bounds))


def _round(number: float, *digits: int) -> object:
    if digits and isinstance(number, int) and isinstance(digits[0], int) and digits[0] < -5000:
        return 0 if len(digits) == 1 else round(number, *digits)
    return round(number, *digits)


def _prod(items: list[float], /) -> object:
    if any(isinstance(item, str | list) for item in items):
        raise Far  # Python would repeat texts; the language multiplies numbers
    return math.prod(items)


ENVIRONMENT: dict[str, object] = {
    "__builtins__": {}, "min": min, "max": max, "abs": abs, "round": _round, "floor": math.floor,
    "ceil": math.ceil, "sqrt": math.sqrt, "log2": math.log2, "len": len, "range": _range, "sum": sum,
    "prod": _prod, "int": int, "float": float, "str": str, "_power": _power, "_times": _times,
}  # fmt: skip
ARITIES = {
    "min": range(1, 99), "max": range(1, 99), "round": range(1, 3), "range": range(1, 4), "sum": range(1, 3),
    "int": range(3), "float": range(2), "str": range(2),
}  # fmt: skip
"""How many values Python's functions take; those that are not here take one."""


class _Translated(ast.NodeTransformer):
    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        self.generic_visit(node)
        return ast.copy_location(ast.List(node.elts, ast.Load()), node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        words = {"true": True, "false": False, "null": None}
        if node.id in ENVIRONMENT:  # a function is no value
            return ast.copy_location(ast.Name("_no_value", ast.Load()), node)
        return ast.copy_location(ast.Constant(words[node.id]), node) if node.id in words else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return ast.copy_location(ast.Subscript(node.value, ast.Constant(node.attr), ast.Load()), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        guard = {ast.Pow: "_power", ast.Mult: "_times"}.get(type(node.op))
        if guard is None:
            return node
        return ast.copy_location(ast.Call(ast.Name(guard, ast.Load()), [node.left, node.right], []), node)


@dataclass(frozen=True)
class Verdict:
    """What Python makes of a text: a value, an error, or words that the language does not have."""

    outcome: str  # "value", "raises", "far", "syntax"
    value: object = None


def parsed(text: str) -> ast.Expression:
    """A text as Python reads it over several lines, where its own words may be names."""
    try:
        return ast.parse(f"({text.strip()}\n)", mode="eval")
    except SyntaxError:
        named = KEYWORDS.sub(lambda found: (found[1] or "") + "_no_value", text)
        if named == text:
            raise
        return ast.parse(f"({named.strip()}\n)", mode="eval")


def judge(text: str, scope: dict[str, object]) -> Verdict:
    """Python's verdict on the inside of one `${…}`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = parsed(text)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return Verdict("syntax")
        if isinstance(tree.body, ast.Tuple) and not tree.body.elts and tree.body.col_offset == 0:
            return Verdict("syntax")  # nothing, or a comment alone
        if text.endswith("\\"):
            return Verdict("syntax")  # it continues on the line that was added above
        if not all(_is_ours(node) for node in ast.walk(tree.body)):
            return Verdict("syntax")
        code = compile(ast.fix_missing_locations(_Translated().visit(tree)), "expression", "eval")
        try:
            return Verdict("value", eval(code, {**ENVIRONMENT, **scope}))
        except Far:
            return Verdict("far")
        except Exception as error:
            return Verdict("raises", error)


def _is_ours(node: ast.AST) -> bool:
    """Whether the language has such a part at all."""
    if isinstance(node, ast.Attribute):
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        return isinstance(inner, ast.Name) and inner.id == "data"
    if isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Name) or node.func.id not in ENVIRONMENT or node.keywords:
            return False
        # told while reading, where Python tells it once it gets there
        return len(node.args) in ARITIES.get(node.func.id, range(1, 2))
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float | str | bool | None)
    return isinstance(node, ALLOWED)
