"""In which order models are built: each after those that it calls."""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.schema.forms import Entry, Library


def callees_first(blueprint: Library) -> list[tuple[Library, str]]:
    """A blueprint's models, and those of imported files that they call, each after its callees."""
    order: dict[tuple[KeyPath, str], tuple[Library, str]] = {}
    opened: set[tuple[KeyPath, str]] = set()

    def visit(library: Library, name: str) -> None:
        key = (library.path, name)
        if key in opened:
            return
        opened.add(key)
        for owner, callee in _callees(library, library.models[name].entries, set()):
            visit(owner, callee)
        order[key] = (library, name)

    for name in blueprint.models:
        visit(blueprint, name)
    return list(order.values())


def models_called(library: Library, entries: tuple[Entry, ...]) -> frozenset[str]:
    """The models that entries call, directly or in a block, by their names in the plan."""
    return frozenset(owner.model_name(name) for owner, name in _callees(library, entries, set()))


def called(entries: tuple[Entry, ...]) -> Iterator[str]:
    """What the entries of a list use, by the names that they write: blocks, models, layers named above."""
    for entry in entries:
        if entry.kind == "use":
            yield entry.key
        yield from called(entry.layers)


def _callees(
    library: Library, entries: tuple[Entry, ...], seen: set[tuple[KeyPath, str]]
) -> Iterator[tuple[Library, str]]:
    """The models that entries call, directly or in a block."""
    for entry in entries:
        if entry.kind == "group":
            yield from _callees(library, entry.layers, seen)
        if entry.kind != "use":
            continue
        owner, name = library.owner(entry.key)
        if name in owner.models:
            yield owner, name
        elif name in owner.blocks and (owner.path, name) not in seen:
            seen.add((owner.path, name))
            yield from _callees(owner, owner.blocks[name].entries, seen)
