"""unused-model: each of the further models is called, or shares what is trained.

`models` has what `model` is made of: an encoder that is called twice, a tower. One that nothing calls is
built and saved with the weights that it was drawn with. One that shares a part with the trained model, as an
encoder that is to be used by itself later, is not told.

Fails:

    models:
      tower: {inputs: {features: [4]}, layers: [Dense: 8]}
    model:
      inputs: {x: [4]}
      layers:
        - Dense: 3

Passes:

    models:
      tower: {inputs: {features: [4]}, layers: [Dense: 8]}
    model:
      inputs: {x: [4]}
      layers:
        - tower
        - Dense: 3
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.model_order import called
from yamlnet.resolver.plan import ModelCall, Plan
from yamlnet.schema.forms import Blueprint
from yamlnet.schema.words import DEFAULT_MODEL, SUPERVISED

NAME = "unused-model"


def check(blueprint: Blueprint, plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each model that no other calls and that shares nothing with the trained one."""
    if plan.train is not None and plan.train.objective.name != SUPERVISED:
        return  # other objectives name the models that they train
    callees = {name: _called(plan, name) for name in plan.models}
    trained = _reached(callees, DEFAULT_MODEL)
    meant = {name for found in callees.values() for name in found} | _named(blueprint)
    shares: dict[str, bool] = {}
    for name in plan.models:  # each after those that it calls
        shares[name] = any(callee in trained or shares.get(callee, False) for callee in callees[name])
    for name, model in blueprint.models.items():
        if name != DEFAULT_MODEL and name not in meant and not shares[name]:
            message = f'nothing calls the model "{name}"; call it as an entry, - {name}, or remove it'
            yield Diagnostic(NAME, message, model.path, "key", severity="warning")


def _called(plan: Plan, name: str) -> set[str]:
    """The models that one calls itself."""
    nodes = plan.models[name].nodes
    return {node.callee.model for node in nodes if isinstance(node.callee, ModelCall)}


def _reached(callees: Mapping[str, set[str]], name: str) -> set[str]:
    """A model and all that it calls, directly or through others."""
    found, waiting = {name}, [name]
    while waiting:
        new = callees[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found


def _named(blueprint: Blueprint) -> set[str]:
    """What entries name, though it may not be called: under an `if` that does not hold."""
    return {name for user in blueprint.graphs for name in called(user.entries)}
