"""Whether the models that an objective names fit together: what one gives is what another reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import keras

from yamlnet.compiler.structure import by_output, input_names, named_inputs
from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import Plan
from yamlnet.schema.objective_words import OBJECTIVES, Same

NAME = "objective"


def role_problems(plan: Plan, models: Mapping[str, keras.Model]) -> Iterator[Diagnostic]:
    """Yield a problem for each two tensors of an objective that should be of one shape and are not.

    Args:
        plan: resolved.
        models: those that could be made; of others their own mistakes were told.
    """
    objective = plan.objective
    for same in OBJECTIVES[objective.name].same:
        ends = [_end(plan, models, end) for end in (same.one, same.other)]
        if any(end is None for end in ends):
            continue
        one, other = (end for end in ends if end is not None)
        if not _fit(one[1], other[1]):
            yield _mistake(plan, same, one, other)


End = tuple[str, list[int | None]]
"""What a tensor is called in a sentence, and its shape without the batch axis."""


def _end(plan: Plan, models: Mapping[str, keras.Model], end: str) -> End | None:
    """The tensor that a rule means: `generator.output`, `encoder.output1`, `decoder.free`."""
    role, _, word = end.partition(".")
    name = plan.objective.models.get(role, role)
    model = models.get(name)
    if model is None:
        return None
    if word.startswith("output"):
        names = tuple(plan.models[name].outputs)
        index = int(word.removeprefix("output") or 0)
        if index >= len(names):
            return f'"{name}" has no output number {index + 1}', []
        output = names[index]
        tensor = by_output(model.output, names)[output]
        return f'"{output}" of "{name}"', list(tensor.shape[1:])
    inputs = input_names(model)
    fed = {given.name for given in plan.fed} if word == "free" else set()
    given = next((one for one in inputs if one not in fed), inputs[0])
    return f'"{given}" of "{name}"', list(named_inputs(model)[given].shape[1:])


def _fit(one: list[int | None], other: list[int | None]) -> bool:
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a == b or None in (a, b) for a, b in pairs)


def _mistake(plan: Plan, same: Same, one: End, other: End) -> Diagnostic:
    objective = plan.objective
    missing = next((said for said, shape in (one, other) if not shape and "has no" in said), None)
    shapes = f"{one[0]} is {one[1]}, and {other[0]} is {other[1]}"
    message = f'{missing or shapes}; for objective "{objective.name}" they are of one shape: {same.why}'
    roles = dict.fromkeys(end.partition(".")[0] for end in (same.one, same.other))
    names = [objective.models.get(role, role) for role in roles]
    notes = tuple(Note(f'"{name}" is this model', plan.models[name].path) for name in names)
    first = next(iter(roles))
    if first not in objective.models:
        return Diagnostic(NAME, message, objective.path, "key", notes=notes)
    return Diagnostic(NAME, message, (*objective.path, first), "value", notes=notes)
