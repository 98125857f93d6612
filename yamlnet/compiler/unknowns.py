"""What of a graph waits for the data: its values are unknown before the rows are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.evaluate import Unknown
from yamlnet.resolver.plan import Graph, LayerCall, Node, ObjectSpec


def unknown_nodes(graph: Graph, unknown: Iterable[KeyPath]) -> set[str]:
    """The names of the inputs and nodes that hold an unknown value, or stand under an unknown `for` or `if`.

    How often such an entry repeats, and whether it is there at all, is not known: its stand-in says nothing
    of shapes.
    """
    repeated = [path[: path.index(word)] for path in unknown for word in ("for", "if") if word in path]
    found = {given.name for given in graph.inputs if _holds_unknown(given.arguments)}
    for node in graph.nodes:
        callee = node.callee.layer if isinstance(node.callee, LayerCall) else None
        if _holds_unknown([node.args, node.kwargs, callee]) or _is_under(node, repeated):
            found.add(node.name)
    return found


def _is_under(node: Node, entries: list[KeyPath]) -> bool:
    places = (node.path, *node.used_at)
    return any(place[: len(entry)] == entry for entry in entries for place in places)


def _holds_unknown(value: object) -> bool:
    if isinstance(value, ObjectSpec):
        value = value.arguments
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return any(_holds_unknown(item) for item in value)
    return isinstance(value, Unknown)
