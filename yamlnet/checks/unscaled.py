"""unscaled: pixels reach the first layer as small numbers.

An image from a file has values from 0 to 255. Weights begin with a size that is right for inputs around 1:
on raw pixels the first steps are wild, and training is slow or never starts. Write scale: "${1 / 255}" for
the input in data, or begin the network with Rescaling or a normalization. (Of files it is told once train has
read the rows.)

Fails:

    model:
      inputs: {image: [28, 28, 1]}
      layers: [{Conv2D: {filters: 8, kernel_size: 3}}, Flatten, {Dense: {units: 10, as: digit}}]
      outputs: digit
    data:
      train: {Keras: mnist}
      inputs: {image: {column: image}}
      targets: {digit: {column: target}}

Passes:

    model:
      inputs: {image: [28, 28, 1]}
      layers: [{Conv2D: {filters: 8, kernel_size: 3}}, Flatten, {Dense: {units: 10, as: digit}}]
      outputs: digit
    data:
      train: {Keras: mnist}
      inputs: {image: {column: image, scale: "${1 / 255}"}}
      targets: {digit: {column: target}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yamlnet.checks.tracing import layer_of, readers
from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import DataPlan, Graph, Node, Plan, TensorPlan

NAME = "unscaled"

PIXELS = ("mnist", "fashion_mnist", "cifar10", "cifar100")
"""Data sets of Keras whose column `image` has bytes."""

WEIGHTED = ("Dense", "Conv1D", "Conv2D", "SeparableConv2D", "DepthwiseConv2D", "PatchEmbedding")
RESHAPING = ("Flatten", "Reshape", "ZeroPadding2D", "Cropping2D", "Resizing", "CenterCrop", "Permute")
"""Layers that read pixels by weights, and layers that only move them."""

LEAST, BYTE = 128, 255

UNSCALING = {"reshape", "dtype", "missing", "length", "clip", "channels", "resize"}
"""Words that leave numbers as large as they are."""


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each image whose bytes a layer with weights reads as they are."""
    graph = plan.models.get(plan.objective.feeds) or plan.models["model"]
    for given in graph.inputs:
        tensor = plan.data.inputs.get(given.name) if plan.data is not None else None
        if plan.data is None or tensor is None or not _are_bytes(plan, plan.data, tensor):
            continue
        reader = _weighted(graph, given.name)
        if reader is not None and (layer := layer_of(reader)) is not None:
            said = f'layer "{layer.name}" reads the pixels of "{given.name}" as 0 to 255'
            message = f'{said}; add scale: "${{1 / 255}}"'
            note = Note("they are read here", reader.path)
            yield Diagnostic(NAME, message, tensor.path, "key", severity="warning", notes=(note,))


def _are_bytes(plan: Plan, data: DataPlan, tensor: TensorPlan) -> bool:
    """Whether an input holds the bytes of images: known from the data set, or from the rows."""
    if {word for word, _ in tensor.transforms} - UNSCALING:
        return False
    if data.train.name == "Keras" and data.train.arguments.get("name") in PIXELS:
        return tensor.columns == ("image",)
    known = (plan.facts or {}).get("data")
    facts = known.get(tensor.name) if isinstance(known, Mapping) else None
    if not isinstance(facts, Mapping):
        return False
    shape, least, most = facts.get("shape"), facts.get("min"), facts.get("max")
    image = isinstance(shape, list) and (len(shape) == 2 or (len(shape) == 3 and shape[-1] in (1, 3, 4)))
    whole = "classes" in facts  # whole numbers from 0
    return image and whole and least == 0 and isinstance(most, int) and LEAST <= most <= BYTE


def _weighted(graph: Graph, name: str) -> Node | None:
    """The first layer with weights that reads an input as it is."""
    reading = readers(graph)
    waiting, seen = [name], {name}
    while waiting:
        for node in reading.get(waiting.pop(0), []):
            layer = layer_of(node)
            if layer is not None and layer.name in WEIGHTED:
                return node
            if layer is not None and layer.name in RESHAPING and node.name not in seen:
                seen.add(node.name)
                waiting.append(node.name)
    return None
