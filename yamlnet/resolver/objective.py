"""What is learnt, as a plan: the models that an objective names, what it takes, the model that it serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.evaluate import Scope, Unknown
from yamlnet.resolver.filling import Filling
from yamlnet.resolver.names import NameMaker
from yamlnet.resolver.plan import Graph, Input, ModelCall, Node, ObjectivePlan, TensorRef
from yamlnet.schema.objective_forms import objective_form, roles_named, words_of
from yamlnet.schema.objects import split_form
from yamlnet.schema.words import DEFAULT_MODEL, SUPERVISED

if TYPE_CHECKING:
    from yamlnet.schema.objective_words import ObjectiveWords

PATH: KeyPath = ("train", "objective")


def objective_plan(
    train: Mapping[str, object] | None, graphs: Mapping[str, Graph], values: Scope, filling: Filling
) -> ObjectivePlan:
    """The objective of a `train` section; a role whose model there is not is reported."""
    words = words_of(train) if objective_form(train) != SUPERVISED else None
    if words is None:
        return ObjectivePlan()
    name, body, path = split_form(objective_form(train), PATH)
    roles = {role: model for role, model in roles_named(train).items()}
    for role, model in roles.items():
        if model not in graphs:
            mend = did_you_mean(model, graphs) or (f"; there are {', '.join(graphs)}" if graphs else "")
            message = f'there is no model "{model}"{mend}'
            filling.problems.add("unknown-name", message, (*path, role))
    arguments = _arguments(words, name, body if isinstance(body, dict) else {}, path, values, filling)
    made = frozenset(str(arguments[one]) for one in words.makes if one in arguments)
    return ObjectivePlan(name, roles, arguments, roles.get(words.feeds, DEFAULT_MODEL), made, path)


def _arguments(
    words: ObjectiveWords,
    name: str,
    body: Mapping[str, object],
    path: KeyPath,
    values: Scope,
    filling: Filling,
) -> dict[str, object]:
    """Everything but the roles, filled in, with the defaults of what is not written."""
    filled: dict[str, object] = {}
    for argument in words.arguments:
        if argument.name in body:
            what, place = f'"{argument.name}" of objective "{name}"', (*path, argument.name)
            filled[argument.name] = filling.typed(argument.type, body[argument.name], values, place, what)
        elif argument.default is not None:
            filled[argument.name] = argument.default
    return {key: value for key, value in filled.items() if not isinstance(value, Unknown)}


def fed_graph(objective: ObjectivePlan, graphs: Mapping[str, Graph]) -> Graph | None:
    """The model that rows feed, with those of its inputs that they do feed."""
    graph = graphs.get(objective.feeds) or graphs.get(DEFAULT_MODEL)
    if graph is None or not objective.made:
        return graph
    return replace(graph, inputs=tuple(one for one in graph.inputs if one.name not in objective.made))


def served(objective: ObjectivePlan, graphs: Mapping[str, Graph]) -> Graph | None:
    """The model that is used once an objective's models are trained: each role called on the one before.

    What a later one reads besides that are inputs of the whole, by their names: the condition of a decoder.
    None where there is nothing to make one of.
    """
    from yamlnet.schema.objective_words import known_words

    roles = known_words(objective.name).serves
    models = [graphs[objective.models[role]] for role in roles if objective.models.get(role) in graphs]
    if not roles or len(models) != len(roles):
        return None
    inputs = {given.name: given for given in models[0].inputs}
    names = NameMaker(frozenset(model.name for model in models), set(inputs))
    nodes: list[Node] = []
    previous: TensorRef | None = None
    for role, model in zip(roles, models, strict=True):
        read, name = _read(model, inputs, previous), names.make((), model.name)
        nodes.append(Node(name, ModelCall(model.name), (read,), {}, (*objective.path, role)))
        previous = TensorRef(name, None if model.output_form == "single" else 0)
    last = models[-1]
    form = last.output_form
    outputs = {
        name: TensorRef(nodes[-1].name, None if form == "single" else index)
        for index, name in enumerate(last.outputs)
    }
    return Graph(DEFAULT_MODEL, tuple(inputs.values()), tuple(nodes), outputs, form, objective.path)


def _read(model: Graph, inputs: dict[str, Input], previous: TensorRef | None) -> object:
    """What a model is called on: its first input without a namesake is what the model before it gives."""
    free = next((one.name for one in model.inputs if one.name not in inputs), None)
    read: dict[str, object] = {}
    for given in model.inputs:
        if previous is not None and given.name == (free or model.inputs[0].name):
            read[given.name] = previous
        else:
            inputs.setdefault(given.name, given)
            read[given.name] = TensorRef(given.name)
    return next(iter(read.values())) if len(read) == 1 else read
