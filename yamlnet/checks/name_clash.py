"""name-clash: a layer and the model that is called beside it have different names.

Keras keeps both in one model under their names, and refuses two of one name.

Fails:

    models:
      encoder: {inputs: {y: [8]}, layers: [Dense: 3]}
    model:
      inputs: {x: [8]}
      layers:
        - Dense: {units: 8, name: encoder}
        - encoder

Passes:

    models:
      encoder: {inputs: {y: [8]}, layers: [Dense: 3]}
    model:
      inputs: {x: [8]}
      layers:
        - Dense: {units: 8, name: before}
        - encoder
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import Graph, LayerCall, ModelCall, Node, Plan

NAME = "name-clash"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem for each layer and each input that is called as a model beside it is."""
    for graph in plan.models.values():
        called = {node.callee.model: node for node in graph.nodes if isinstance(node.callee, ModelCall)}
        if called:
            yield from _clashes(graph, called)


def _clashes(graph: Graph, called: dict[str, Node]) -> Iterator[Diagnostic]:
    for given in graph.inputs:
        if given.name in called:
            yield _clash(f'the input "{given.name}"', given.path, called[given.name])
    told: set[str] = set()
    for node in graph.nodes:
        name = node.callee.instance if isinstance(node.callee, LayerCall) else node.name
        if name in called and name not in told and not isinstance(node.callee, ModelCall):
            told.add(name)
            yield _clash(f'"{name}"', node.path, called[name])


def _clash(what: str, path: tuple[str | int, ...], call: Node) -> Diagnostic:
    assert isinstance(call.callee, ModelCall)
    message = f'{what} has the name of the model "{call.callee.model}" that is called beside it; rename one'
    note = Note(f'"{call.callee.model}" is called here', call.path)
    return Diagnostic(NAME, message, path, "key", notes=(note,))
