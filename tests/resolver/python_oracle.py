"""Python as the judge of `${…}`: the same text, read by Python's parser and computed by `eval`.

Only what differs on purpose is translated: tuples are lists, `true false null` are Python's, `data.x` is
`data["x"]`, and what would take all memory (`**`, `*`, `range`, `round`) is stopped at bounds far beyond
the language's own. Where the language refuses for a stated limit, the judge checks that the part of the
text which it points at is indeed beyond that limit.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from yamlnet.resolver.evaluate import evaluate
from yamlnet.resolver.expression_values import LIST_IN_LIST, MAX_ITEMS, MAX_TEXT, TEXT_OF_ONE_ITEM
from yamlnet.schema.expression_parser import MAX_DEPTH, MAX_LENGTH, MAX_NODES
from yamlnet.schema.expression_tree import ExpressionError

LIMIT = 2**53
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


def _parsed(text: str) -> ast.Expression:
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
            tree = _parsed(text)
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


@dataclass(frozen=True)
class Comparison:
    """What the language and Python make of one text; `difference` says where they disagree."""

    outcome: str  # "same value", "refused by both", "beyond a limit", "ends early", "different"
    difference: str = ""


def compare(text: str, scope: dict[str, object]) -> Comparison:
    """The inside of one `${…}` held against Python."""
    verdict = judge(text, scope)
    written = "${" + text + "}"
    try:
        found = evaluate(written, scope)
    except ExpressionError as error:
        if not 0 <= error.start < error.end <= len(written):
            return Comparison("different", f"placed at {error.start} to {error.end}: {error}")
        if verdict.outcome in ("syntax", "raises"):
            return Comparison("refused by both")
        if not _is_whole(text):
            return Comparison("ends early")  # at a "}" that is not in quotes
        if _justified(text, error, scope):
            return Comparison("beyond a limit")
        return Comparison("different", f"refused ({error}), Python: {_told(verdict.value)}")
    except Exception as error:
        return Comparison("different", f"raw {type(error).__name__}: {error}")
    if not _is_whole(text):
        return Comparison("ends early")
    if verdict.outcome != "value":
        return Comparison("different", f"{_told(found)}, Python: {verdict.outcome} {verdict.value}")
    if not same(found, verdict.value):
        return Comparison("different", f"{_told(found)}, Python: {_told(verdict.value)}")
    return Comparison("same value")


def disagreement(text: str, scope: dict[str, object]) -> str:
    """How the language and Python differ about the inside of one `${…}`, or nothing."""
    return compare(text, scope).difference


_WHOLE = re.compile(r"""(?:[^'"}]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*""", re.DOTALL)


def _is_whole(text: str) -> bool:
    """Whether the text holds no `}` outside of quotes, and closes its quotes (those in comments too)."""
    return _WHOLE.fullmatch(text) is not None and "${" not in text


def _told(value: object) -> str:
    shown = "huge" if isinstance(value, int) and abs(value) > FAR**20 else str(value)[:80]
    return f"{type(value).__name__} {shown}"


def same(found: object, expected: object) -> bool:
    """Whether two values are equal and of one type, inside lists too; 0.0 is not -0.0."""
    if type(found) is not type(expected):
        return False
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return repr(found) == repr(expected) if isinstance(found, float) else found == expected


# ── limits ──


def _justified(text: str, error: ExpressionError, scope: dict[str, object]) -> bool:
    """Whether what the error says about a limit is so."""
    message = str(error)
    part = text[error.start - 2 : error.end - 2]
    for pattern, holds in LIMITS.items():
        if re.search(pattern, message):
            return holds(text, part, scope)
    return False


def _part_is(test: Callable[[Verdict], bool]) -> Callable[[str, str, dict[str, object]], bool]:
    return lambda text, part, scope: test(judge(part, scope))


def _is_beyond(verdict: Verdict) -> bool:
    return verdict.outcome == "far" or (isinstance(verdict.value, int) and abs(verdict.value) > LIMIT)


def _is_not_finite(verdict: Verdict) -> bool:
    value = verdict.value
    return isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value))


def _is_long(verdict: Verdict) -> bool:
    return verdict.outcome == "far" or (isinstance(verdict.value, str) and len(verdict.value) > MAX_TEXT)


def _is_large(verdict: Verdict) -> bool:
    return verdict.outcome == "far" or (
        isinstance(verdict.value, list) and _weight(verdict.value) > MAX_ITEMS
    )


def _weight(value: object) -> int:
    if isinstance(value, list | dict):
        items = value if isinstance(value, list) else value.values()
        inner = [item for item in items if isinstance(item, list | dict)]
        characters = sum(len(item) for item in items if isinstance(item, str))
        return (
            len(value) + characters // TEXT_OF_ONE_ITEM + sum(map(_weight, inner)) + LIST_IN_LIST * len(inner)
        )
    return len(value) // TEXT_OF_ONE_ITEM if isinstance(value, str) else 0


def _are_many(text: str, part: str, scope: dict[str, object]) -> bool:
    """Whether all lists that a text's parts are, each made, and read on either side, are beyond the limit."""
    tree = _parsed(text).body
    total = 0
    for node in _values(tree):
        verdict = judge(ast.unparse(node), scope)
        if verdict.outcome == "far":
            return True
        if isinstance(verdict.value, list | str):
            total += 3 * _weight(verdict.value)
    return total > MAX_ITEMS


def _values(tree: ast.AST) -> Iterator[ast.expr]:
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and not isinstance(node, ast.Slice) and id(node) not in functions:
            yield node


def _has_many_parts(text: str, part: str, scope: dict[str, object]) -> bool:
    tree = _parsed(text).body
    parts = sum(len(node.values) - 1 if isinstance(node, ast.BoolOp) else 1 for node in _values(tree))
    return parts > MAX_NODES


def _is_deep(text: str, part: str, scope: dict[str, object]) -> bool:
    """An upper bound of the depth: brackets, signs, powers and choices that the text has at all."""
    return len(re.findall(r"[(\[+-]|\*\*|\bnot\b|\belse\b", text)) > MAX_DEPTH


def _product_is_beyond(text: str, part: str, scope: dict[str, object]) -> bool:
    """Whether a product of the first so many numbers is beyond the limit."""
    items = judge(part.strip().removeprefix("prod"), scope).value
    assert isinstance(items, list)
    product: float = 1
    for item in items:
        product *= item
        if isinstance(product, int) and abs(product) > LIMIT:
            return True
    return False


def _is_mixed(verdict: Verdict) -> bool:
    items = verdict.value
    return isinstance(items, list | str | dict) and not all(isinstance(item, int | float) for item in items)


def _is_text(verdict: Verdict) -> bool:
    return isinstance(verdict.value, str)


LIMITS: dict[str, Callable[[str, str, dict[str, object]], bool]] = {
    r"may have \d+ characters": lambda text, part, scope: len(text) > MAX_LENGTH,
    r"may have \d+ parts": _has_many_parts,
    r"may be nested": _is_deep,
    r"whole numbers go up to|whole number is beyond|this power is beyond 2": _part_is(_is_beyond),
    r"product is beyond 2\*\*53": _product_is_beyond,
    r"not a finite number|number is beyond 1.8e308|no real number": _part_is(_is_not_finite),
    r"this text has": _part_is(_is_long),
    r"this has more than": _part_is(_is_large),
    r"in all": _are_many,
    r"`%` is the remainder": _part_is(_is_text),
    r"an index has one number": lambda text, part, scope: (
        part == ","
    ),  # which no list takes, once it is asked
    r"prod\(\) multiplies numbers": _part_is(_is_mixed),
    r"\\ud800 is no character": lambda text, part, scope: "\\ud800" in text,
}
"""Messages about stated limits, and what must be so where they are told: (text, the part, scope)."""
