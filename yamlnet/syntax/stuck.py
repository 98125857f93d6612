"""Where and why the YAML parser stopped, and ways to look at the text around that place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from msgspec import Struct

from yamlnet.diagnostics.diagnostic import Diagnostic, Note, Span
from yamlnet.diagnostics.lines import split_lines

OPENERS = {"[": "]", "{": "}"}
CLOSERS = {"]": "[", "}": "{"}

KEY = r"""(?:[\w.$-]+|"[^"\n]*"|'[^'\n]*')"""
LONGEST_WORD = 200
BLANK = re.compile(r"\s*(?:#.*)?$")

# Quoted text, comments and brackets. A quote that is never closed reaches to the end, so that a search
# reads each character once.
TOKENS = re.compile(
    r"""(?<!\w)"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)|(?<!\w)'[^']*(?:'|\Z)|(?:(?<=\s)|\A)\#[^\r\n]*|[\[\]{}]""",
    re.DOTALL,
)


class Stuck(Struct, frozen=True):
    """Where the parser stopped and what it said.

    `line` and `column` count from 0. `opened` is where the thing began that was being read, if any: its
    line, column and index.
    """

    text: str
    lines: list[str]
    source: str
    problem: str
    context: str
    line: int
    column: int
    index: int
    opened: tuple[int, int, int] | None

    @property
    def here(self) -> str:
        """The character at which the parser stopped; empty at the end of the text."""
        return self.text[self.index : self.index + 1]

    @property
    def before(self) -> str:
        """The line up to where the parser stopped."""
        return self.lines[self.line][: self.column]

    @property
    def rest(self) -> Span:
        """From where the parser stopped to the end of the line."""
        return place(self.line, self.column, len(self.lines[self.line].rstrip()) - self.column)

    def span(self, length: int = 1) -> Span:
        """The place where the parser stopped."""
        return place(self.line, self.column, length)

    def refuse(self, check: str, message: str, span: Span, *notes: Note) -> Diagnostic:
        """A diagnostic in this file."""
        return Diagnostic(check, message, span=span, source=self.source, notes=notes)

    def note(self, message: str, span: Span) -> Note:
        """A note in this file."""
        return Note(message, (), self.source, span=span)

    def written_above(self) -> int | None:
        """The nearest line above that is neither blank nor a comment."""
        above = range(self.line - 1, -1, -1)
        return next((number for number in above if not BLANK.match(self.lines[number])), None)

    def word_before(self) -> int:
        """The column of the word before the colon at which the parser stopped, or where it stopped."""
        tail = self.before[-LONGEST_WORD:]  # of a line of a megabyte, only its end
        found = re.search(rf"{KEY}\s*$", tail)
        if found is None or self.here != ":":
            return self.column
        return self.column - len(tail) + found.start()

    def start_of(self, line: int) -> int:
        """The index at which a line begins."""
        here = self.index - self.column
        below = sum(len(text) + 1 for text in self.lines[self.line : line])
        above = sum(len(text) + 1 for text in self.lines[line : self.line])
        return here + below - above

    def written_end(self, index: int) -> int:
        """Where what is written before an index ends, spaces and comments aside."""
        comments = {found.end(): found.start() for found in self.tokens() if found[0].startswith("#")}
        end = len(self.text[:index].rstrip())
        while end in comments:
            end = len(self.text[: comments[end]].rstrip())
        return end

    def tokens(self, start: int = 0) -> Iterator[re.Match[str]]:
        """Quoted texts, comments and brackets from an index on."""
        return TOKENS.finditer(self.text, start)

    def place_of(self, index: int, length: int = 1) -> Span:
        """The span of an index that lies on or before the line at which the parser stopped."""
        before = split_lines(self.text[:index])
        return place(len(before) - 1, len(before[-1]), length)


def stuck_at(error: yaml.YAMLError, text: str, source: str) -> Stuck:
    """A parser's error in this form; libyaml's and PyYAML's own messages differ, their marks do not."""
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    lines = split_lines(text)
    return Stuck(
        text=text,
        lines=lines,
        source=source,
        problem=getattr(error, "problem", None) or "",
        context=getattr(error, "context", None) or "",
        line=min(mark.line, len(lines) - 1) if mark else 0,
        column=mark.column if mark else 0,
        index=mark.index if mark else 0,
        opened=(opened.line, opened.column, opened.index) if opened else None,
    )


def place(line: int, column: int, length: int = 1) -> Span:
    """A span within one line, from positions that count from 0."""
    return Span(line + 1, column + 1, line + 1, column + 1 + max(length, 0))


def indent_of(line: str) -> int:
    """How many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))
