"""dropout: rates leave something to learn from, and no answer is dropped.

A rate is the share of values that are set to 0 while training: 0.5 is half of them. From 0.95 on hardly
anything gets through. (Above 1 it is refused: 50 % is written 0.5.) A Dropout behind the last layer
drops answers: the loss compares 0 with the target, whatever the model knows. It stands before that layer.

Fails:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 8, activation: relu}
        - Dropout: 0.99
        - Dense: 3

Passes:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 8, activation: relu}
        - Dropout: 0.5
        - Dense: 3
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yamlnet.checks.answers import learnt
from yamlnet.checks.tracing import layer_of, place_of
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import ObjectSpec, Plan

NAME = "dropout"

DROPS = ("Dropout", "AlphaDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
RATES = {"rate": (*DROPS, "GaussianDropout"), "dropout": (), "recurrent_dropout": ()}
"""The arguments that are such a rate, and the layers that have them; empty: every layer that has it."""

TOO_MUCH = 0.95


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each rate that leaves next to nothing, and each output that is dropped."""
    for graph in plan.models.values():
        for node in graph.nodes:
            layer = layer_of(node)
            for spec in _layers(layer) if layer is not None else ():
                yield from _rates(spec)
    yield from _last(plan)


def _layers(spec: ObjectSpec) -> Iterator[ObjectSpec]:
    """A layer, and the layers inside it (`Bidirectional`, `RNN`)."""
    yield spec
    for value in spec.arguments.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, ObjectSpec) and inner.kind == "layer":
                yield from _layers(inner)


def _rates(spec: ObjectSpec) -> Iterator[Diagnostic]:
    for word, layers in RATES.items():
        rate = spec.arguments.get(word)
        if layers and spec.name not in layers:
            continue
        if isinstance(rate, int | float) and not isinstance(rate, bool) and rate >= TOO_MUCH:
            share = f"sets {rate * 100:g} % of the values to 0"
            message = f'"{word}" of layer "{spec.name}" {share}; usual are 0.1 to 0.5'
            yield Diagnostic(NAME, message, place_of(spec, word), severity="warning")


def _last(plan: Plan) -> Iterator[Diagnostic]:
    """Outputs with a loss that come right out of a Dropout."""
    graph = plan.models["model"]
    nodes = {node.name: node for node in graph.nodes}
    with_loss = {one.answer.name for one in learnt(plan)}
    outputs: Mapping[str, object] = {
        name: ref.node for name, ref in graph.outputs.items() if name in with_loss
    }
    for name, behind in outputs.items():
        node = nodes.get(str(behind))
        spec = layer_of(node) if node is not None else None
        if node is not None and spec is not None and spec.name in DROPS:
            message = (
                f'layer "{spec.name}" drops values of output "{name}" itself; put it before the last layer'
            )
            yield Diagnostic(NAME, message, node.path, "key", severity="warning")
