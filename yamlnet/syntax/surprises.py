"""Plain scalars that mean something else than many people expect: they are read by YAML 1.2, and told.

YAML 1.1, which most tools still read, took `no` for false, `012` for ten and `1_000` for a thousand; Python
writes `None` and `inf`. Quotes say that the text is meant, and nothing is told of what is quoted. `y` and `n`
are left alone, though YAML 1.1 took them for booleans: they name columns and axes, and nobody writes them
for true and false.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.syntax.scalars import MAY_BE_NUMBER
from yamlnet.syntax.tree import Scalar

_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_NUMBERS = {"inf": ".inf", "Infinity": ".inf", "nan": ".nan", "NaN": ".nan"}

MEANT = {
    **{form(word): meant for word, meant in _BOOLEANS.items() for form in (str, str.capitalize, str.upper)},
    **_NUMBERS,
    **{f"-{word}": f"-{meant}" for word, meant in _NUMBERS.items() if meant == ".inf"},
    "None": "null",
}
"""What each word of another language is in YAML 1.2."""

LEADING_ZERO = re.compile(r"[-+]?0+(?=[0-9])")
GROUPED = re.compile(r"[-+]?[0-9]+(?:[_,][0-9]+)+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
RADIX = re.compile(r"(?P<sign>[-+]?)0(?P<radix>[bBoOxX])(?P<digits>[0-9a-fA-F]+)\Z")

LONGEST = 40
"""Of longer texts nothing is guessed, and longer numbers are not repeated."""

TEXT_KEYS = frozenset(
    ("as", "name", "from", "column", "columns", "description", "help", "inputs", "outputs", "targets")
)
"""Words whose value, or the values right below which, are names or texts, whatever they look like."""


class Surprise(NamedTuple):
    """The name of a check and what it says."""

    check: str
    message: str


def surprise(text: str, value: Scalar, path: KeyPath) -> Surprise | None:
    """The check and the message for a plain scalar that may not mean what its writer thinks, if any.

    Args:
        text: as it is written.
        value: what it was read as.
        path: where it stands.
    """
    if isinstance(value, str):
        return _text(text, path)
    if isinstance(value, int) and (zeros := LEADING_ZERO.match(text)):
        sign = "-" if text.startswith("-") else ""
        number = f"{sign}{text[zeros.end() :]}"
        if len(text) > LONGEST:
            message = "the zeros that this number begins with mean nothing; leave them out"
            return Surprise("leading-zero", message)
        return Surprise(
            "leading-zero",
            f"{text} is the number {number}; write {number}, or put it in quotes if it is a text",
        )
    return None


def meant(text: str) -> str | None:
    """What a text was most likely meant to be where no text can stand: `false` of `no`, `1000` of `1_000`."""
    if text in MEANT:
        return MEANT[text]
    return _number(text) if text and text[0] in MAY_BE_NUMBER and len(text) <= LONGEST else None


def _text(text: str, path: KeyPath) -> Surprise | None:
    if any(step in TEXT_KEYS for step in path[-2:]):
        return None
    wanted = meant(text)
    if wanted is None:
        return None
    return Surprise(
        "text-not-value",
        f"{text} is a text here; write {wanted}, or put it in quotes if the text is meant",
    )


def _number(text: str) -> str | None:
    """The number that a text of digits was meant to be, as YAML 1.2 writes it."""
    if GROUPED.match(text):
        return re.sub("[_,]", "", text)
    if found := RADIX.match(text):
        radix = {"b": 2, "o": 8, "x": 16}[found["radix"].lower()]
        try:
            return f"{found['sign'].replace('+', '')}{int(found['digits'], radix)}"
        except ValueError:
            return None
    return None
