"""Whether the numbers that an `Embedding` looks up are in its table.

Backends differ in what they do with others: JAX gives NaN, TensorFlow on the GPU zeros, PyTorch ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.data.batches import Split
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Graph, LayerCall, TensorRef

NAME = "index-range"


def check_indices(graph: Graph, rows: Split) -> Iterator[Diagnostic]:
    """Yield a problem for each `Embedding` that reads an input with numbers beyond its `input_dim`.

    Args:
        graph: the model's.
        rows: any part of the data.
    """
    for node in graph.nodes:
        if not isinstance(node.callee, LayerCall) or node.callee.layer.name != "Embedding":
            continue
        source = node.args[0] if node.args else None
        size = node.callee.layer.arguments.get("input_dim")
        if not isinstance(source, TensorRef) or source.node not in rows.inputs or not isinstance(size, int):
            continue
        values = rows.inputs[source.node]
        least, most = values.min(), values.max()
        if least < 0 or most >= size:
            message = (
                f'Embedding has places for 0 to {size - 1}, and "{source.node}" holds {least:g} to {most:g}'
                + (
                    f"; give it input_dim: {int(most) + 1}"
                    if least >= 0
                    else "; number from 0: encode: index"
                )
            )
            yield Diagnostic(NAME, message, node.path, "key")
