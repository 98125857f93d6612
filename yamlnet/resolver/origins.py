"""Where every value of a resolved blueprint comes from: which words of which file gave it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.plan import Graph, LayerCall, Node, ObjectSpec, Plan
from yamlnet.resolver.unparse import listed
from yamlnet.schema.words import DEFAULT_MODEL

WIRING = ("from", "as", "with", "name")


class Origin(Struct, frozen=True):
    """The words that gave a value, and the uses of blocks through which they did, innermost first."""

    path: KeyPath
    used_at: tuple[KeyPath, ...] = ()


def origins(plan: Plan, document: Mapping[str, Any]) -> dict[KeyPath, Origin]:
    """The origin of each place in a resolved document.

    Args:
        plan: what was resolved.
        document: `unparse(plan)`; a key of the result leads to a value in it. What has no entry was
            filled in by default.
    """
    found: dict[KeyPath, Origin] = {}
    for name, graph in plan.models.items():
        place: KeyPath = (DEFAULT_MODEL,) if name == DEFAULT_MODEL else ("models", name)
        models = document["models"] if len(place) == 2 else document
        found |= dict(_graph(graph, place, models[str(place[-1])]["layers"]))
    for section in ("name", "data", "train", "export"):
        found |= dict(_same_place(document.get(section), (section,)))
    return found


def _graph(graph: Graph, place: KeyPath, layers: list[dict[str, object]]) -> Iterator[tuple[KeyPath, Origin]]:
    for given in graph.inputs:
        yield (*place, "inputs", given.name), Origin(given.path)
        for name in given.arguments:
            yield (*place, "inputs", given.name, name), Origin((*given.path, name))
    yield (*place, "outputs"), Origin((*graph.path, "outputs"))
    for index, (node, entry) in enumerate(zip(listed(graph), layers, strict=True)):
        item = (*place, "layers", index)
        yield item, Origin(node.path, node.used_at)
        yield from _node(node, (*item, next(iter(entry))))


def _node(node: Node, place: KeyPath) -> Iterator[tuple[KeyPath, Origin]]:
    for word in WIRING:
        yield (*place, word), Origin((*node.path, word), node.used_at)
    if isinstance(node.callee, LayerCall):
        for name, value in node.callee.layer.arguments.items():
            path = (*node.callee.layer.path, name)
            yield from _argument(value, (*place, name), path, node.used_at)
    for name in node.kwargs:
        yield (*place, name), Origin((*node.path, name), node.used_at)


def _argument(
    value: object, place: KeyPath, path: KeyPath, used_at: tuple[KeyPath, ...]
) -> Iterator[tuple[KeyPath, Origin]]:
    yield place, Origin(path, used_at)
    if isinstance(value, ObjectSpec):
        for name, inner in value.arguments.items():
            yield from _argument(inner, (*place, value.name, name), (*value.path, name), used_at)


def _same_place(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, Origin]]:
    """What stands in the resolved document where it stands in the user's."""
    yield path, Origin(path)
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _same_place(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _same_place(inner, (*path, index))
