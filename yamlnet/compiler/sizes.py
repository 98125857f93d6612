"""Counting what a walked plan holds and gives: parameters by layer, activations by node."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import keras

from yamlnet.compiler.lowering import Lowering
from yamlnet.resolver.plan import LayerCall, ModelCall, Node, Plan
from yamlnet.schema.words import DEFAULT_MODEL
from yamlnet.verdicts.makers import Walk
from yamlnet.verdicts.verdict import NodeSizes, Sizes
from yamlnet.verdicts.weights import largest_layers


def plan_sizes(plan: Plan, walked: Mapping[str, Lowering]) -> tuple[Sizes, dict[str, dict[str, NodeSizes]]]:
    """The sizes of all models together, and of each node by model and name.

    Parameters are Keras's own count of each layer. Activations are the outputs of all nodes for one
    batch of the data section (one row where there is none), a called model's with each call; what a layer
    makes inside itself (attention's scores) is not among them, and a free dimension counts as one.
    """
    batch = plan.data.batch_size if plan.data else 1
    bytes_by_dtype: Counter[str] = Counter()
    nodes: dict[str, dict[str, NodeSizes]] = {}
    activations: dict[str, int] = {}
    counted: list[tuple[Walk, Node, int]] = []
    for name, lowering in walked.items():
        nodes[name], walk = {}, lowering.walk
        for node, layer in _with_layers(lowering):
            parameters = count_weights(layer, bytes_by_dtype) if layer is not None else 0
            counted.append((walk, node, parameters))
            tensors = _tensors(lowering.tensors[node.name])
            size = sum(tensor_bytes(tensor, batch) for tensor in tensors)
            if isinstance(node.callee, ModelCall):
                size = activations.get(node.callee.model, size)
            nodes[name][node.name] = NodeSizes(tuple(tuple(one.shape) for one in tensors), parameters, size)
        given = [tensor for one in lowering.graph.inputs for tensor in _tensors(lowering.tensors[one.name])]
        activations[name] = sum(size.activation_bytes for size in nodes[name].values())
        activations[name] += sum(tensor_bytes(tensor, batch) for tensor in given)
    exact = not any(lowering.refused or lowering.waiting for lowering in walked.values())
    dtype = max(bytes_by_dtype, key=lambda name: bytes_by_dtype[name], default="float32")
    largest = largest_layers(counted)
    sizes = Sizes(
        parameters=sum(size.parameters for sizes in nodes.values() for size in sizes.values()),
        weight_bytes=sum(bytes_by_dtype.values()),
        activation_bytes=activations.get(DEFAULT_MODEL, sum(activations.values())),
        dtype=dtype,
        exact=exact,
        heaviest=next(iter(largest), None),
        others=largest[1:],
    )
    return sizes, nodes


def _with_layers(lowering: Lowering) -> Iterator[tuple[Node, Any]]:
    """The nodes of a graph, the first call of each layer with the layer."""
    left = dict(lowering.layers)
    for node in lowering.graph.nodes:
        yield node, left.pop(node.callee.instance, None) if isinstance(node.callee, LayerCall) else None


def count_weights(layer: Any, bytes_by_dtype: Counter[str]) -> int:
    """The numbers in a layer's weights, as `count_params()` says; what they take is added by type."""
    total = 0
    for weight in layer.weights:
        numbers = math.prod(weight.shape)
        total += numbers
        name = keras.backend.standardize_dtype(weight.dtype)
        bytes_by_dtype[name] += numbers * dtype_bytes(name)
    return total


def output_bytes(model: Any, batch: int) -> int:
    """What the outputs of all layers of a model take for one batch; a called model's with each call."""
    total = 0
    # Keras has no public way to ask for calls rather than layers.
    for node in (node for nodes in model._nodes_by_depth.values() for node in nodes):
        if isinstance(node.operation, keras.Model):
            total += output_bytes(node.operation, batch)
        else:
            total += sum(tensor_bytes(tensor, batch) for tensor in _tensors(node.outputs))
    return total


def tensor_bytes(tensor: Any, batch: int) -> int:
    """What a symbolic tensor takes for one batch, its free dimensions counted as one."""
    first = batch if tensor.shape[:1] == (None,) else 1
    numbers: int = math.prod(axis for axis in tensor.shape if axis is not None)
    return first * numbers * dtype_bytes(str(tensor.dtype))


def dtype_bytes(dtype: str) -> int:
    """Bytes of one number of a type: 4 of `float32`, 1 of `bool`."""
    digits = "".join(character for character in dtype.partition("_")[0] if character.isdigit())
    return max(int(digits[:2]) // 8, 1) if digits else 1


def _tensors(found: Any) -> list[Any]:
    return [tensor for tensor in keras.tree.flatten(found) if isinstance(tensor, keras.KerasTensor)]
