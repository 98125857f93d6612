"""Where the parser's events stand, as spans.

Marks count lines and columns from 0, in characters. PyYAML's stubs allow an event without marks and one
without its own attributes; a parser's events have them, hence `Any` here and nowhere else.
"""

from __future__ import annotations

import re
from typing import Any

from yaml.events import ScalarEvent

from yamlnet.diagnostics.diagnostic import Span
from yamlnet.syntax.tree import Positions

TAG = re.compile(r"(?:&\S+[ \t]+)?(![^\s,\[\]{}]*)")
LIST_ITEM = re.compile(r"\s*-(\s|$)")
GLUED_ITEM = re.compile(r"\s*-")


def whole(event: Any) -> Span:
    """From where an event starts to where it ends."""
    first, last = event.start_mark, event.end_mark
    return Span(first.line + 1, first.column + 1, last.line + 1, last.column + 1)


def start(event: Any) -> Span:
    """The first character of an event."""
    mark = event.start_mark
    return Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)


def stretch(event: Any, offset: int, length: int) -> Span:
    """A part of an event that stands on one line."""
    mark = event.start_mark
    first = mark.column + 1 + offset
    return Span(mark.line + 1, first, mark.line + 1, first + length)


def collection(begin: Any, end: Any, last: Positions | None) -> Span:
    """The span of a list or mapping; `last` is its last item's place.

    A block's own end would lie after the blank lines and comments that follow it.
    """
    mark = begin.start_mark
    if begin.flow_style or last is None:
        return Span(mark.line + 1, mark.column + 1, end.end_mark.line + 1, end.end_mark.column + 1)
    return Span(mark.line + 1, mark.column + 1, last.span.end_line, last.span.end_column)


def is_empty(event: Any) -> bool:
    """Whether nothing at all is written where a value stands."""
    return type(event) is ScalarEvent and event.value == "" and event.implicit[0] and event.tag is None


def tag(event: Any, text: str) -> tuple[str, Span]:
    """An event's tag as it is written, and its place."""
    mark = event.start_mark
    written = TAG.match(text, mark.index)
    if written is None:
        return "!", start(event)
    column = mark.column + 1 + written.start(1) - mark.index
    return written[1], Span(mark.line + 1, column, mark.line + 1, column + len(written[1]))


def first_line(event: Any, lines: list[str]) -> Span:
    """The first line of an event that spans several."""
    mark = event.start_mark
    return Span(mark.line + 1, mark.column + 1, mark.line + 1, len(lines[mark.line].rstrip()) + 1)


def swallowed_item(event: Any, lines: list[str]) -> Span | None:
    """The list item that became a part of the plain text above it, if there is one."""
    item = GLUED_ITEM if event.value.startswith("-") else LIST_ITEM
    for number in range(event.start_mark.line + 1, event.end_mark.line + 1):
        line = lines[number]
        if item.match(line):
            return Span(number + 1, len(line) - len(line.lstrip()) + 1, number + 1, len(line.rstrip()) + 1)
    return None
