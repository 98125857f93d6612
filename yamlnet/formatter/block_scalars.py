"""Literal and folded texts (`|`, `>`): their lines without the indentation, and their header without need."""

from __future__ import annotations

from msgspec import Struct

INDENTATION = 2
"""How much deeper than their header's line such texts are written."""


class BlockText(Struct, frozen=True):
    """A text's header (`|`, `>-`, `|2+`), its lines, and how many of the lines that it was read from."""

    header: str
    lines: tuple[str, ...]
    read: int


def content_of(header: str, written: str, value: str) -> BlockText:
    """A literal or folded text.

    Args:
        header: `|` or `>` with its indicators.
        written: the lines below it, as they stand in the file.
        value: what they mean.
    """
    lines = written.split("\n")
    if not lines[-1]:
        lines.pop()
    indentation = _indentation(lines, value)
    content = [line[indentation:] if len(line) > indentation else "" for line in lines]
    keeps = "+" in header
    while content and not content[-1] and not keeps:
        content.pop()  # blank lines behind the last one mean nothing
    chomp = "+" if keeps else "-" if "-" in header else ""
    if value and not value.endswith("\n"):
        chomp = "-"  # the file ends without a line break, which is a part of the value
    digit = str(INDENTATION) if any(map(str.isdigit, header)) else ""
    return BlockText(header[0] + digit + chomp, tuple(content), len(content))


def _indentation(lines: list[str], value: str) -> int:
    """How many columns of each line are not part of the value: a header's digit counts from the parent."""
    indented = [line for line in lines if line.strip(" ")]
    meant = [line for line in value.split("\n") if line.strip(" ")]
    if indented and meant:
        return _leading(indented[0]) - _leading(meant[0])
    longest = max(map(len, lines), default=0)
    return longest - max(map(len, value.split("\n")))


def _leading(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
