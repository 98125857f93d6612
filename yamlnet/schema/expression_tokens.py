"""The words of `${…}`: numbers, texts, names and symbols, each with its place.

Numbers and texts are written as in Python (reference manual, "Lexical analysis"): underscores between
digits, hexadecimal, escapes, texts in a row that become one.
"""

from __future__ import annotations

import math
import re
from typing import Literal as OneOf
from typing import NamedTuple

from yamlnet.schema.expression_tree import ExpressionError

MAX_INTEGER = 2**53
"""Whole numbers reach from -2**53 to 2**53: beyond, JSON readers and floats lose digits."""

OPERATOR_WORDS = frozenset({"and", "or", "not", "in", "if", "else"})
"""The words that are operators, not names."""

TEXT = (
    r"[rRuU]?(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\""
    r"|'(?!'')(?:[^'\\\n]|\\.)*'|\"(?!\"\")(?:[^\"\\\n]|\\.)*\")"
)
"""A text in quotes; the pattern needs `re.DOTALL`."""

_DIGITS = r"[0-9](?:_?[0-9])*"
_TOKEN = re.compile(
    # a comment and a backslash at a line's end are blanks, as they are between Python's brackets
    r"(?P<blank>(?:\s|\\\n|\#[^\n]*)+)"
    rf"|(?P<text>{TEXT})"
    r"|(?P<number>0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+"
    rf"|(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<symbol>===|!==|\*\*|//|<=|>=|==|!=|<>|=>|=<|&&|\|\||:=|<<|>>|.)",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:(?P<newline>\n)|(?P<known>[\\'\"abfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
    r"|U[0-9a-fA-F]{8}|N\{[^}]+\})|(?P<broken>[xuUN])|(?P<unknown>.))",
    re.DOTALL,
)
_WORD = re.compile(r"\w+")

Kind = OneOf["number", "text", "name", "symbol", "end"]
KINDS: dict[str | None, Kind] = {"number": "number", "text": "text", "name": "name", "symbol": "symbol"}
"""What the groups of the pattern give; blanks give nothing."""


class Token(NamedTuple):
    """One word of an expression; `start` and `end` are offsets inside the whole string."""

    kind: Kind
    text: str
    start: int
    end: int


def tokenize(text: str, start: int, end: int) -> list[Token]:
    """The words of the expression that stands in `text` from `start` to `end`, and an `end` token.

    Raises:
        ExpressionError: a number that runs into a word: `2x`.
    """
    tokens: list[Token] = []
    position = start
    while position < end:
        found = _TOKEN.match(text, position, end)
        assert found is not None  # the last alternative takes any character
        kind, written, after = KINDS.get(found.lastgroup), found[0], found.end()
        if kind is not None:
            if kind == "number":
                _refuse_glued(text, position, after, end)
            elif kind == "name" and not written.isidentifier():  # ² counts as a letter in patterns
                kind, written = _cut(written)
                after = position + len(written)
            tokens.append(Token("symbol" if written in OPERATOR_WORDS else kind, written, position, after))
        position = after
    last = tokens[-1].end if tokens else start
    tokens.append(Token("end", "", last, last + 1))
    return tokens


def _cut(word: str) -> tuple[Kind, str]:
    """The word up to what no name has, or that alone."""
    outside = (index for index, letter in enumerate(word) if not f"_{letter}".isidentifier())
    length = next(outside, len(word))
    return ("name", word[:length]) if length and word[:length].isidentifier() else ("symbol", word[0])


def _refuse_glued(text: str, start: int, after: int, end: int) -> None:
    word = _WORD.match(text, after, end)
    if word is None or word[0] in OPERATOR_WORDS:  # Python reads `1if x else 2`, and so do we
        return
    number, whole = text[start:after], text[start : word.end()]
    if word[0] in ("j", "J"):
        raise ExpressionError("expressions have no complex numbers", start, word.end())
    message = f'"{whole}" is neither a number nor a name; to multiply write {number} * {word[0]}'
    raise ExpressionError(message, start, word.end())


def number(token: Token) -> int | float:
    """The value of a number.

    Raises:
        ExpressionError: it is beyond what numbers can be here, or begins with a zero.
    """
    digits = token.text.replace("_", "")
    if digits.isdigit() or digits[:2].lower() in ("0x", "0b", "0o"):
        if digits[0] == "0" and digits.isdigit() and digits.strip("0"):
            message = f"a whole number begins with no zero; write {digits.lstrip('0')}"
            raise ExpressionError(message, token.start, token.end)
        whole = int(digits, 0)
        if whole > MAX_INTEGER:
            message = "whole numbers go up to 2**53 (9007199254740992); a larger one needs a point: 1.0e20"
            raise ExpressionError(message, token.start, token.end)
        return whole
    value = float(digits)
    if not math.isfinite(value):
        raise ExpressionError("this number is beyond 1.8e308, the largest", token.start, token.end)
    return value


def text_value(token: Token) -> str:
    """The text that stands between quotes, its escapes read.

    Raises:
        ExpressionError: an escape that is not finished, or half a character.
    """
    prefix = token.text[:1].lower()
    at = 1 if prefix in ("r", "u") else 0
    quotes = 3 if token.text[at : at + 3] in ("'''", '"""') and len(token.text) >= at + 6 else 1
    inner = token.text[at + quotes : -quotes]
    if prefix == "r" or "\\" not in inner:
        return inner
    first = token.start + at + quotes

    def read(escape: re.Match[str]) -> str:
        if escape["newline"]:
            return ""
        if escape["unknown"]:
            return escape[0]
        found = None if escape["broken"] else _character(escape[0])
        if found is None:
            message = f"{escape[0]} is no character; a backslash itself is written twice"
            raise ExpressionError(message, first + escape.start(), first + escape.end())
        return found

    return _ESCAPE.sub(read, inner)


def _character(escape: str) -> str | None:
    try:
        found = escape.encode("ascii", "replace").decode("unicode_escape")
    except UnicodeDecodeError:  # beyond the last character, or no such name
        return None
    return None if any("\ud800" <= character <= "\udfff" for character in found) else found
