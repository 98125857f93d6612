"""One scalar as it is written: in double quotes where that needs no escapes, its further lines indented."""

from __future__ import annotations

from yamlnet.formatter.nodes import Leaf

BLANKS = " \t"
MARKERS = ("---", "...")


class CannotSettle(Exception):
    """A value that the house style has no form for; the text says why."""


def key_of(leaf: Leaf) -> str:
    """A key.

    Raises:
        CannotSettle: it stands on several lines, or would begin a document.
    """
    words = lines_of(leaf)
    refuse_marker(leaf)
    if len(words) > 1 or leaf.is_block:
        raise CannotSettle(f"the key {words[0][:40]} stands on several lines; write it on one")
    return words[0]


def refuse_marker(leaf: Leaf) -> None:
    """Refuse text that would begin or end a document where it is the first on a line.

    Raises:
        CannotSettle: it would.
    """
    if leaf.text.startswith(MARKERS):
        raise CannotSettle(f"text that begins with {leaf.text[:3]} needs quotes")


def lines_of(leaf: Leaf) -> list[str]:
    """The lines of a scalar (or alias) with its anchor, without indentation; one line for most."""
    text = leaf.text
    if leaf.style == "'" and not set('"\\') & set(text):
        text = '"' + text[1:-1].replace("''", "'") + '"'
    if leaf.anchor:
        text = f"{leaf.anchor} {text}".rstrip() if text else leaf.anchor
    if "\n" not in text:
        return [text]
    first, *further = text.split("\n")
    return [_before_break(first), *map(_between, further[:-1]), further[-1].lstrip(BLANKS)]


def _between(line: str) -> str:
    return _before_break(line.lstrip(BLANKS))


def _before_break(line: str) -> str:
    """A line without the blanks at its end, which a line break takes up, unless the last is escaped."""
    short = line.rstrip(BLANKS)
    escapes = len(short) - len(short.rstrip("\\"))
    return line if escapes % 2 and short != line else short
