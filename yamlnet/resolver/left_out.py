"""Names that entries would give which are left out: a loop without a turn, an `if` that does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yamlnet.diagnostics.diagnostic import KeyPath, Note
from yamlnet.schema.expression_names import fixed_ends
from yamlnet.schema.forms import Entry

LeftOut = tuple[str, KeyPath]
"""A name as it is written, and the place of the `for` or `if`."""

WHY = {"for": "is given in a loop that has no turns", "if": "is given where this holds, which it does not"}


def left_out(entry: Entry, word: str) -> Iterator[LeftOut]:
    """The names of an entry that is left out because of one of its words."""
    return ((name, entry.word(word)) for name in names_given(entry))


def notes_on(name: str, found: Iterable[LeftOut]) -> Iterator[Note]:
    """Why a name is not there, if an entry that is left out would give it."""
    for written, path in found:
        ends = fixed_ends(written)
        alike = written == name if ends is None else name.startswith(ends[0]) and name.endswith(ends[1])
        if alike:
            yield Note(f'"{name}" {WHY[str(path[-1])]}', path)
            return


def names_given(entry: Entry) -> Iterator[str]:
    """The names that an entry gives, those inside a group with it."""
    for inner in entry.layers:
        yield from names_given(inner)
    yield from names_bound(entry)


def names_bound(entry: Entry) -> tuple[str, ...]:
    """The names by which what an entry gives is read: what `as` says, else its `name`."""
    if isinstance(entry.binds, tuple):
        return entry.binds
    name = entry.binds if entry.binds is not None else entry.name
    return (name,) if name is not None else ()
