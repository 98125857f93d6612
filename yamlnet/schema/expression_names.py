"""Which names the `${…}` of a value read, told from the text: whether or not it is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yamlnet.schema.expressions import ExpressionError, is_template, parse_template

QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?!\w)(?!\s*\()")
"""A word that is neither an attribute, a function that is called, nor the `e5` of a number."""

KEYWORDS = frozenset(
    ("and", "or", "not", "if", "else", "in", "true", "false", "null", "True", "False", "None")
)


def names_in(text: str) -> frozenset[str]:
    """The names that the expressions of one string read; none if it does not read."""
    try:
        parts = parse_template(text)
    except ExpressionError:
        return frozenset()  # that was reported
    found = (NAME.findall(QUOTED.sub("", part.text)) for part in parts if not isinstance(part, str))
    return frozenset(name for names in found for name in names) - KEYWORDS


def names_read(value: object) -> frozenset[str]:
    """The names that the expressions anywhere in a value read."""
    return frozenset(name for text in templates(value) for name in names_in(text))


def templates(value: object) -> Iterator[str]:
    """Every string of a value that holds an expression."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif is_template(one):
            yield str(one)


def fixed_ends(text: str) -> tuple[str, str] | None:
    """How the strings that a template can give begin and end, or None where it is no template.

    `h${i}` gives `("h", "")`; a template that does not read could give anything.
    """
    if not is_template(text):
        return None
    try:
        parts = parse_template(text)
    except ExpressionError:
        return "", ""
    first, last = parts[0], parts[-1]
    return first if isinstance(first, str) else "", last if isinstance(last, str) else ""
