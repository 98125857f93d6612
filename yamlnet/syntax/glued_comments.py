"""Comments without a space before their `#`, which the parser lets pass and the standard does not.

`"blue"#fff` would silently lose what somebody may have meant as text. Most texts hold no such `#`; only where
one does are the parser's events read a second time to tell a comment from a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yaml.events import ScalarEvent

CANDIDATE = re.compile(r"[\[\]{},\"':>|+\-0-9]#")
LINE_END = re.compile(r"[\r\n]|\Z")
BREAK = re.compile(r"[\r\n]")


def glued_comments(text: str, events: Iterator[Any]) -> Iterator[int]:
    """The index of each `#` that begins a comment and has no space before it.

    Every `#` outside of scalars begins a comment: the text is walked once, over scalars and to the ends of
    comments.
    """
    scalars: Iterator[Any] = (event for event in events if type(event) is ScalarEvent)
    scalar = next(scalars, None)
    index = text.find("#")
    while index >= 0:
        while scalar is not None and scalar.end_mark.index <= index:
            scalar = next(scalars, None)
        if scalar is not None and scalar.start_mark.index <= index and not _in_header(scalar, index, text):
            index = text.find("#", scalar.end_mark.index)
            continue
        if index > 0 and text[index - 1] not in " \t\r\n":
            yield index
        end = LINE_END.search(text, index)
        index = text.find("#", end.start()) if end else -1


def _in_header(scalar: Any, index: int, text: str) -> bool:
    """Whether an index is on the line of a block scalar's `|` or `>`, where a comment may stand."""
    return scalar.style in ("|", ">") and not BREAK.search(text, scalar.start_mark.index, index)
