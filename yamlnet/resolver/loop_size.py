"""How large a loop's body is, told from the text alone, so that a bomb is refused before it is lit."""

from __future__ import annotations

from yamlnet.schema.forms import Block, Entry, Library


def body_size(entry: Entry, library: Library) -> int:
    """How many entries one turn of a loop surely makes.

    Loops inside count by their written numbers; what only an expression or a condition can tell counts
    once, and so does a block's use of itself.
    """
    return _once(entry, library, ())


def _once(entry: Entry, library: Library, inside: tuple[Block, ...]) -> int:
    if entry.condition is not True:
        return 1
    if entry.kind == "group":
        return 1 + sum(_all_turns(inner, library, inside) for inner in entry.layers)
    if entry.kind != "use":
        return 1
    owner, name = library.owner(entry.key)
    block = owner.blocks.get(name)
    if block is None or block in inside:
        return 1
    return 1 + sum(_all_turns(inner, owner, (*inside, block)) for inner in block.entries)


def _all_turns(entry: Entry, library: Library, inside: tuple[Block, ...]) -> int:
    return _turns(entry.repeat) * _once(entry, library, inside)


def _turns(repeat: object) -> int:
    """The turns of a loop whose number is written, else one."""
    if isinstance(repeat, dict):
        repeat = next(iter(repeat.values()))
    if isinstance(repeat, list):
        return len(repeat)
    return repeat if isinstance(repeat, int) else 1
