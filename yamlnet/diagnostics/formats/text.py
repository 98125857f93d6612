"""Problems for people: each with its source line, a caret, and the notes below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from yamlnet.diagnostics.diagnostic import Span
from yamlnet.diagnostics.lines import shown, width
from yamlnet.diagnostics.report import Explain, Located

WIDEST_LINE = 120
"""Longer source lines are shown as the stretch around the caret."""

MARGIN = 40
"""How much of a longer line is shown before the caret."""

MOST_NOTES = 5
"""Of more notes that say the same, those in the middle are counted: a long way through blocks and files."""

MOST_NOTES_IN_ALL = 14
"""And of more notes of any kind."""

COLORS = {"error": "31", "warning": "33", "note": "36"}
"""SGR codes: red, yellow, cyan."""


def problems(ordered: list[Located], color: bool, explain: Explain, most: int | None = None) -> str:
    """Each problem, and how many there are; of one name in one file, the first `most`."""
    told: Counter[tuple[str, str]] = Counter()
    texts = []
    for one in ordered:
        told[one.source, one.check] += 1
        if most is None or told[one.source, one.check] <= most:
            texts.append(_text(one, color))
    return "".join(texts) + _left_out(told, most) + _count(ordered)


def _left_out(told: Counter[tuple[str, str]], most: int | None) -> str:
    """How many are not shown, of each name and file."""
    return "".join(
        f"… and {count - most} more like this in {shown(file)} [{check}]; --all shows them\n"
        for (file, check), count in told.items()
        if most is not None and count > most
    )


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
    for note in told_notes(notes):
        if isinstance(note, int):
            yield f"  … through {note} further places\n"
        else:
            yield _note_text(note, color)


def told_notes(notes: Sequence[Located]) -> list[Located | int]:
    """The notes that are shown, and in the place of those that are not, how many they are."""
    found: list[Located | int] = []
    for _, alike in groupby(notes, key=lambda note: note.message):
        found += _ends(list(alike), MOST_NOTES)
    return _ends(found, MOST_NOTES_IN_ALL)


def _ends(notes: Sequence[Located | int], most: int) -> list[Located | int]:
    """The first notes and the last one; a number stands for those between."""
    if len(notes) <= most:
        return list(notes)
    left_out = sum(note if isinstance(note, int) else 1 for note in notes[most - 1 : -1])
    return [*notes[: most - 1], left_out, notes[-1]]


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
