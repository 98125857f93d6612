"""Whether the models that an objective names fit together: what one gives is what another reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import keras
from msgspec import Struct

from yamlnet.compiler.structure import by_output, input_names, named_inputs
from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import Graph, Plan
from yamlnet.schema.objective_terms import Same
from yamlnet.schema.objective_words import known_words

NAME = "objective"


def role_problems(plan: Plan, models: Mapping[str, keras.Model]) -> Iterator[Diagnostic]:
    """Yield a problem for each two tensors of an objective that should be of one shape and are not.

    Args:
        plan: resolved.
        models: those that could be made; of others their own mistakes were told.
    """
    objective = plan.objective
    for same in known_words(objective.name).same:
        ends = [_end(plan, models, end) for end in (same.one, same.other)]
        if any(end is None for end in ends):
            continue
        one, other = (end for end in ends if end is not None)
        if not _fit(one, other):
            yield _mistake(plan, same, one, other)


class End(Struct, frozen=True):
    """A tensor that a rule means.

    Attributes:
        said: what it is called in a sentence.
        shape: without the batch axis; None where there is no such tensor.
        note: where it is written.
    """

    said: str
    shape: list[int | None] | None
    note: Note


def _end(plan: Plan, models: Mapping[str, keras.Model], end: str) -> End | None:
    """The tensor of `encoder.output1`, `decoder.free`; None where its model was refused."""
    role, _, word = end.partition(".")
    name = plan.objective.models.get(role, role)
    model = models.get(name)
    if model is None:
        return None
    graph = plan.models[name]
    return _output(graph, model, word) if word.startswith("output") else _input(plan, graph, model, word)


def _output(graph: Graph, model: keras.Model, word: str) -> End:
    names, index = tuple(graph.outputs), int(word.removeprefix("output") or 0)
    if index >= len(names):
        note = Note(f'"{graph.name}" gives {len(names)}', (*graph.path, "outputs"))
        return End(f'"{graph.name}" has no output number {index + 1}', None, note)
    output = names[index]
    shape = list(by_output(model.output, names)[output].shape[1:])
    made = next((node.path for node in graph.nodes if node.name == graph.outputs[output].node), graph.path)
    return End(f'"{output}" of "{graph.name}"', shape, Note(f'"{output}" is made here', made))


def _input(plan: Plan, graph: Graph, model: keras.Model, word: str) -> End:
    inputs = input_names(model)
    fed = {given.name for given in plan.fed} if word == "free" else set()
    name = next((one for one in inputs if one not in fed), inputs[0])
    path = next((given.path for given in graph.inputs if given.name == name), graph.path)
    shape = list(named_inputs(model)[name].shape[1:])
    return End(f'"{name}" of "{graph.name}"', shape, Note(f'"{name}" is read here', path))


def _fit(one: End, other: End) -> bool:
    if one.shape is None or other.shape is None or len(one.shape) != len(other.shape):
        return False
    pairs = zip(one.shape, other.shape, strict=True)
    return all(a == b or None in (a, b) for a, b in pairs)


def _mistake(plan: Plan, same: Same, one: End, other: End) -> Diagnostic:
    objective = plan.objective
    missing = next((end.said for end in (one, other) if end.shape is None), None)
    shapes = f"{one.said} is {one.shape}, and {other.said} is {other.shape}"
    message = f'{missing or shapes}; for objective "{objective.name}" they are of one shape: {same.why}'
    notes = (one.note, other.note)
    role = same.one.partition(".")[0]
    if role not in objective.models:
        return Diagnostic(NAME, message, objective.path, "key", notes=notes)
    return Diagnostic(NAME, message, (*objective.path, role), "value", notes=notes)
