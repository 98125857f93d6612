"""libyaml's messages in words that a beginner can act on."""

from __future__ import annotations

from typing import Any

from yamlnet.diagnostics.diagnostic import Diagnostic, Span


def explain(error: Any, text: str) -> Diagnostic:
    """One located problem for what made YAML's scanner or parser stop."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    lines = text.split("\n")
    written = lines[line - 1] if line <= len(lines) else ""
    message, moved = _message(str(error.problem or ""), str(error.context or ""), written, error, lines)
    line, column = moved or (line, column)
    return Diagnostic("yaml", message, span=Span(line, column, line, column + 1))


def _message(
    problem: str, context: str, written: str, error: Any, lines: list[str]
) -> tuple[str, tuple[int, int] | None]:
    """The message, and another place where it had better point."""
    opened = error.context_mark
    if "tab" in problem or "\t" in written[: len(written) - len(written.lstrip())]:
        return "a tab cannot indent YAML; use spaces", None
    if "found character that cannot start any token" in problem:
        character = _character(error)
        if character == "\t":
            return "a tab cannot indent YAML; use spaces", None
        return f'a value cannot begin with "{character}"; put quotes around it', None
    if "flow" in context and opened is not None:
        place = (opened.line + 1, opened.column + 1)
        bracket = lines[opened.line][opened.column : opened.column + 1]
        if "${" in lines[opened.line] or "${" in written:
            return 'inside {…} and […] put quotes around an expression: "${…}"', place
        return f'this "{bracket}" is never closed, or a comma is missing after it', place
    if "quoted scalar" in context and opened is not None:
        return "this quote is never closed", (opened.line + 1, opened.column + 1)
    if "mapping values are not allowed" in problem:
        return 'a second ": " in one line; put quotes around the value, or begin a new line', None
    if "could not find expected ':'" in problem:
        return 'this line has no ":" after its key; write key: value', _last_line(error, lines)
    if "block mapping" in context or "block collection" in context or "block sequence" in context:
        return "this line is indented differently from its siblings above", None
    if "anchor" in problem or "alias" in problem:
        return f"{problem}; names of anchors have letters, digits, - and _", None
    return f"this is not YAML: {problem or context}", None


def _character(error: Any) -> str:
    mark = error.problem_mark
    buffer = getattr(mark, "buffer", None)
    if buffer is not None and mark.pointer < len(buffer):
        return str(buffer[mark.pointer])
    return "this character"


def _last_line(error: Any, lines: list[str]) -> tuple[int, int] | None:
    """The key without a colon stands where the context began, not where the scanner gave up."""
    opened = error.context_mark
    if opened is None or opened.line >= len(lines):
        return None
    return opened.line + 1, opened.column + 1
