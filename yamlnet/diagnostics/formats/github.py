"""Problems as workflow commands of GitHub Actions, which shows them beside the lines of a change."""

from __future__ import annotations

from yamlnet.diagnostics.lines import shown
from yamlnet.diagnostics.report import Explain, Located


def problems(ordered: list[Located], color: bool, explain: Explain, most: int | None = None) -> str:
    """A line for each problem."""
    return "".join(map(_annotation, ordered))


def plainly(message: str, hint: str | None, color: bool) -> str:
    """A command without a place."""
    return f"::error::{_escape(f'{message}; {hint}' if hint else message)}\n"


def _annotation(one: Located) -> str:
    """A workflow command of GitHub Actions, its notes as further lines.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message
    """
    notes = "".join(f"\n{shown(f'{note.place}: {note.message}')}" for note in one.notes)
    place = {"file": one.source, "line": one.span.line, "endLine": one.span.end_line}
    if one.span.line == one.span.end_line:
        # GitHub refuses columns of a stretch over several lines, and counts the end inclusively.
        place |= {"col": one.span.column, "endColumn": max(one.span.column, one.span.end_column - 1)}
    place |= {"title": one.check}
    settings = ",".join(f"{name}={_escape_setting(str(value))}" for name, value in place.items())
    return f"::{one.severity} {settings}::{_escape(shown(one.message) + notes)}\n"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_setting(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
