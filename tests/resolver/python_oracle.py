"""Expressions held against Python's verdict, and whether a refusal for a stated limit is one.

Values are equal and of one type, what Python refuses is refused, and nothing but an `ExpressionError` is
raised. Where the language refuses for a stated limit, the part of the text that it points at must indeed be
beyond that limit.
"""

from __future__ import annotations

import ast
import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from yamlnet.resolver.evaluate import evaluate
from yamlnet.resolver.expression_values import LIST_IN_LIST, MAX_ITEMS, MAX_TEXT, TEXT_OF_ONE_ITEM
from yamlnet.schema.expression_parser import MAX_DEPTH, MAX_LENGTH, MAX_NODES
from yamlnet.schema.expression_tree import ExpressionError

sys.path.insert(0, str(Path(__file__).parent))
from python_judge import FAR, Verdict, judge, parsed

LIMIT = 2**53


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
    tree = parsed(text).body
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
    tree = parsed(text).body
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
