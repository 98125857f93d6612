"""A right blueprint as its text and, for every key and value, the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mutants.roles import role_of
from yamlnet.diagnostics.diagnostic import KeyPath, Span
from yamlnet.diagnostics.lines import split_lines
from yamlnet.syntax.parse import parse
from yamlnet.syntax.tree import Positions, Value

COMMENT = re.compile(r"(^|\s)#.*$")
PROSE = ("description", "help")
"""Keys whose text mentions words without using them."""


@dataclass(frozen=True)
class Place:
    """One key with its value, or one item of a list.

    `siblings` are the paths of the same collection in the file's order; `role` says what the language
    takes the place for (`roles.py`).
    """

    path: KeyPath
    key: Span | None
    span: Span
    value: Value
    style: str
    siblings: tuple[KeyPath, ...]
    role: str

    @property
    def begin(self) -> tuple[int, int]:
        """Line and column at which the key, or the item, begins."""
        first = self.key or self.span
        return first.line, first.column


@dataclass(frozen=True)
class Original:
    """A right file. `name` is how mutants of it are called: its path below its collection."""

    name: str
    path: Path
    text: str

    @cached_property
    def document(self) -> dict[str, Value]:
        """The file's value."""
        value = self._tree[0]
        assert isinstance(value, dict)
        return value

    @cached_property
    def _tree(self) -> tuple[Value, Positions]:
        tree = parse(self.text, self.name)
        return tree.value, tree.positions

    @cached_property
    def places(self) -> dict[KeyPath, Place]:
        """Every place that was written; what an alias repeats is not."""
        return {place.path: place for place in self._places(*self._tree, ())}

    def _places(self, value: Value, positions: Positions, path: KeyPath) -> Iterator[Place]:
        if positions.style == "*" or not isinstance(value, dict | list):
            return
        items = value.items() if isinstance(value, dict) else enumerate(value)
        siblings = tuple((*path, step) for step in (value if isinstance(value, dict) else range(len(value))))
        for step, item in items:
            below, inner = (*path, step), positions.children[step]
            key = positions.keys.get(step) if isinstance(step, str) else None
            yield Place(below, key, inner.span, item, inner.style, siblings, role_of(below, self.document))
            yield from self._places(item, inner, below)

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines."""
        return split_lines(self.text)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def index(self, line: int, column: int) -> int:
        """The index in the text of a line and column that count from 1."""
        return self._starts[line - 1] + column - 1

    def start(self, span: Span) -> int:
        """The index of a span's first character."""
        return self.index(span.line, span.column)

    def end(self, span: Span) -> int:
        """The index behind a span."""
        return self.index(span.end_line, span.end_column)

    def written(self, span: Span) -> str:
        """The text of a span."""
        return self.text[self.start(span) : self.end(span)]

    def edited(self, start: int, end: int, new: str) -> str:
        """The text with one stretch replaced."""
        return self.text[:start] + new + self.text[end:]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the file, so that a misspelling does not happen to be another of its words."""
        return frozenset(re.findall(r"\w+", self.text))

    def parent_line(self, path: KeyPath) -> int:
        """The line of the key (or dash) of the collection that a place stands in."""
        for depth in range(len(path) - 1, 0, -1):
            if (found := self.places.get(path[:depth])) is not None and found.key is not None:
                return found.key.line
            if found is not None:
                return found.span.line
        return self._tree[1].span.line


def lines_using(text: str, names: set[str]) -> set[int]:
    """The lines of a text that hold one of some names as a word, comments and prose aside."""
    found: set[int] = set()
    patterns = [_as_pattern(name) for name in names if name]
    for number, line in enumerate(split_lines(text), start=1):
        code = COMMENT.sub("", line)
        for word in PROSE:
            code = re.sub(rf"\b{word}: ?.*$", "", code)
        if any(pattern.search(code) for pattern in patterns):
            found.add(number)
    return found


def _as_pattern(name: str) -> re.Pattern[str]:
    """A name as a word; `down${level}` as every word that it could become, and as itself."""
    parts = [re.escape(part) for part in re.split(r"\$\{.*?\}", name)]
    return re.compile("(?<!\\w)" + r"(?:\w+|\$\{[^}]*\})".join(parts) + "(?!\\w)")
