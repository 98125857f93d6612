"""How large a loop's body or a block is, told from the text alone: a bomb is refused before it is lit."""

from __future__ import annotations

from msgspec import Struct, field

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.schema.forms import Block, Entry, Library

MAX_DEPTH = 64
"""How deep blocks may stand in each other, and models call each other."""


class Sizes(Struct):
    """How many entries things surely make; blocks are counted once, for blocks of blocks grow without end.

    Loops inside count by their written numbers; what only an expression or a condition can tell counts
    once, and so does a block's use of itself.
    """

    blocks: dict[KeyPath, int] = field(default_factory=dict)
    depth: int = 0

    def once(self, entry: Entry, library: Library) -> int:
        """What one turn of an entry makes."""
        if entry.condition is not True:
            return 1
        if entry.kind == "group":
            return 1 + sum(self._all_turns(inner, library) for inner in entry.layers)
        if entry.kind != "use":
            return 1
        owner, name = library.owner(entry.key)
        block = owner.blocks.get(name)
        return 1 if block is None else 1 + self.block(block, owner)

    def block(self, block: Block, owner: Library) -> int:
        """What one use of a block makes, in the file that has it."""
        if block.path not in self.blocks:
            self.blocks[block.path] = 0  # inside itself
            if self.depth == MAX_DEPTH:
                return 0  # such a use is refused where it is reached
            self.depth += 1
            self.blocks[block.path] = sum(self._all_turns(inner, owner) for inner in block.entries)
            self.depth -= 1
        return self.blocks[block.path]

    def _all_turns(self, entry: Entry, library: Library) -> int:
        return _turns(entry.repeat) * self.once(entry, library)


def _turns(repeat: object) -> int:
    """The turns of a loop whose number is written, else one."""
    if isinstance(repeat, dict):
        repeat = next(iter(repeat.values()))
    if isinstance(repeat, list):
        return len(repeat)
    return repeat if isinstance(repeat, int) else 1
