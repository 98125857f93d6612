"""shared-models: a model is called by one other model only, inside each model that is saved.

Keras writes a model that two sub-models share once, and finds it again in one of them: the file
cannot be loaded (keras 3.15.1). Called twice by the same model it is shared as it should be.

Fails:

    models:
      video: {inputs: {v: [4]}, layers: [Dense: 8]}
      query: {inputs: {q: [4]}, layers: [video, Dense: 4]}
      candidate: {inputs: {c: [4]}, layers: [video, Dense: 4]}
    model:
      inputs: {a: [4], b: [4]}
      layers:
        - query: {from: a, as: asked}
        - candidate: {from: b, as: offered}
        - Dot: {from: [asked, offered], axes: 1}

Passes:

    models:
      video: {inputs: {v: [4]}, layers: [Dense: 8]}
      query: {inputs: {q: [8]}, layers: [Dense: 4]}
      candidate: {inputs: {c: [8]}, layers: [Dense: 4]}
    model:
      inputs: {a: [4], b: [4]}
      layers:
        - video: {from: a}
        - query: {as: asked}
        - video: {from: b}           # called twice by the same model, its weights shared
        - candidate: {as: offered}
        - Dot: {from: [asked, offered], axes: 1}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import ModelCall, Node, Plan

NAME = "shared-models"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem for each model that several others call inside one."""
    told: set[str] = set()
    for name in plan.models:
        for callee, callers in _callers(plan, name).items():
            if len(callers) > 1 and callee not in told:
                told.add(callee)
                first, second = list(callers)[:2]
                message = (
                    f'"{callee}" is called in "{first}" and in "{second}", and both are parts of "{name}": '
                    f'Keras could not load the saved file; call it in "{name}" and give both its output'
                )
                note = Note(f'"{first}" calls it here', callers[first].path)
                yield Diagnostic(NAME, message, callers[second].path, "key", notes=(note,))


def _callers(plan: Plan, name: str) -> dict[str, dict[str, Node]]:
    """For each model inside one, the models that call it, each with its first call."""
    found: dict[str, dict[str, Node]] = {}
    waiting, seen = [name], {name}
    while waiting:
        caller = waiting.pop(0)
        for node in plan.models[caller].nodes:
            if isinstance(node.callee, ModelCall) and node.callee.model in plan.models:
                found.setdefault(node.callee.model, {}).setdefault(caller, node)
                if node.callee.model not in seen:
                    seen.add(node.callee.model)
                    waiting.append(node.callee.model)
    return found
