"""In which order models are built: each after those that it calls."""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.schema.forms import Entry, Library


def callees_first(blueprint: Library) -> list[tuple[Library, str]]:
    """A blueprint's models, and those of imported files that they call, each after its callees."""
    order: dict[tuple[KeyPath, str], tuple[Library, str]] = {}
    opened: set[tuple[KeyPath, str]] = set()
    for given in blueprint.models:
        waiting = [_opened(blueprint, given, opened)]
        while waiting:  # models may call each other thousands deep, which a recursion would not survive
            library, name, callees = waiting[-1]
            for owner, callee in callees:
                if (owner.path, callee) not in opened:
                    waiting.append(_opened(owner, callee, opened))
                    break
            else:
                waiting.pop()
                order.setdefault((library.path, name), (library, name))
    return list(order.values())


def _opened(
    library: Library, name: str, opened: set[tuple[KeyPath, str]]
) -> tuple[Library, str, Iterator[tuple[Library, str]]]:
    """A model with what it calls, marked as met; of one that was met before, nothing more."""
    key = (library.path, name)
    entries = () if key in opened else library.models[name].entries
    opened.add(key)
    return library, name, _callees(library, entries)


def models_called(library: Library, entries: tuple[Entry, ...]) -> frozenset[str]:
    """The models that entries call, directly or in a block, by their names in the plan."""
    return frozenset(owner.model_name(name) for owner, name in _callees(library, entries))


def called(entries: tuple[Entry, ...]) -> Iterator[str]:
    """What the entries of a list use, by the names that they write: blocks, models, layers named above."""
    for entry in entries:
        if entry.kind == "use":
            yield entry.key
        yield from called(entry.layers)


def _callees(library: Library, entries: tuple[Entry, ...]) -> Iterator[tuple[Library, str]]:
    """The models that entries call, directly or in a block, in order."""
    seen: set[tuple[KeyPath, str]] = set()
    waiting = [(library, iter(entries))]
    while waiting:
        library, left = waiting[-1]
        entry = next(left, None)
        if entry is None:
            waiting.pop()
        elif entry.kind == "group":
            waiting.append((library, iter(entry.layers)))
        elif entry.kind == "use":
            owner, name = library.owner(entry.key)
            if name in owner.models:
                yield owner, name
            elif name in owner.blocks and (owner.path, name) not in seen:
                seen.add((owner.path, name))
                waiting.append((owner, iter(owner.blocks[name].entries)))
