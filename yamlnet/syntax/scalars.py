"""Plain scalars by the YAML 1.2 core schema: what is a number, a boolean, null, and what is text.

https://yaml.org/spec/1.2.2/#103-core-schema. Unlike YAML 1.1 (what PyYAML's own loaders read), `no` and
`on` are text, `1e-3` is a number, `012` is 12 and `1:30` is text.
"""

from __future__ import annotations

import math
import re

from yamlnet.syntax.tree import Scalar

MAX_DIGITS = 100
"""The longest integer that is read: reading takes time that grows with the square of the digits."""

WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    ".nan": math.nan,
    ".NaN": math.nan,
    ".NAN": math.nan,
    **{sign + word: math.inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **{"-" + word: -math.inf for word in (".inf", ".Inf", ".INF")},
}

DECIMAL = re.compile(r"[-+]?[0-9]+\Z")
OCTAL = re.compile(r"0o[0-7]+\Z")
HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
MAY_BE_NUMBER = frozenset("+-.0123456789")


class NumberError(ValueError):
    """A scalar that is written as a number and cannot be held as one; the text says what to do."""


def plain_value(text: str) -> Scalar:
    """The value of a plain (unquoted) scalar.

    Raises:
        NumberError: an integer with too many digits, or a number beyond the range of a float.
    """
    if text in WORDS:
        return WORDS[text]
    if text[0] not in MAY_BE_NUMBER:
        return text
    if DECIMAL.match(text):
        return _integer(text, 10)
    if FLOAT.match(text):
        return _float(text)
    if OCTAL.match(text):
        return _integer(text[2:], 8)
    if HEXADECIMAL.match(text):
        return _integer(text[2:], 16)
    return text


def _integer(digits: str, radix: int) -> int:
    count = len(digits.lstrip("+-"))
    if count > MAX_DIGITS:
        raise NumberError(f"an integer has at most {MAX_DIGITS} digits, this one has {count}")
    return int(digits, radix)


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise NumberError(f"{text[:40]} is too large for a number; infinity is written .inf")
    return value
