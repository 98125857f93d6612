"""Telling problems: where paths become `file:line:column`, and diagnostics become text, JSON or annotations."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from yamlnet.diagnostics.diagnostic import At, Diagnostic, KeyPath, Severity, Span

Style = Literal["text", "json", "github"]
WIDEST_LINE = 120
"""Longer lines are shown as the stretch around the caret."""


class Places(Protocol):
    """What the reporter needs of a parsed file."""

    @property
    def text(self) -> str: ...
    @property
    def source(self) -> str: ...
    def span(self, path: KeyPath, at: At = "value") -> Span: ...
    def is_plain(self, path: KeyPath) -> bool: ...


@dataclass(frozen=True, slots=True)
class Located:
    """A problem or a note at its place in a file."""

    source: str
    span: Span
    line: str
    message: str
    check: str
    severity: Severity
    path: KeyPath
    notes: tuple[Located, ...] = ()


def locate(problem: Diagnostic, trees: Mapping[str, Places]) -> Located:
    """A diagnostic with its path turned into a place; notes likewise.

    `trees` holds each file by its source; `""` is the blueprint that was asked for.
    """
    tree = trees.get(problem.source or "")
    span = problem.span or (tree.span(problem.path, problem.at) if tree else Span(1, 1, 1, 2))
    if tree is not None and problem.within is not None and span.line == span.end_line:
        quoted = 0 if tree.is_plain(problem.path) else 1
        start, end = problem.within
        span = Span(span.line, span.column + quoted + start, span.line, span.column + quoted + end)
    notes = tuple(
        locate(Diagnostic(problem.check, note.message, note.path, "key", source=note.source), trees)
        for note in problem.notes
    )
    return Located(
        source=tree.source if tree else (problem.source or ""),
        span=span,
        line=_line(tree.text, span.line) if tree else "",
        message=problem.message,
        check=problem.check,
        severity=problem.severity,
        path=problem.path,
        notes=notes,
    )


def render(
    problems: Iterable[Diagnostic], trees: Mapping[str, Places], style: Style = "text", color: bool = False
) -> str:
    """Problems sorted by place, each once, in one of the styles; ends with a newline if not empty."""
    located = {
        (one.source, one.span, one.check, one.message): one
        for one in (locate(problem, trees) for problem in problems)
    }
    ordered = sorted(located.values(), key=lambda one: (one.source, one.span, one.check, one.message))
    if style == "json":
        return json.dumps([_as_json(one) for one in ordered], indent=2, ensure_ascii=False) + "\n"
    if style == "github":
        return "".join(_annotation(one) for one in ordered)
    texts = [_text(one, color) for one in ordered]
    return "".join(texts) + (_count(ordered) if len(ordered) > 1 else "")


def _line(text: str, number: int) -> str:
    lines = text.split("\n")
    return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


def _text(one: Located, color: bool) -> str:
    mark = "warning: " if one.severity == "warning" else ""
    place = f"{one.source}:{one.span.line}:{one.span.column}:"
    tint = "33" if one.severity == "warning" else "31"
    shown = f"{_bold(place, color)} {_tint(mark, tint, color)}{one.message} {_tint(f'[{one.check}]', '2', color)}\n"
    shown += _excerpt(one, tint, color)
    for note in one.notes:
        shown += f"  {note.source}:{note.span.line}:{note.span.column}: {note.message}\n"
        shown += _indented(_excerpt(note, "36", color))
    return shown


def _excerpt(one: Located, tint: str, color: bool) -> str:
    if not one.line.strip():
        return ""
    line, column = _window(one.line.replace("\t", " "), one.span.column)
    wide = one.span.end_column - one.span.column if one.span.line == one.span.end_line else len(line)
    stretch = line[column - 1 : column - 1 + max(wide, 1)].rstrip()
    gutter = str(one.span.line)
    caret = "^" + "~" * (max(_width(stretch), 1) - 1)
    return (
        f"{gutter} | {line}\n"
        f"{' ' * len(gutter)} | {' ' * _width(line[: column - 1])}{_tint(caret, tint, color)}\n"
    )


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def _window(line: str, column: int) -> tuple[str, int]:
    """A long line cut to the stretch around a column, and the column in it."""
    if len(line) <= WIDEST_LINE:
        return line, column
    start = max(0, min(column - 1 - WIDEST_LINE // 2, len(line) - WIDEST_LINE))
    head = "…" if start else ""
    tail = "…" if start + WIDEST_LINE < len(line) else ""
    return head + line[start : start + WIDEST_LINE] + tail, column - start + len(head)


def _width(text: str) -> int:
    """How many columns a terminal takes for a text: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def _count(ordered: list[Located]) -> str:
    errors = sum(one.severity == "error" for one in ordered)
    warnings = len(ordered) - errors
    parts = [f"{errors} error{'s' if errors != 1 else ''}"] if errors else []
    parts += [f"{warnings} warning{'s' if warnings != 1 else ''}"] if warnings else []
    return ", ".join(parts) + "\n"


def _as_json(one: Located) -> dict[str, object]:
    return {
        "file": one.source,
        "line": one.span.line,
        "column": one.span.column,
        "end_line": one.span.end_line,
        "end_column": one.span.end_column,
        "severity": one.severity,
        "check": one.check,
        "message": one.message,
        "path": list(one.path),
        "notes": [_as_json(note) for note in one.notes],
    }


def _annotation(one: Located) -> str:
    """A workflow command of GitHub Actions (docs.github.com: setting an error message)."""
    escaped = one.message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    source = one.source.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    place = f"file={source},line={one.span.line},col={one.span.column}"
    return f"::{one.severity} {place},title={one.check}::{escaped}\n"


def _bold(text: str, color: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if color else text


def _tint(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text
