"""A parsed file: plain values, and beside them the place of every key and value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct, field

from yamlnet.diagnostics.diagnostic import At, Diagnostic, KeyPath, Note, Span
from yamlnet.diagnostics.lines import split_lines

Scalar = str | int | float | bool | None
Value = Scalar | list["Value"] | dict[str, "Value"]

CHARACTERS = {
    "plain": re.compile(r"."),
    "'": re.compile(r"''|."),
    '"': re.compile(r"\\x..|\\u.{4}|\\U.{8}|\\.|."),
}
"""What stands for one character of a value, by the style in which it is written on one line."""

MAX_DEPTH = 64
"""How deep collections may stand in each other."""

TOO_DEEP = f"values stand in each other more than {MAX_DEPTH} deep"


class Positions(Struct, frozen=True):
    """Where one value stands, and where its children stand.

    A mapping has `keys` (the span of each key) and `children` by key; a sequence has `children`
    by index; a scalar has neither. `style` is the scalar's YAML style (`plain`, `'`, `"`, `|`,
    `>`; `*` for an alias), which tells whether a column inside the text can be trusted. `replaced` is
    the value that stood here before a variant, an extending file or the command line set another.
    """

    span: Span
    keys: dict[str, Span] = field(default_factory=dict)
    children: dict[str | int, Positions] = field(default_factory=dict)
    style: str = "plain"
    replaced: Branch | None = None


class Branch(NamedTuple):
    """A value with its places: a whole file's, or a part of it."""

    value: Value
    positions: Positions


class Tree(Struct, frozen=True):
    """A parsed document.

    Attributes:
        value: mappings, sequences and scalars as plain Python data; mapping order is the file's.
        positions: the parallel tree of places.
        text: the file's text, for showing lines.
        source: the file as the user named it, for showing places.
        texts: the texts of other files that parts of the value come from, by their names; spans of
            such parts carry the name.
        ways: the places that led to each of those files, innermost first.
        warnings: what the file's YAML says and its writer may not have meant, each with its own place.
    """

    value: Value
    positions: Positions
    text: str
    source: str
    texts: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()

    def position(self, path: KeyPath) -> Positions:
        """The position of the value at `path`, or of its nearest ancestor that was written."""
        found = self.positions
        for step in path:
            child = found.children.get(step)
            if child is None:
                return found
            found = child
        return found

    def inside(self, path: KeyPath, within: tuple[int, int]) -> Span:
        """The span of a range of characters inside the scalar at `path`.

        It is the whole scalar's where columns inside it cannot be told from the value's characters: a
        scalar over several lines, or what an alias stands for.
        """
        position = self.position(path)
        span = position.span
        characters = CHARACTERS.get(position.style)
        if characters is None or span.line != span.end_line:
            return span
        quoted = 0 if position.style == "plain" else 1
        text = self.texts[span.source] if span.source else self.text
        line = split_lines(text)[span.line - 1]
        written = line[span.column - 1 + quoted : span.end_column - 1 - quoted]
        starts = [*(found.start() for found in characters.finditer(written)), len(written)]
        first, last = (span.column + quoted + starts[min(offset, len(starts) - 1)] for offset in within)
        return Span(span.line, first, span.line, last, span.source)

    def span(self, path: KeyPath, at: At = "value") -> Span:
        """The span of the value at `path`, or of its key; of the nearest ancestor if unwritten."""
        parent = self.positions
        for depth, step in enumerate(path):
            child = parent.children.get(step)
            last = depth == len(path) - 1
            if last and at == "key" and isinstance(step, str) and step in parent.keys:
                return parent.keys[step]
            if child is None:
                # The key itself is missing: point at the key of the mapping that lacks it.
                return self.span(path[:depth], "key") if depth else parent.span
            parent = child
        return parent.span
