"""`${…}` in strings: where a string holds expressions, and whether they read.

The language is small and its own (`expression_parser.py`); nothing is ever compiled or executed: the
resolver walks the syntax tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from yamlnet.catalog.values import is_open
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.schema.expression_parser import parse_expression
from yamlnet.schema.expression_tokens import TEXT
from yamlnet.schema.expression_tree import ExpressionError as ExpressionError
from yamlnet.schema.expression_tree import Node

_OPENING = re.compile(r"(\$?)\$\{")
_CLOSING = re.compile(rf"{TEXT}|['\"}}]", re.DOTALL)


class Expression(Struct, frozen=True):
    """One `${…}`: its text, and its syntax tree."""

    text: str
    tree: Node


Template = tuple[str | Expression, ...]


def is_template(value: object) -> bool:
    """Whether a value is a string that holds an expression."""
    return is_open(value)


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Split a string into literal text and expressions. `$${` stands for a literal `${`.

    Raises:
        ExpressionError: for an unclosed `${`, or an expression that the language does not have.
    """
    parts: list[str | Expression] = []
    literal = ""
    for piece in _pieces(text):
        if isinstance(piece, str):
            literal += piece
            continue
        if literal:
            parts.append(literal)
            literal = ""
        start, end = piece
        parts.append(Expression(text[start:end].strip(), parse_expression(text, start, end)))
    if literal or not parts:
        parts.append(literal)
    return tuple(parts)


def mistakes(text: str) -> list[ExpressionError]:
    """What does not read in a string: of each of its expressions the first mistake."""
    try:
        parse_template(text)  # most strings read, and are remembered for the resolver
    except ExpressionError as error:
        found = [error]
    else:
        return []
    pieces = _pieces(text)
    found = []
    try:
        for piece in pieces:
            if not isinstance(piece, str):
                found += _mistake(text, *piece)
    except ExpressionError as error:
        found.append(error)
    return found


def _mistake(text: str, start: int, end: int) -> list[ExpressionError]:
    try:
        parse_expression(text, start, end)
    except ExpressionError as error:
        return [error]
    return []


def _pieces(text: str) -> Iterator[str | tuple[int, int]]:
    """A string in its order: literal text, and where each expression begins and ends."""
    position = 0
    while (opening := _OPENING.search(text, position)) is not None:
        start = opening.end()
        yield text[position : opening.start()]
        if opening[1]:
            yield "${"
            position = start
        else:
            end = _closing_brace(text, start)
            yield start, end
            position = end + 1
    yield text[position:]


def _closing_brace(text: str, start: int) -> int:
    for found in _CLOSING.finditer(text, start):
        if found[0] == "}":
            return found.start()
        if found[0] in ("'", '"') and "}" in text[found.end() :]:
            message = f"this quote is never closed; add {found[0]}"
            raise ExpressionError(message, found.start(), found.end())
    raise ExpressionError("`${` is never closed; add `}`", start - 2, len(text))


def check_expressions(value: object, path: KeyPath, problems: Problems) -> None:
    """Report every `${…}` of a value that does not read, used or not."""
    if isinstance(value, dict):
        for key, item in value.items():
            check_expressions(item, (*path, key), problems)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            check_expressions(item, (*path, index), problems)
    elif is_template(value):
        for error in mistakes(str(value)):
            problems.add("expression", str(error), path, within=(error.start, error.end))
