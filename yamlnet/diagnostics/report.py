"""Telling problems: where key paths become `file:line:column`; how they look is a format's, in `formats/`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol, cast, get_args

from msgspec import Struct

from yamlnet.diagnostics.diagnostic import At, Diagnostic, KeyPath, Note, Severity, Span
from yamlnet.diagnostics.lines import split_lines

Style = Literal["text", "json", "github", "sarif"]
"""The formats; each is `yamlnet.diagnostics.formats.<style>`."""

STYLES: tuple[Style, ...] = get_args(Style)

Explain = Callable[[str], "tuple[str, str] | None"]
"""From a check's name to what its page says, as one sentence and as a whole; None where it has no page."""


class Places(Protocol):
    """What the reporter needs of a parsed file."""

    @property
    def text(self) -> str:
        """The file's text."""

    @property
    def source(self) -> str:
        """The file, as the user named it."""

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts of the other files that it was put together from, by their names."""

    @property
    def ways(self) -> Mapping[str, tuple[Note, ...]]:
        """The places that led to each of those files, innermost first."""

    def span(self, path: KeyPath, at: At = "value") -> Span:
        """The place of a value, or of its key."""

    def inside(self, path: KeyPath, within: tuple[int, int]) -> Span:
        """The place of a range of characters inside a scalar."""


class Located(Struct, frozen=True):
    """A problem, or a note of one, at its place in a file. `line` is the text of the span's first line."""

    source: str
    span: Span
    line: str
    message: str
    check: str
    severity: Severity | Literal["note"]
    path: KeyPath
    notes: tuple[Located, ...] = ()

    @property
    def place(self) -> str:
        """`file:line:column`."""
        return f"{self.source}:{self.span.line}:{self.span.column}"


def render(
    problems: Iterable[Diagnostic],
    trees: Mapping[str, Places] | Places,
    style: Style = "text",
    color: bool = False,
    explain: Explain = lambda check: None,
    most: int | None = None,
) -> str:
    """Problems sorted by place, each once, as one text that ends with a line break (or is empty).

    Args:
        problems: what was found, in any order.
        trees: each file that the problems point into, by its source; `""` is the blueprint that was asked
            for. Or that one file alone.
        style: `text` for people, `json` (a list of objects) for programs, `github` for annotations in a
            GitHub workflow, `sarif` for services that gather what analysers find.
        color: whether the text may hold terminal colours.
        explain: where the formats that describe the checks find what to say of them.
        most: how many of one name in one file people are shown, the rest counted; None shows all. Programs
            get all.
    """
    files = _Files(trees)
    located = {(one.source, one.span, one.check, one.message): one for one in map(files.locate, problems)}
    return _format(style).problems([located[key] for key in sorted(located)], color, explain, most)


def render_plainly(message: str, hint: str | None = None, style: Style = "text", color: bool = False) -> str:
    """An error that has no place in a blueprint, in the same forms."""
    return _format(style).plainly(message, hint, color)


class Format(Protocol):
    """What a module of `formats/` holds. Colours are only asked for where people read."""

    def problems(self, ordered: list[Located], color: bool, explain: Explain, most: int | None = None) -> str:
        """Problems, sorted."""

    def plainly(self, message: str, hint: str | None, color: bool) -> str:
        """An error without a place, and what to do about it."""


def _format(style: Style) -> Format:
    return cast(Format, importlib.import_module(f"yamlnet.diagnostics.formats.{style}"))


def locate(problem: Diagnostic, trees: Mapping[str, Places] | Places) -> Located:
    """A diagnostic with its path turned into a place, and those of its notes; `trees` as in `render`."""
    return _Files(trees).locate(problem)


def without_echoes(
    problems: Sequence[Diagnostic], trees: Mapping[str, Places] | Places
) -> tuple[Diagnostic, ...]:
    """The problems without the warnings that begin where an error begins: one word about a place will do."""
    if all(problem.severity == "error" for problem in problems):
        return tuple(problems)
    files = _Files(trees)
    places = [files.locate(problem).place for problem in problems]
    wrong = {place for place, problem in zip(places, problems, strict=True) if problem.severity == "error"}
    return tuple(
        problem
        for place, problem in zip(places, problems, strict=True)
        if problem.severity == "error" or place not in wrong
    )


class _Files:
    """The files that problems point into, each split into lines once."""

    def __init__(self, trees: Mapping[str, Places] | Places) -> None:
        self.trees: Mapping[str, Places] = (
            trees if isinstance(trees, Mapping) else {"": trees, trees.source: trees}
        )
        self.texts: dict[str, str] = {}
        for tree in self.trees.values():
            self.texts.update(tree.texts)
        self.texts.update({tree.source: tree.text for tree in self.trees.values()})
        self.lines: dict[str, list[str]] = {}

    def locate(self, problem: Diagnostic) -> Located:
        tree = self.trees.get(problem.source or "")
        span = _span(problem, tree)
        source = span.source or (tree.source if tree else problem.source or "")
        notes = tuple(self._note(note, problem) for note in problem.notes)
        if tree is not None and all(place != tree.source for place in (source, *(n.source for n in notes))):
            # A file that the user did not ask for: say how it comes in.
            notes += tuple(self._note(note, problem) for note in tree.ways.get(source, ()))
        line = self._line(source, span)
        return Located(
            source, span, line, problem.message, problem.check, problem.severity, problem.path, notes
        )

    def _note(self, note: Note, problem: Diagnostic) -> Located:
        tree = self.trees.get(note.source or "")
        span = note.span or (tree.span(note.path, note.at) if tree else NOWHERE)
        source = span.source or (tree.source if tree else note.source or "")
        line = self._line(source, span)
        return Located(source, span, line, note.message, problem.check, "note", note.path)

    def _line(self, source: str, span: Span) -> str:
        if source not in self.texts:
            return ""
        lines = self.lines.get(source)
        if lines is None:
            lines = self.lines[source] = split_lines(self.texts[source])
        return lines[span.line - 1] if span.line <= len(lines) else ""


NOWHERE = Span(1, 1, 1, 1)


def _span(problem: Diagnostic, tree: Places | None) -> Span:
    if problem.span is not None:
        return problem.span
    if tree is None:
        return NOWHERE
    if problem.within is not None:
        return tree.inside(problem.path, problem.within)
    return tree.span(problem.path, problem.at)
