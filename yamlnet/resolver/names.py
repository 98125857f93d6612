"""Keras names for expanded nodes: readable, unique, and the same whatever is changed elsewhere.

A name is made from the words on the way to the node: the uses of blocks, the loops that it stands
in, and its own `name`, `as`, or class (`stage3_block2_conv1`). Unnamed layers are counted per class
within their own scope, so that adding a layer in one block renames nothing in another. Weights are
saved under these names. None is longer than a name that a user may write.
"""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct, field

from yamlnet.schema.words import shortened


class NameMaker(Struct):
    """The names given so far in one graph.

    `models` are those that are called in it: Keras keeps them beside the layers, each under its name.
    """

    models: frozenset[str] = frozenset()
    used: set[str] = field(default_factory=set)
    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def make(self, scope: tuple[str, ...], base: str, suffix: str = "", chosen: bool = True) -> str:
        """A new name; a name that is taken gets a number as Keras gives it (`dense`, `dense_1`).

        One that the user did not choose makes way for a model's too; one that they did is refused by a check.
        """
        wanted = shortened("_".join((*scope, base)) + suffix)
        name = wanted
        while name in self.used or (not chosen and name in self.models):
            self.counts[wanted] += 1
            name = shortened(f"{wanted}_{self.counts[wanted]}")
        self.used.add(name)
        return name
