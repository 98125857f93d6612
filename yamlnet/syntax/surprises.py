"""Plain scalars that mean something else than many people expect: they are read by YAML 1.2, and told.

YAML 1.1, which most tools still read, took `no` for false, `012` for ten and `1_000` for a thousand; Python
writes `None` and `inf`. Quotes say that the text is meant, and nothing is told of what is quoted. `y` and `n`
are left alone, though YAML 1.1 took them for booleans: they name columns and axes, and nobody writes them
for true and false.
"""

from __future__ import annotations

import re

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

TEXT_KEYS = frozenset(
    ("as", "name", "from", "column", "columns", "description", "help", "inputs", "outputs", "targets")
)
"""Words whose value, or the values right below which, are names or texts, whatever they look like."""


def surprise(text: str, value: Scalar, path: KeyPath) -> tuple[str, str] | None:
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
        meant = f"{sign}{text[zeros.end() :]}"
        message = f"{text[:40]} is the number {meant[:40]}; write {meant[:40]}, or quotes around a text"
        return "leading-zero", message
    return None


def _text(text: str, path: KeyPath) -> tuple[str, str] | None:
    if any(step in TEXT_KEYS for step in path[-2:]):
        return None
    meant = MEANT.get(text)
    if meant is not None:
        return "text-not-value", f"{text} is a text here; write {meant}, or quotes around a text"
    if text[0] not in MAY_BE_NUMBER or len(text) > 40:
        return None
    number = _number(text)
    if number is None:
        return None
    return "text-not-number", f"{text} is a text here; write {number}, or quotes around a text"


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
