"""Mistakes with values: one of another type, a number out of all proportion."""

from __future__ import annotations

from random import Random

from mutants.keys import kind_of
from mutants.mutant import Mutant
from mutants.original import Original, Place, lines_using
from mutants.roles import CHOSEN

NUMBERS = ("-1", "0", "-3.5", "1000000000000", ".nan", ".inf", "1e400")
TEXT = "lots"


def change_type(original: Original, random: Random) -> Mutant | None:
    """A number becomes a text, a list its first item, a scalar a list, and so on."""
    place = random.choice(list(original.places.values()))
    if place.style in ("|", ">"):
        return None
    before = kind_of(place.value)
    written = original.written(place.span)
    choices = {
        "text in quotes": f'"{place.value}"' if before in ("number", "boolean") else "",
        "text": TEXT if before in ("number", "boolean", "list", "mapping", "null") else "",
        "number": "7" if before in ("text", "boolean", "list", "mapping", "null", "expression") else "",
        "boolean": "true" if before in ("text", "number") else "",
        "list": f"[{written}]" if before in ("text", "number", "boolean", "mapping") else "",
        "mapping": f"{{value: {written}}}" if before in ("text", "number", "list") else "",
        "null": "null" if before != "null" else "",
    }
    after = random.choice([choice for choice, new in choices.items() if new])
    if "\n" in written and after in ("list", "mapping"):
        return None
    return _replaced(original, place, choices[after], "change-type", f"{before} to {after}")


def change_number(original: Original, random: Random) -> Mutant | None:
    """A number becomes negative, zero, huge, or none at all."""
    numbers = [place for place in original.places.values() if kind_of(place.value) == "number"]
    place = random.choice(numbers)
    new = random.choice(NUMBERS)
    return _replaced(original, place, new, "change-number", f"number to {new}")


def _replaced(original: Original, place: Place, new: str, kind: str, detail: str) -> Mutant:
    start = original.start(place.span)
    if place.span == place.key or original.written(place.span) == "":
        new = f" {new}"
    text = original.edited(start, original.end(place.span), new)
    return Mutant(
        original, kind, place.role, detail, f"{place.path[-1]}: {new}", text, place.span.line,
        frozenset(lines_using(text, read_by(place))), False, place.path,
    )  # fmt: skip


def read_by(place: Place) -> set[str]:
    """The names by which the value of a place is read elsewhere."""
    steps = place.path[-2:] if place.role != "argument-item" else ()
    named = {str(step) for step in steps if place.role in _READ_BY_NAME and isinstance(step, str)}
    return (named | _names_of(place)) - _LANGUAGE


_READ_BY_NAME = CHOSEN | {
    "block-argument", "variant-setting", "variant-item", "parameter-word", "parameter-item",
    "import-parameter", "loop-value",
}  # fmt: skip
"""Roles of places whose value is read elsewhere by a name of their path."""

_LANGUAGE = {
    "params", "blocks", "model", "models", "layers", "inputs", "outputs", "for", "default", "type", "min",
    "max", "choices", "help", "variants", "import", "from", "shape", "data", "train",
}  # fmt: skip


def _names_of(place: Place) -> set[str]:
    """The names that were given where another value stands now."""
    if place.role != "bound-name" and not (place.role == "wiring" and place.path[-1] in ("as", "name")):
        return set()
    given = place.value if isinstance(place.value, list) else [place.value]
    return {name for name in given if isinstance(name, str)}
