"""Comments without a space before their `#`, which the parser lets pass and the standard does not.

`"blue"#fff` would silently lose what somebody may have meant as text. Most texts hold no such `#`; only where
one does are the parser's events read a second time to tell a comment from a text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from yaml.events import ScalarEvent

CANDIDATE = re.compile(r"[\[\]{},\"':>|+\-0-9]#")
COMMENT = re.compile(r"(?:^|(?<=\s))#")
HEADER = re.compile(r"[^\r\n]*[|>][-+0-9]*")
"""What stands before the text of a block: an anchor perhaps, the indicator, and what modifies it."""


def glued_comments(text: str, events: Iterator[Any]) -> list[int]:
    """The index of each `#` that begins a comment and has no space before it."""
    scalars: list[Any] = [event for event in events if type(event) is ScalarEvent]
    starts = [event.start_mark.index for event in scalars]
    candidates = (found.end() - 1 for found in CANDIDATE.finditer(text))
    return [index for index in candidates if _is_glued(text, index, scalars, starts)]


def _is_glued(text: str, index: int, scalars: list[Any], starts: list[int]) -> bool:
    scalar = _scalar_at(index, scalars, starts)
    if scalar is not None:
        begin = scalar.start_mark.index
        return scalar.style in ("|", ">") and HEADER.fullmatch(text[begin:index]) is not None
    line = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
    before = COMMENT.finditer(text, line, index)
    return all(_scalar_at(found.end() - 1, scalars, starts) is not None for found in before)


def _scalar_at(index: int, scalars: list[Any], starts: list[int]) -> Any:
    """The scalar that a character belongs to, or None."""
    nearest = bisect_right(starts, index) - 1
    if nearest < 0 or index >= scalars[nearest].end_mark.index:
        return None
    return scalars[nearest]
