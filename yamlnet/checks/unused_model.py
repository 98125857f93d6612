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

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.model_order import called
from yamlnet.resolver.plan import ModelCall, Plan
from yamlnet.schema.forms import Blueprint
from yamlnet.schema.words import DEFAULT_MODEL

NAME = "unused-model"


def check(blueprint: Blueprint, plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each model that no other calls and that shares nothing with the trained one."""
    if plan.train is not None and plan.train.objective != "Supervised":
        return  # other objectives name the models that they train
    callees = {name: _called(plan, name) for name in plan.models}
    trained = callees[DEFAULT_MODEL] | {DEFAULT_MODEL}
    for name, model in blueprint.models.items():
        alone = not any(name in found for found in callees.values())
        if name != DEFAULT_MODEL and alone and not callees[name] & trained and not _named(blueprint, name):
            message = f'nothing calls the model "{name}"; call it as an entry, - {name}, or remove it'
            yield Diagnostic(NAME, message, model.path, "key", severity="warning")


def _called(plan: Plan, name: str) -> set[str]:
    """The models that one calls, directly or through others."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for node in plan.models[waiting.pop()].nodes:
            if isinstance(node.callee, ModelCall) and node.callee.model not in found:
                found.add(node.callee.model)
                waiting.append(node.callee.model)
    return found


def _named(blueprint: Blueprint, name: str) -> bool:
    """Whether an entry names the model, though none calls it: under an `if` that does not hold."""
    return any(name in called(user.entries) for user in blueprint.graphs)
