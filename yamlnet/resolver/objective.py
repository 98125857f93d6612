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
    from yamlnet.schema.objective_terms import ObjectiveWords

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
    feeds = roles.get(words.feeds, DEFAULT_MODEL)
    return ObjectivePlan(name, roles, arguments, feeds, made, bool(words.episodes), path)


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
    Roles that stand beside each other give an output each. None where there is nothing to make one of.
    """
    from yamlnet.schema.objective_terms import words_for
    from yamlnet.schema.objective_words import known_words

    words = words_for(known_words(objective.name), objective.arguments)
    models = {role: graphs[name] for role, name in objective.models.items() if name in graphs}
    models = {role: models[role] for role in words.serves if role in models}
    if not models or len(models) != len(words.serves):
        return None
    inputs = {given.name: given for given in models[words.serves[0]].inputs}
    names = NameMaker(frozenset(model.name for model in models.values()), set(inputs))
    nodes: list[Node] = []
    given_on: dict[str, TensorRef] = {}
    previous: TensorRef | None = None
    for role, model in models.items():
        read, name = _read(model, inputs, previous), names.make((), model.name)
        nodes.append(Node(name, ModelCall(model.name), (read,), {}, (*objective.path, role)))
        given_on[role] = TensorRef(name, None if model.output_form == "single" else 0)
        previous = None if role in words.beside else given_on[role]
    whole = Graph(DEFAULT_MODEL, tuple(inputs.values()), tuple(nodes), given_on, "mapping", objective.path)
    if previous is None:
        return whole
    return replace(whole, outputs=_outputs(nodes[-1].name, model), output_form=model.output_form)


def _outputs(node: str, model: Graph) -> dict[str, TensorRef]:
    """All that a call of a model gives, by its names."""
    single = model.output_form == "single"
    return {name: TensorRef(node, None if single else index) for index, name in enumerate(model.outputs)}


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
