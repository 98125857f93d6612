"""How tensors run through a graph: what a call reads, what reads it, and the chain behind an output."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from yamlnet.catalog.load import catalog
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.plan import Graph, LayerCall, ModelCall, Node, ObjectSpec, Plan, TensorRef, references

LONGEST = 32
"""Where the walk along a chain ends. What decides an output stands a few calls before it; a file may have
thousands of outputs behind thousands of calls that change nothing."""

NodesByName = dict[str, dict[str, Node]]
"""The nodes of each graph that was walked through, by the graph's name and their own."""


def reads(node: Node) -> list[TensorRef]:
    """Every tensor that a call takes, in order."""
    return [*references(node.args), *references(node.kwargs)]


def readers(graph: Graph) -> dict[str, list[Node]]:
    """The calls that read each node (or input), by its name."""
    found: dict[str, list[Node]] = {}
    for node in graph.nodes:
        for name in dict.fromkeys(ref.node for ref in reads(node)):
            found.setdefault(name, []).append(node)
    return found


def layer_of(node: Node) -> ObjectSpec | None:
    """The layer that a node calls, or None where it calls something else."""
    return node.callee.layer if isinstance(node.callee, LayerCall) else None


def argument(spec: ObjectSpec, name: str) -> object:
    """An argument's value: the one that was given, else Keras's default."""
    if name in spec.arguments:
        return spec.arguments[name]
    entry = catalog().find(spec.kind, spec.name)
    known = entry.by_name.get(name) if entry is not None else None
    return known.default if known is not None else None


def is_count(value: object) -> bool:
    """Whether a value is a whole number that is known."""
    return isinstance(value, int) and not isinstance(value, bool)


class Link(Struct, frozen=True):
    """One call of a chain, and which of its outputs the chain goes through."""

    node: Node
    graph: Graph
    output: int | None


def chain(plan: Plan, graph: Graph, ref: TensorRef, known: NodesByName) -> Iterator[Link]:
    """The calls behind a tensor, nearest first, along what each reads first, and into called models.

    `known` is filled on the way: who walks from several tensors gives the same each time.
    """
    for _ in range(LONGEST):
        if graph.name not in known:
            known[graph.name] = {node.name: node for node in graph.nodes}
        node = known[graph.name].get(ref.node)
        if node is None:
            return
        if isinstance(node.callee, ModelCall):
            called = plan.models.get(node.callee.model)
            outputs = list(called.outputs.values()) if called is not None else []
            if called is None or not outputs or called.name == graph.name:
                return
            graph, ref = called, outputs[(ref.output or 0) % len(outputs)]
            continue
        yield Link(node, graph, ref.output)
        before = reads(node)
        if not before:
            return
        ref = before[0]


def place_of(spec: ObjectSpec, name: str) -> KeyPath:
    """Where an argument's value stands; the short form `Dropout: 0.5` has it at the layer's own key."""
    return spec.path if name == spec.unnamed else (*spec.path, name)
