"""Whether the numbers that an `Embedding` looks up are in its table.

Backends differ in what they do with others: JAX gives NaN, TensorFlow on the GPU zeros, PyTorch ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.data.batches import Split
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Graph, LayerCall, Node, TensorRef

NAME = "index-range"


def looks_up(graph: Graph, rows: Split) -> bool:
    """Whether an `Embedding` reads an input, so that rows are to be looked at.

    Args:
        graph: the model's.
        rows: any of the data.
    """
    return any(True for _ in _lookups(graph, rows))


def _lookups(graph: Graph, rows: Split) -> Iterator[tuple[Node, str, int]]:
    """Each `Embedding` that reads an input, with this and how many places it has."""
    for node in graph.nodes:
        if not isinstance(node.callee, LayerCall) or node.callee.layer.name != "Embedding":
            continue
        source = node.args[0] if node.args else None
        size = node.callee.layer.arguments.get("input_dim")
        if isinstance(source, TensorRef) and source.node in rows.inputs and isinstance(size, int):
            yield node, source.node, size


def check_indices(graph: Graph, rows: Split) -> Iterator[Diagnostic]:
    """Yield a problem for each `Embedding` that reads an input with numbers beyond its `input_dim`.

    Args:
        graph: the model's.
        rows: any part of the data.
    """
    for node, name, size in _lookups(graph, rows):
        values = rows.inputs[name]
        least, most = values.min(), values.max()
        if least < 0 or most >= size:
            message = (
                f'Embedding has places for 0 to {size - 1}, and "{name}" holds {least:g} to {most:g}'
                + (
                    f"; give it input_dim: {int(most) + 1}"
                    if least >= 0
                    else "; number from 0: encode: index"
                )
            )
            yield Diagnostic(NAME, message, node.path, "key")
