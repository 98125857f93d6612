"""Mistakes of typing: a line that begins in another column, a tab, a character that is missing."""

from __future__ import annotations

from random import Random

from mutants.mutant import Mutant
from mutants.original import COMMENT, Original, lines_using
from mutants.values import read_by

CHARACTERS = ":\"'[]{},-$"


def indent(original: Original, random: Random) -> Mutant | None:
    """One line begins one or two columns further left or right."""
    number, line = _some_line(original, random)
    steps = random.choice((-2, -1, 1, 2))
    lead = len(line) - len(line.lstrip(" "))
    if lead + steps < 0:
        return None
    changed = " " * (lead + steps) + line.lstrip(" ")
    return _line_changed(original, number, changed, "indent", f"{steps:+d} columns")


def tab(original: Original, random: Random) -> Mutant | None:
    """One line is indented with tabs."""
    number, line = _some_line(original, random)
    lead = len(line) - len(line.lstrip(" "))
    if lead < 2:
        return None
    changed = "\t" * (lead // 2) + line.lstrip(" ")
    return _line_changed(original, number, changed, "tab", "tabs")


def drop_character(original: Original, random: Random) -> Mutant | None:
    """A colon, quote, bracket, comma or dash is missing."""
    number, line = _some_line(original, random)
    code = COMMENT.sub("", line)
    wanted = random.choice(CHARACTERS)
    found = [index for index, character in enumerate(code) if character == wanted]
    if not found:
        return None
    at = random.choice(found)
    return _line_changed(original, number, line[:at] + line[at + 1 :], "drop-character", f"no {wanted}")


def _some_line(original: Original, random: Random) -> tuple[int, str]:
    """A line that is neither blank nor a comment, and its number."""
    written = [
        (number, line)
        for number, line in enumerate(original.lines, start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    return random.choice(written)


def _line_changed(original: Original, number: int, changed: str, kind: str, detail: str) -> Mutant:
    text = "\n".join([*original.lines[: number - 1], changed, *original.lines[number:]])
    on_line = (place for place in original.places.values() if place.span.line == number)
    uses = lines_using(text, {name for place in on_line for name in read_by(original, place)})
    uses |= _around(original, number, changed)
    what = f"line {number}: {detail}: {changed.strip()[:60]}"
    return Mutant(original, kind, "line", detail, what, text, number, frozenset(uses))


def _around(original: Original, number: int, changed: str) -> set[int]:
    """Of a line inside a text of several, where the text begins; of one that is blank now, the one above."""
    found = {
        line
        for place in original.places.values()
        if isinstance(place.value, str) and place.span.line < number <= place.span.end_line
        for line in (place.span.line, *((place.key.line,) if place.key is not None else ()))
    }
    if not changed.strip():
        above = (line for line in range(number - 1, 0, -1) if original.lines[line - 1].strip())
        found |= {next(above, number)}
    return found
