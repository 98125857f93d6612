"""Mistakes with values: one of another type, a number out of all proportion."""

from __future__ import annotations

from random import Random

from mutants.keys import kind_of, names_inside
from mutants.mutant import Mutant
from mutants.original import Original, Place, lines_using

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
    uses = lines_using(text, read_by(original, place)) | (
        {place.key.line} if place.key is not None else set()
    )
    return Mutant(
        original, kind, place.role, detail, f"{place.path[-1]}: {new}", text, place.span.line,
        frozenset(uses), False, place.path,
    )  # fmt: skip


def read_by(original: Original, place: Place) -> set[str]:
    """The names by which the value of a place is read elsewhere."""
    path, role = place.path, place.role
    found = _names_given(place)
    if role.startswith("parameter"):
        after = path.index("params")
        found |= {str(path[after + 1])}
        # Without a value a block's parameter must be given where the block is used.
        found |= {str(path[1])} if path[0] == "blocks" else set()
    elif role.startswith("variant-"):
        found |= {step for step in path[2:] if isinstance(step, str)} - {"params"}
    elif role.startswith("block-argument"):
        callee = max(depth for depth in range(2, len(path)) if _is_callee(path, depth))
        found |= {str(path[callee + 1])}
    elif role == "import-parameter":
        found |= {str(path[-1])}
    elif role in ("loop-value", "loop-variable"):
        found |= {str(path[path.index("for") + 1])} if path[-1] != "for" else set()
    elif role == "callee":
        found |= names_inside(original, place) | _first_parameter(original, str(path[-1]))
    return found


def _is_callee(path: tuple[str | int, ...], depth: int) -> bool:
    """Whether the step at a depth of a path is what an entry calls."""
    return isinstance(path[depth - 1], int) and path[depth - 2] == "layers" and path[depth] != "layers"


def _first_parameter(original: Original, block: str) -> set[str]:
    """The parameter of a block that `block: value` fills."""
    found = original.document.get("blocks")
    form = found.get(block) if isinstance(found, dict) else None
    params = form.get("params") if isinstance(form, dict) else None
    return set(list(params)[:1]) if isinstance(params, dict) else set()


def _names_given(place: Place) -> set[str]:
    """The names that were given where another value stands now."""
    named = place.role == "wiring" and place.path[-1] in ("as", "name")
    listed = place.role == "graph-word" and place.path[-1] in ("inputs", "outputs")
    if place.role != "bound-name" and not named and not listed:
        return set()
    given = place.value if isinstance(place.value, list) else [place.value]
    return {name for name in given if isinstance(name, str)}
