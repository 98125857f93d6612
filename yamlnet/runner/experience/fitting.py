"""Whether the models of an objective fit to its environment: they read what is seen, and say what to do."""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.checks.sizes import traced
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Note
from yamlnet.resolver.plan import Graph, Input, Plan
from yamlnet.runner.experience.world import NAME, World, find_world
from yamlnet.schema.words import DEFAULT_MODEL


def require_environment(plan: Plan) -> None:
    """Refuse a plan whose environment there is not, or whose models do not fit to it; others pass.

    Raises:
        BlueprintError: with every such problem.
    """
    if plan.objective.acts and plan.train is not None:
        require_fit(plan, find_world(plan.objective))


def require_fit(plan: Plan, world: World) -> None:
    """Refuse models that do not fit to an environment.

    Raises:
        BlueprintError: with every input of another shape than observations, and every output of another width
            than actions take.
    """
    if problems := list(_problems(plan, world)):
        raise BlueprintError(problems)


def _problems(plan: Plan, world: World) -> Iterator[Diagnostic]:
    roles = plan.objective.models
    for name in dict.fromkeys([plan.objective.feeds, *roles.values()]):
        graph = plan.models[name]
        if len(graph.inputs) == 1:
            yield from _input(graph.inputs[0], world)
    acting = plan.models.get(plan.objective.feeds) or plan.models[DEFAULT_MODEL]
    outputs = list(acting.outputs)
    meaning = f'{world.actions.meaning} of "{world.id}"'
    yield from _output(plan, acting, outputs[0], world.actions.width, meaning)
    if "value" in roles:
        valuing = plan.models[roles["value"]]
        yield from _output(plan, valuing, next(iter(valuing.outputs)), 1, "the return that is to come")
    elif len(outputs) > 1:
        yield from _output(plan, acting, outputs[1], 1, "the return that is to come")


def _input(given: Input, world: World) -> Iterator[Diagnostic]:
    known = given.shape is not None and all(isinstance(axis, int) for axis in given.shape)
    if known and given.shape != world.shape:
        shape = list(given.shape or ())
        message = f'"{given.name}" is {shape}, and an observation of "{world.id}" is {list(world.shape)}'
        yield Diagnostic(NAME, message, given.path)


def _output(plan: Plan, graph: Graph, output: str, width: int, what: str) -> Iterator[Diagnostic]:
    """An output that is no row of so many numbers; one whose shape is not known yet passes."""
    ref = graph.outputs[output]
    shape = traced(plan)[graph.name].shape(ref)
    if shape is None or shape[1:] == (width,) or None in shape[1:]:
        return
    node = next((one for one in graph.nodes if one.name == ref.node), None)
    message = f'"{output}" gives {list(shape[1:])} for a row; it is to be [{width}]: {what}'
    notes = (Note("this objective asks for it", plan.objective.path, at="key"),)
    yield Diagnostic(NAME, message, node.path if node is not None else graph.path, "key", notes=notes)
