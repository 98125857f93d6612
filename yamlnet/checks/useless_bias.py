"""useless-bias: a layer right before BatchNormalization needs no bias.

BatchNormalization subtracts the mean of what it reads, the bias with it, and adds an offset of its own
(beta). The bias is trained, stored and shipped without any effect: use_bias: false leaves it out. It does no
harm, so it is told once a file, and only of layers that say nothing: a network that must match published
weights has its biases by use_bias: true.

Fails:

    model:
      inputs: {image: [8, 8, 1]}
      layers:
        - Conv2D: {filters: 16, kernel_size: 3}
        - BatchNormalization
        - ReLU

Passes:

    model:
      inputs: {image: [8, 8, 1]}
      layers:
        - Conv2D: {filters: 16, kernel_size: 3, use_bias: false}
        - BatchNormalization
        - ReLU
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.checks.answers import function_name
from yamlnet.checks.tracing import argument, layer_of, readers, reads
from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import Graph, Node, Plan

NAME = "useless-bias"

WITH_BIAS = (
    "Dense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose",
    "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D",
)  # fmt: skip


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield one warning, at the first layer whose bias has no effect, with the number of others."""
    found = {node.path: (node, reader) for graph in plan.models.values() for node, reader in _useless(graph)}
    if not found:
        return
    node, reader = next(iter(found.values()))
    layer = layer_of(node)
    others = len(found) - 1
    more = f" (and {others} other layer{'s' if others != 1 else ''} like it)" if others else ""
    message = (
        f'the bias of layer "{layer.name if layer else ""}" has no effect before BatchNormalization; '
        f"give it use_bias: false{more}"
    )
    note = Note("BatchNormalization subtracts it here", reader.path)
    yield Diagnostic(NAME, message, node.path, "key", severity="warning", notes=(note,))


def _useless(graph: Graph) -> Iterator[tuple[Node, Node]]:
    """Each layer with a bias that nothing but a BatchNormalization over the same axis reads, and that."""
    reading = readers(graph)
    kept = {ref.node for ref in graph.outputs.values()}
    called: dict[str, int] = {}
    for node in graph.nodes:
        called[_instance(node)] = called.get(_instance(node), 0) + 1
    for node in graph.nodes:
        after = reading.get(node.name, [])
        if len(after) != 1 or node.name in kept or called[_instance(node)] > 1:
            continue
        if _has_free_bias(node) and _subtracts_mean(after[0]) and len(reads(after[0])) == 1:
            yield node, after[0]


def _instance(node: Node) -> str:
    return str(getattr(node.callee, "instance", node.name))


def _has_free_bias(node: Node) -> bool:
    """A bias that is added last, and that nothing else holds in place."""
    layer = layer_of(node)
    if layer is None or layer.name not in WITH_BIAS or "use_bias" in layer.arguments:
        return False
    plain = argument(layer, "data_format") != "channels_first" and argument(layer, "trainable") is True
    regularized = argument(layer, "activity_regularizer") is not None
    return plain and not regularized and function_name(argument(layer, "activation")) == "linear"


def _subtracts_mean(node: Node) -> bool:
    layer = layer_of(node)
    if layer is None or layer.name != "BatchNormalization" or "mask" in node.kwargs:
        return False
    return (
        argument(layer, "center") is True
        and argument(layer, "axis") == -1
        and argument(layer, "trainable") is True
        and node.kwargs.get("training") is not False
    )
