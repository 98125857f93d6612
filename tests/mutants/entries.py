"""Mistakes with the entries of `layers`: one is left out, or stands before what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mutants import names
from mutants.keys import names_inside, without
from mutants.mutant import Mutant
from mutants.original import Original, Place, lines_using


def drop_entry(original: Original, random: Random) -> Mutant | None:
    """An entry is left out."""
    entries = _entries(original)
    place = random.choice(entries) if entries else None
    text = without(original, place) if place is not None else None
    if place is None or text is None:
        return None
    given = _given(place) | names_inside(original, place)
    graph = names.graph_of(place.path)
    needed = any(names.reads_tensor(original.document, graph, name, place.path) for name in given)
    lost = place.span.end_line - place.span.line + 1
    readers = {one.span.line for one in _next_readers(original, place)}
    moved = {line - lost if line > place.span.line else line for line in readers}
    uses = {*lines_using(text, given), place.span.line, *moved}
    return Mutant(
        original, "drop-entry", "entry", "an entry less", f"without {_named(place)}", text,
        original.parent_line(place.path), frozenset(uses), needed, place.path,
    )  # fmt: skip


def _next_readers(original: Original, place: Place) -> Iterator[Place]:
    """The entries that read what an entry gives as `_`: the next one, and behind a group the one after it.

    The last of a group that is repeated is read by the group's first as well.
    """
    following = place.siblings[place.siblings.index(place.path) + 1 :]
    if following:
        yield original.places[following[0]]
        return
    group = original.places.get(place.path[:-2])
    if group is not None and group.role == "entry":
        yield original.places[place.siblings[0]]
        yield from _next_readers(original, group)


def move_entry(original: Original, random: Random) -> Mutant | None:
    """An entry that reads a name stands before the entry that gives it."""
    reading = [
        (place, giver)
        for place in _entries(original)
        if original.lines[place.span.line - 1].lstrip().startswith("- ")
        for giver in _givers(original, place)
    ]
    if not reading:
        return None
    place, giver = random.choice(reading)
    moved = original.lines[place.span.line - 1 : place.span.end_line]
    kept = original.lines[: place.span.line - 1] + original.lines[place.span.end_line :]
    at = giver.span.line - 1
    lines = [*kept[:at], *moved, *kept[at:]]
    text = "\n".join(lines)
    uses = lines_using(text, _given(giver)) & set(range(at + 1, at + 1 + len(moved)))
    return Mutant(
        original, "move-entry", "entry", "before what it reads",
        f"{_named(place)} before {_named(giver)}", text, at + 1, frozenset(uses), True, place.path,
    )  # fmt: skip


def _givers(original: Original, place: Place) -> list[Place]:
    """The earlier entries of the same list that alone give a name which an entry reads."""
    document, graph = original.document, names.graph_of(place.path)
    read = {
        found[0]
        for path, text in names.references(document, graph)
        if path[: len(place.path)] == place.path and (found := names.FIRST_NAME.match(text))
    }
    earlier = [original.places[path] for path in place.siblings[: place.siblings.index(place.path)]]
    return [
        giver
        for giver in earlier
        if giver.span.line < place.span.line
        for name in _given(giver) & read
        if "if" not in _body(place)  # an entry that is left out reads nothing
        and len(list(names.names_given(document, graph, name))) == 1
    ]


def _entries(original: Original) -> list[Place]:
    return [place for place in original.places.values() if place.role == "entry"]


def _body(place: Place) -> dict[str, object]:
    body = next(iter(place.value.values()), None) if isinstance(place.value, dict) else None
    return dict(body) if isinstance(body, dict) else {}


def _given(place: Place) -> set[str]:
    """The names that an entry gives."""
    body = _body(place)
    found: set[str] = set()
    for word in ("as", "name"):
        value = body.get(word)
        found |= {name for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)}
    return {name for name in found if "${" not in name}


def _named(place: Place) -> str:
    return str(next(iter(place.value), "entry")) if isinstance(place.value, dict) else str(place.value)
