"""Why a layer is as large as it is: the number among its arguments, and who gave what it reads its width."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import islice

from yamlnet.diagnostics.diagnostic import KeyPath, Note
from yamlnet.resolver.given import MOST_PLACES, written_here
from yamlnet.resolver.plan import LayerCall, Node, ObjectSpec, references
from yamlnet.verdicts.makers import Walk, callee_of, largest_told
from yamlnet.verdicts.verdict import Heaviest

MOST_LAYERS = 4
"""So many of the largest are told of, where no one of them is too large alone."""

MOST_NOTES = 4
"""Of what a layer reads."""

LOOKED_AT = 16
"""Makers of a width, of which the one is told that made it largest."""


def largest_layers(counted: Iterable[tuple[Walk, Node, int]]) -> tuple[Heaviest, ...]:
    """The layers with the most parameters, the largest first, each with what made it so large.

    Args:
        counted: each layer with its graph and its parameters.
    """
    found = heapq.nlargest(MOST_LAYERS, counted, key=lambda one: one[2])
    return tuple(_explained(*one) for one in found if one[2])


def _explained(walk: Walk, node: Node, parameters: int) -> Heaviest:
    number = _largest_number(node)
    notes = tuple(_notes(walk, node))
    return Heaviest(callee_of(node), parameters, node.path, node.used_at, number, notes)


def _notes(walk: Walk, node: Node) -> Iterator[Note]:
    places = (place for found in node.given.values() for place in found)
    yield from written_here(dict.fromkeys(islice(places, 2 * MOST_PLACES)))
    for read in islice(references(node.args), 1):
        yield from islice(largest_told(walk, read, (-1,), LOOKED_AT), MOST_NOTES)


def _largest_number(node: Node) -> KeyPath:
    """The place of the largest number among a layer's arguments; () where there is none."""
    if not isinstance(node.callee, LayerCall):
        return ()
    found = max(_numbers(node.callee.layer), default=None, key=lambda one: one[0])
    return found[1] if found is not None else ()


def _numbers(layer: ObjectSpec) -> Iterator[tuple[int, KeyPath]]:
    for name, value in layer.arguments.items():
        place = layer.path if name == layer.unnamed else (*layer.path, name)
        if isinstance(value, ObjectSpec) and value.kind == "layer":
            yield from _numbers(value)
        items = value if isinstance(value, list | tuple) else [value]
        for item in items:
            if isinstance(item, int) and not isinstance(item, bool):
                yield item, place
