"""agent: an objective that learns from an environment has models that give what it asks for, and no data.

DQN reads the value of each action from the model's only output. PolicyGradient reads what to do from the
model called policy and the return to come from the one called value, or both from the two outputs of one
model, in this order; algorithm: reinforce can do without a value. What to do is a logit for each action, or,
where actions are numbers, the mean of each and then the logarithm of each deviation. Data are what an agent
meets, so a data section has no use.

Fails:

    yamlnet: 1
    model:
      inputs: {observation: [4]}
      layers: [{Dense: 2}]
    train:
      objective: {PolicyGradient: {environment: CartPole-v1}}
      steps: 1000

Passes:

    yamlnet: 1
    models:
      actor: {inputs: {observation: [4]}, layers: [{Dense: 2}]}
      critic: {inputs: {observation: [4]}, layers: [{Dense: 1}]}
    train:
      objective: {PolicyGradient: {environment: CartPole-v1, policy: actor, value: critic}}
      steps: 1000
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import ObjectivePlan, Plan
from yamlnet.schema.words import DEFAULT_MODEL

NAME = "agent"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem where an agent's models lack an output, it is given rows, or steps do not add up."""
    objective = plan.objective
    if not objective.acts or plan.train is None:
        return
    if "data" in plan.sections:
        message = (
            f'objective "{objective.name}" learns from its environment, and has no use for data; remove it'
        )
        yield Diagnostic(NAME, message, ("data",), "key")
    for name in dict.fromkeys([objective.feeds, *objective.models.values()]):
        yield from _inputs(plan, name)
    yield from _policy(plan, objective) if objective.name == "PolicyGradient" else _values(plan, objective)
    if "value" in plan.train.optimizers and "value" not in objective.models:
        message = "no model learns by this optimizer; write one for all there is to learn: optimizer: adam"
        notes = (Note('no "value" is named here', objective.path, at="key"),)
        yield Diagnostic(NAME, message, ("train", "optimizer", "value"), "key", notes=notes)


def _inputs(plan: Plan, name: str) -> Iterator[Diagnostic]:
    """An agent sees one thing: the observation."""
    graph = plan.models.get(name)
    if graph is not None and len(graph.inputs) != 1:
        named = ", ".join(one.name for one in graph.inputs)
        message = f'"{name}" reads {named}; an agent\'s model reads the observation alone'
        yield Diagnostic(NAME, message, graph.path, "key")


def _values(plan: Plan, objective: ObjectivePlan) -> Iterator[Diagnostic]:
    model = plan.models.get(DEFAULT_MODEL)
    if model is not None and len(model.outputs) != 1:
        message = (
            f"the model gives {', '.join(model.outputs)}; {objective.name} reads one output, "
            "the value of each action"
        )
        yield Diagnostic(NAME, message, (*model.path, "outputs"), "key")


def _policy(plan: Plan, objective: ObjectivePlan) -> Iterator[Diagnostic]:
    arguments, model = objective.arguments, plan.models.get(objective.feeds)
    ppo = arguments.get("algorithm") == "ppo"
    outputs = len(model.outputs) if model is not None else 2
    if "value" in objective.models:
        if outputs != 1:
            message = (
                f'"{objective.feeds}" gives {outputs} outputs; a policy gives one, which says what to do'
            )
            yield Diagnostic(NAME, message, (*objective.path, "policy"))
    elif outputs > 2 or (ppo and outputs != 2):
        named = (
            '"value" names a model beside "policy"'
            if objective.models
            else "the second of a model's two outputs"
        )
        message = f"algorithm: {'ppo' if ppo else 'reinforce'} reads the return that is to come: {named}"
        yield Diagnostic(NAME, message, objective.path, "key")
    taken = [arguments.get(one) for one in ("environments", "rollout", "minibatches")]
    if ppo and all(isinstance(one, int) for one in taken):
        environments, rollout, minibatches = (int(str(one)) for one in taken)
        if environments * rollout % minibatches:
            message = (
                f"{environments} environments times a rollout of {rollout} steps cannot be divided "
                f"into {minibatches} minibatches of one size"
            )
            yield Diagnostic(NAME, message, (*objective.path, "minibatches"))
