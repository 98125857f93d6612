"""Problems for people: each with its source line, a caret, and the notes below it."""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Span
from yamlnet.diagnostics.lines import shown, width
from yamlnet.diagnostics.report import Explain, Located

WIDEST_LINE = 120
"""Longer source lines are shown as the stretch around the caret."""

MARGIN = 40
"""How much of a longer line is shown before the caret."""

MOST_NOTES = 5
"""Of more notes, those in the middle are counted."""

COLORS = {"error": "31", "warning": "33", "note": "36"}
"""SGR codes: red, yellow, cyan."""


def problems(ordered: list[Located], color: bool, explain: Explain) -> str:
    """Each problem, and how many there are."""
    return "".join(_text(one, color) for one in ordered) + _count(ordered)


def plainly(message: str, hint: str | None, color: bool) -> str:
    """`error: …`, and below it what to do."""
    return f"{_tint('error:', '1;31', color)} {message}\n" + (f"  {hint}\n" if hint else "")


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


def _tint(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text
