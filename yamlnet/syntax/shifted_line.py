"""The one line in the wrong column, or without its dash, found by changing lines until the file reads.

The parser notices a line that stands too far left or right when a later one does not fit it, often below all
that belongs to it. Which of the two was shifted shows when one is moved back: then the rest fits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

import yaml
from msgspec import Struct

from yamlnet.diagnostics.diagnostic import Diagnostic, Note, Span
from yamlnet.syntax.events import events
from yamlnet.syntax.strictness import LOST_DASH
from yamlnet.syntax.stuck import BLANK, KEY, Stuck, indent_of, place

FARTHEST = 4
"""A line is looked for as many columns from where it should begin."""

MOST_LINES = 40
"""And as many written lines above the one at which the parser stopped."""

MOST_OTHERS = 2
"""Other lines that are named, where another one may be meant."""

MOST_CHARACTERS = 400_000
"""All that is read while looking: a quarter of a second."""

KEY_AT_MARGIN = re.compile(rf"{KEY}:(?:\s|$)")

BLOCK = (
    "while parsing a block",
    "mapping values are not allowed",
    "<document start>",
    "could not find expected ':'",
)
"""What the parser says of lines that do not fit each other."""


class Change(Struct, frozen=True, order=True):
    """A line and how it could have been meant, ordered by how likely that is.

    `empty` counts the keys without a value that the changed file has (one may have lost its mapping),
    `uneven` the lines that are indented by another step than most, `mixed` the lists that begin in their
    key's column where most do not, or the other way round. A line between two that begin in one column is
    `apart` unless it joins them, and few words belong at the `margin`.
    """

    empty: int
    uneven: int
    mixed: int
    apart: bool
    margin: bool
    dashed: bool
    distance: int
    above: int
    line: int
    indent: int


def shifted(stuck: Stuck) -> Diagnostic | None:
    """A line that stands to the left or right of where the file can be read with it, or lacks a dash."""
    if not any(what in stuck.context or what in stuck.problem for what in BLOCK) or _among_items(stuck):
        return None
    changes = sorted(_changes(stuck))
    if not changes:
        return None
    best = changes[0]
    span = _whole(stuck, best.line)
    if best.dashed:
        message = LOST_DASH
        note = stuck.note("an item beside it", _whole(stuck, _beside(stuck, best)))
        return stuck.refuse("indentation", message, span, note, *_others(stuck, changes))
    old = indent_of(stuck.lines[best.line])
    beside = _beside(stuck, best)
    side = "deeper" if old > best.indent else "less"
    where = "above" if beside < best.line else "below"
    message = (
        f"this line is indented {side} than line {beside + 1} {where} it "
        f"(in column {old + 1}, not {best.indent + 1}); lines that belong together begin in the same column"
    )
    note = stuck.note(f"the line {where}", _whole(stuck, beside))
    return stuck.refuse("indentation", message, span, note, *_others(stuck, changes))


def _others(stuck: Stuck, changes: list[Change]) -> list[Note]:
    """The other lines of which one may be the shifted one, the likeliest first."""
    best, found = changes[0], dict[int, Change]()
    for change in changes:
        if change.line not in (best.line, _beside(stuck, best)) and change.empty == best.empty:
            found.setdefault(change.line, change)
    return [
        stuck.note(f"or this line, meant for column {change.indent + 1}", _whole(stuck, change.line))
        for change in islice(found.values(), MOST_OTHERS)
    ]


def _among_items(stuck: Stuck) -> bool:
    """Whether the parser stopped at a line that begins where the items above it do, without a dash."""
    here = stuck.lines[stuck.line]
    above = stuck.opened[0] if stuck.opened and "block collection" in stuck.context else None
    return above is not None and not _is_item(here) and indent_of(here) == indent_of(stuck.lines[above])


def _changes(stuck: Stuck) -> Iterator[Change]:
    """Each change of one line after which the whole file can be read."""
    columns = {indent_of(line) for line in stuck.lines if not BLANK.match(line)}
    suspects = list(_suspects(stuck))
    before, behind = _sections(stuck, suspects)
    left = MOST_CHARACTERS
    for number in suspects:
        line = stuck.lines[number]
        old, written = indent_of(line), line.lstrip(" ")
        for indent in sorted(column for column in columns if abs(column - old) <= FARTHEST):
            for dash in ("", "- ") if _may_lack_dash(stuck, number, indent) else ("",):
                changed = " " * indent + dash + written
                if changed == line:
                    continue
                lines = [*stuck.lines[:number], changed, *stuck.lines[number + 1 :]]
                text = "\n".join(lines[before:behind])
                left -= len(text)
                if left < 0:
                    return
                empty = _empty_values(text)
                if empty is not None:
                    yield Change(
                        empty, _uneven(lines), _mixed(lines), _apart(stuck, number, indent), indent == 0,
                        bool(dash), abs(indent - old), stuck.line - number, number, indent,
                    )  # fmt: skip


def _sections(stuck: Stuck, suspects: list[int]) -> tuple[int, int]:
    """From which line to which one the sections reach that the suspects stand in, and the next section.

    What stands before and behind them reads whatever becomes of a suspect.
    """
    margins = [number for number, line in enumerate(stuck.lines) if KEY_AT_MARGIN.match(line)]
    before = max((number for number in margins if number < suspects[-1]), default=0)
    behind = [number for number in margins if number > stuck.line]
    return before, behind[1] if len(behind) > 1 else len(stuck.lines)


def _suspects(stuck: Stuck) -> Iterator[int]:
    """The written lines from the one at which the parser stopped upwards."""
    written = (number for number in range(stuck.line, -1, -1) if not BLANK.match(stuck.lines[number]))
    return (number for number, _ in zip(written, range(MOST_LINES), strict=False))


def _may_lack_dash(stuck: Stuck, number: int, indent: int) -> bool:
    """Whether a line above the one at which the parser stopped could be an item in a column."""
    line = stuck.lines[number]
    if number == stuck.line or indent == 0 or _is_item(line) or abs(indent_of(line) - indent) > 2:
        return False
    return any(_is_item(other) and indent_of(other) == indent for other in stuck.lines)


def _is_item(line: str) -> bool:
    return line.lstrip(" ").startswith("- ")


def _uneven(lines: list[str]) -> int:
    """How many lines are indented from what they stand in by another step than most are."""
    levels: list[int] = []
    steps: list[int] = []
    for line in lines:
        if BLANK.match(line):
            continue
        indent, item = indent_of(line), _is_item(line)
        while levels and levels[-1] > indent:
            levels.pop()
        if not levels or levels[-1] < indent:
            steps.append(indent - (levels[-1] if levels else 0))
            levels.append(indent)
        if item:
            levels.append(indent + 2)
    begins_inside = sum(steps[:1])  # a file begins at the margin
    return len(steps) - max(Counter(steps).values(), default=0) + begins_inside


def _mixed(lines: list[str]) -> int:
    """How many lists begin otherwise than most: in the column of their key, or deeper."""
    written = [line for line in lines if not BLANK.match(line)]
    begun = [(above, line) for above, line in pairwise(written) if _is_item(line) and not _is_item(above)]
    flush = sum(indent_of(line) == indent_of(above) for above, line in begun)
    deeper = sum(indent_of(line) > indent_of(above) for above, line in begun)
    return min(flush, deeper)


def _apart(stuck: Stuck, number: int, indent: int) -> bool:
    """Whether a line that begins in a column has other columns above or below it."""
    above = (line for line in reversed(stuck.lines[:number]) if not BLANK.match(line))
    below = (line for line in stuck.lines[number + 1 :] if not BLANK.match(line))
    return any(indent_of(next(lines, "")) != indent for lines in (above, below))


def _beside(stuck: Stuck, change: Change) -> int:
    """The nearest line that begins in the column which the changed one should have; rather one above."""
    numbers = [
        number
        for number, line in enumerate(stuck.lines)
        if number != change.line
        and not BLANK.match(line)
        and indent_of(line) == change.indent
        and (_is_item(line) or not change.dashed)
    ]
    return min(
        numbers, key=lambda number: (abs(number - change.line), number > change.line), default=stuck.line
    )


def _whole(stuck: Stuck, number: int) -> Span:
    line = stuck.lines[number]
    return place(number, indent_of(line), len(line.strip()))


def _empty_values(text: str) -> int | None:
    """How many values of a text are not written, or None if it is not YAML."""
    try:
        return sum(1 for event in events(text) if getattr(event, "value", None) == "" and event.implicit[0])
    except yaml.YAMLError:
        return None
