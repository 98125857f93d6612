"""The one line that begins in the wrong column, found by moving lines until the file can be read.

The parser notices a line that stands too far left or right when a later one does not fit it, often below all
that belongs to it. Which of the two was shifted shows when one is moved back: then the rest fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.syntax.events import events
from yamlnet.syntax.stuck import BLANK, Stuck, indent_of, place

FARTHEST = 4
"""A line is looked for as many columns from where it should begin."""

MOST_LINES = 40
"""And as many written lines above the one at which the parser stopped."""

MOST_CHARACTERS = 400_000
"""All that is read while looking: a quarter of a second."""

BLOCK = (
    "while parsing a block",
    "mapping values are not allowed",
    "<document start>",
    "could not find expected ':'",
)
"""What the parser says of lines that do not fit each other."""


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """A line and the column that it is moved to, ordered by how likely the user meant that.

    `empty` counts the keys without a value that the moved line leaves (a key that lost its mapping),
    `rarer` is how much more usual the new column is than the old one in this file.
    """

    empty: int
    rarer: int
    distance: int
    above: int
    line: int
    indent: int


def shifted(stuck: Stuck) -> Diagnostic | None:
    """A line that stands to the left or right of where the file can be read with it."""
    if not any(what in stuck.context or what in stuck.problem for what in BLOCK):
        return None
    best = min(_moves(stuck), default=None)
    if best is None:
        return None
    old = indent_of(stuck.lines[best.line])
    beside = _beside(stuck, best)
    side = "deeper" if old > best.indent else "less"
    message = (
        f"this line is indented {side} than line {beside + 1} {'above' if beside < best.line else 'below'} it "
        f"(in column {old + 1}, not {best.indent + 1}); lines that belong together begin in the same column"
    )
    where = "the line above" if beside < best.line else "the line below"
    note = stuck.note(where, _whole(stuck, beside))
    return stuck.refuse("indentation", message, _whole(stuck, best.line), note)


def _moves(stuck: Stuck) -> Iterator[Move]:
    """Each move of one line after which the whole file can be read."""
    usual = Counter(_kind(line, indent_of(line)) for line in stuck.lines if not BLANK.match(line))
    left = MOST_CHARACTERS
    for number in _suspects(stuck):
        line = stuck.lines[number]
        old = indent_of(line)
        for indent in _columns(stuck, number):
            left -= len(stuck.text)
            if left < 0:
                return
            moved = [*stuck.lines[:number], " " * indent + line.lstrip(" "), *stuck.lines[number + 1 :]]
            empty = _empty_values("\n".join(moved))
            if empty is not None:
                rarer = min(usual[_kind(line, old)] - 1, 5) - min(usual[_kind(line, indent)], 5)
                yield Move(empty, rarer, abs(indent - old), stuck.line - number, number, indent)


def _suspects(stuck: Stuck) -> Iterator[int]:
    """The written lines from the one at which the parser stopped upwards."""
    found = 0
    for number in range(stuck.line, -1, -1):
        if not BLANK.match(stuck.lines[number]):
            yield number
            found += 1
        if found == MOST_LINES:
            return


def _columns(stuck: Stuck, number: int) -> list[int]:
    """The indentations that a line could have had: those that begin nearby and are near its own."""
    old = indent_of(stuck.lines[number])
    nearby = {indent_of(line) for line in stuck.lines if not BLANK.match(line)}
    return sorted(indent for indent in nearby if 0 < abs(indent - old) <= FARTHEST)


def _kind(line: str, indent: int) -> tuple[int, bool]:
    return indent, line.lstrip(" ").startswith("- ")


def _beside(stuck: Stuck, move: Move) -> int:
    """The nearest line that begins in the column which the moved line should have; rather one above."""
    numbers = [
        number
        for number, line in enumerate(stuck.lines)
        if number != move.line and not BLANK.match(line) and indent_of(line) == move.indent
    ]
    return min(numbers, key=lambda number: (abs(number - move.line), number > move.line))


def _whole(stuck: Stuck, number: int) -> Any:
    line = stuck.lines[number]
    return place(number, indent_of(line), len(line.strip()))


def _empty_values(text: str) -> int | None:
    """How many values of a text are not written, or None if it is not YAML."""
    try:
        return sum(getattr(event, "value", None) == "" and event.implicit[0] for event in events(text))
    except yaml.YAMLError:
        return None
