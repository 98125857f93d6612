"""output-without-loss: what only leads to one output learns by that output's loss.

Where losses are given by output, one that is left out trains nothing: layers that only it depends on keep
the weights that they were drawn with. If that is meant, say so with `null`. An output whose layers are
trained through another one (probabilities beside logits) needs no loss.

Fails:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 3, from: x, as: kind}
        - Dense: {units: 1, from: x, as: size}
      outputs: [kind, size]
    data:
      train: {Csv: rows.csv}
    train:
      loss: {kind: mse}

Passes:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 3, from: x, as: kind}
        - Dense: {units: 1, from: x, as: size}
      outputs: [kind, size]
    data:
      train: {Csv: rows.csv}
    train:
      loss: {kind: mse, size: mae}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yamlnet.catalog import types as t
from yamlnet.catalog.load import catalog
from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import Graph, LayerCall, ModelCall, Node, ObjectSpec, Plan, references
from yamlnet.schema.forms import Blueprint
from yamlnet.schema.words import SUPERVISED

NAME = "output-without-loss"


def check(blueprint: Blueprint, plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each output without a loss that has layers of its own."""
    train, graph = plan.train, plan.models["model"]
    if train is None or train.objective.name != SUPERVISED or not isinstance(train.loss, Mapping):
        return
    weights = train.loss_weights if isinstance(train.loss_weights, Mapping) else {}
    meant = {*train.loss, *weights, *blueprint.written(("train", "loss"))}
    trained = {
        _shared(node) for node in _behind(graph, [name for name in graph.outputs if name in train.loss])
    }
    for name in graph.outputs:
        alone = [node for node in _behind(graph, [name]) if _shared(node) not in trained]
        learning = [node for node in alone if _learns(node, plan)]
        if name not in meant and learning:
            message = (
                f'the output "{name}" has no loss, so nothing trains "{learning[-1].name}"; '
                f"give it one, {name}: mse, or say that this is meant, {name}: null"
            )
            note = Note(f'"{learning[-1].name}" is made here', learning[-1].path)
            path = ("train", "loss", name)
            yield Diagnostic(NAME, message, path, "key", severity="warning", notes=(note,))


def _shared(node: Node) -> str:
    """What the node shares its weights under: a layer's or a model's name, else its own."""
    callee = node.callee
    if isinstance(callee, LayerCall):
        return callee.instance
    return callee.model if isinstance(callee, ModelCall) else node.name


def _behind(graph: Graph, outputs: list[str]) -> list[Node]:
    """The nodes that outputs depend on, in the graph's order."""
    wanted = {graph.outputs[name].node for name in outputs}
    found = []
    for node in reversed(graph.nodes):  # each node follows its inputs
        if node.name in wanted:
            found.append(node)
            wanted.update(ref.node for ref in references([*node.args, *node.kwargs.values()]))
    return found[::-1]


def _learns(node: Node, plan: Plan) -> bool:
    callee = node.callee
    if isinstance(callee, ModelCall):
        return any(_learns(inner, plan) for inner in plan.models[callee.model].nodes)
    return isinstance(callee, LayerCall) and _has_weights(callee.layer)


def _has_weights(layer: ObjectSpec) -> bool:
    """Whether training would change a layer: it draws weights, or a layer inside it does."""
    if layer.arguments.get("trainable") is False:
        return False
    inner = [value for value in layer.arguments.values() if isinstance(value, ObjectSpec)]
    if any(one.kind == "layer" and _has_weights(one) for one in inner):
        return True
    entry = catalog().find("layer", layer.name)
    return entry is not None and any(_is_initializer(argument.type) for argument in entry.arguments)


def _is_initializer(type: t.ValueType) -> bool:
    options = type.options if isinstance(type, t.AnyOf) else (type,)
    return any(isinstance(option, t.ObjectOf) and option.kind == "initializer" for option in options)
