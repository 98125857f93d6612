"""Telling problems: where key paths become `file:line:column`, and diagnostics text, JSON or annotations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from yamlnet.diagnostics.diagnostic import At, Diagnostic, KeyPath, Note, Severity, Span
from yamlnet.diagnostics.lines import shown, split_lines, width

Style = Literal["text", "json", "github"]

WIDEST_LINE = 120
"""Longer source lines are shown as the stretch around the caret."""

MARGIN = 40
"""How much of a longer line is shown before the caret."""

MOST_NOTES = 5
"""Of more notes, those in the middle are counted."""

COLORS = {"error": "31", "warning": "33", "note": "36"}
"""SGR codes: red, yellow, cyan."""


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


@dataclass(frozen=True, slots=True)
class Located:
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
) -> str:
    """Problems sorted by place, each once, as one text that ends with a line break (or is empty).

    Args:
        problems: what was found, in any order.
        trees: each file that the problems point into, by its source; `""` is the blueprint that was asked
            for. Or that one file alone.
        style: `text` for people, `json` (a list of objects) for programs, `github` for annotations in a
            GitHub workflow.
        color: whether the text may hold terminal colours.
    """
    files = _Files(trees)
    located = {(one.source, one.span, one.check, one.message): one for one in map(files.locate, problems)}
    ordered = [located[key] for key in sorted(located)]
    if style == "json":
        return json.dumps([_as_json(one) for one in ordered], indent=2) + "\n"
    if style == "github":
        return "".join(map(_annotation, ordered))
    return "".join(_text(one, color) for one in ordered) + _count(ordered)


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


def _text(one: Located, color: bool) -> str:
    mark = _tint("warning: ", COLORS["warning"], color) if one.severity == "warning" else ""
    check = _tint(f"[{one.check}]", "2", color)
    head = f"{_tint(f'{shown(one.place)}:', '1', color)} {mark}{shown(one.message)} {check}\n"
    notes = "".join(_notes_text(one.notes, color))
    return head + _excerpt(one, color) + notes


def _notes_text(notes: tuple[Located, ...], color: bool) -> Iterator[str]:
    """The notes; of a long way through blocks and files, its two ends."""
    left_out = notes[MOST_NOTES - 1 : -1] if len(notes) > MOST_NOTES else ()
    for index, note in enumerate(notes):
        if left_out and index == MOST_NOTES - 1:
            yield f"  … through {len(left_out)} further places\n"
        if not (left_out and MOST_NOTES - 1 <= index < len(notes) - 1):
            yield _note_text(note, color)


def _note_text(note: Located, color: bool) -> str:
    text = f"{shown(note.place)}: {shown(note.message)}\n{_excerpt(note, color)}"
    return "".join(f"  {line}\n" for line in text.splitlines())


def _excerpt(one: Located, color: bool) -> str:
    """The source line behind its number, and under it the caret."""
    if not one.line.strip():
        return ""
    before, marked, after = _stretch(one.line, one.span)
    caret = "^" + "~" * (width(marked.rstrip() or marked) - 1)
    number = str(one.span.line)
    line = f"{before}{marked}{after}".rstrip()
    under = f"{' ' * width(before)}{_tint(caret, COLORS[one.severity], color)}"
    return f"{number} | {line}\n{' ' * len(number)} | {under}\n"


def _stretch(line: str, span: Span) -> tuple[str, str, str]:
    """A source line as it is shown: what stands before the caret, above it, and after it."""
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    end = max(start, min(end, len(line)))
    before, marked, after = shown(line[:start]), shown(line[start:end]), shown(line[end:])
    room = WIDEST_LINE
    if len(before) + len(marked) + len(after) > WIDEST_LINE:
        if len(before) > MARGIN:
            kept = max(MARGIN, WIDEST_LINE - len(marked) - len(after))
            before = before if len(before) <= kept else "…" + before[-kept:]
        room -= len(before)
        if len(marked) > room:
            marked, after = marked[:room] + "…", ""
        elif len(marked) + len(after) > room:
            after = after[: room - len(marked)] + "…"
    return before, marked, after


def _count(ordered: list[Located]) -> str:
    """`2 errors, 1 warning`, or nothing where there is one problem: one can count to one."""
    if len(ordered) < 2:
        return ""
    errors = sum(one.severity == "error" for one in ordered)
    counts = (("error", errors), ("warning", len(ordered) - errors))
    return ", ".join(f"{count} {what}{'s' if count != 1 else ''}" for what, count in counts if count) + "\n"


def _as_json(one: Located) -> dict[str, object]:
    place = {
        "file": one.source,
        "line": one.span.line,
        "column": one.span.column,
        "end_line": one.span.end_line,
        "end_column": one.span.end_column,
        "message": one.message,
        "path": list(one.path),
    }
    if one.severity == "note":
        return dict(place)
    return {
        **place,
        "severity": one.severity,
        "check": one.check,
        "notes": [_as_json(note) for note in one.notes],
    }


def _annotation(one: Located) -> str:
    """A workflow command of GitHub Actions, its notes as further lines.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message
    """
    notes = "".join(f"\n{note.place}: {note.message}" for note in one.notes)
    place = {"file": one.source, "line": one.span.line, "endLine": one.span.end_line}
    if one.span.line == one.span.end_line:
        # GitHub refuses columns of a stretch over several lines, and counts the end inclusively.
        place |= {"col": one.span.column, "endColumn": max(one.span.column, one.span.end_column - 1)}
    place |= {"title": one.check}
    settings = ",".join(f"{name}={_escape_setting(str(value))}" for name, value in place.items())
    return f"::{one.severity} {settings}::{_escape(one.message + notes)}\n"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_setting(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


def _tint(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text
