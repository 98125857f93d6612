"""Model inputs: `{image: {shape: [8, 8, 1]}}`, `{image: [8, 8, 1]}`, or one bare shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from yamlnet.catalog.values import problem, shown
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.evaluate import Scope, Unknown
from yamlnet.resolver.filling import Filling, without_unknown
from yamlnet.resolver.given import sources
from yamlnet.resolver.plan import Input
from yamlnet.schema.forms import Model
from yamlnet.schema.habits import SHAPES
from yamlnet.schema.model_inputs import INPUT_ARGUMENTS
from yamlnet.schema.rewriting import value_mend

BATCH = (-1, "batch", "batch_size", "N", "B", "?")
"""How the batch axis is written where it is."""


def read_inputs(model: Model, values: Scope, filling: Filling) -> tuple[Input, ...]:
    """The inputs of a model, filled in; mistakes are reported."""
    inputs = []
    if not model.inputs:
        message = "a model reads at least one input: inputs: {image: {shape: [28, 28, 1]}}"
        filling.problems.add("missing-key", message, (*model.path, "inputs"), "key")
    for name, written in model.inputs.items():
        path = model.input_paths[name]
        form = filling.value(written, values, path)
        if path == (*model.path, "inputs") and not isinstance(form, list):
            inputs.append(Input(name, None, {}, path))  # neither a mapping nor a shape: that was reported
        else:
            inputs.append(_input(name, form, path, filling, sources(written, values)))
    return tuple(inputs)


def _input(name: str, form: object, path: KeyPath, filling: Filling, given: tuple[KeyPath, ...]) -> Input:
    arguments: Mapping[str, object] = form if isinstance(form, dict) else {"shape": form}
    by_name = {argument.name: argument for argument in INPUT_ARGUMENTS}
    if isinstance(form, dict) and "shape" not in form:
        message = f'input "{name}" needs its shape: shape: [28, 28, 1]'
        filling.problems.add("missing-key", message, path, "key")
    for key, value in arguments.items():
        place = (*path, key) if isinstance(form, dict) else path
        argument = by_name.get(key)
        if argument is None:
            mend = "; the shape is written without the batch: shape: [4]" if key in SHAPES else ""
            mend = mend or did_you_mean(key, by_name) or f"; it takes {', '.join(by_name)}"
            filling.problems.add("unknown-key", f'input "{name}" has no key "{key}"{mend}', place, "key")
        elif not isinstance(value, Unknown):
            expected = problem(without_unknown(value), argument.type)
            if expected is not None:
                got = f"{shown(value)}{_shape_mend(key, value)}"
                message = f'"{key}" of input "{name}" must be {expected}, got {got}'
                filling.problems.add("wrong-type", message, place)
    shape = arguments.get("shape")
    axes = tuple(cast("list[int | None]", shape)) if isinstance(shape, list) else None
    known = {key: value for key, value in arguments.items() if key in by_name}
    return Input(name, axes, known, path, given)


def _shape_mend(key: str, value: object) -> str:
    if key == "shape" and isinstance(value, int):
        return f"; one axis is written [{value}]"
    if key != "shape" or not isinstance(value, list) or not value:
        return value_mend(value, "a list") if key == "shape" else ""
    if all(isinstance(one, dict) and {"name", "shape"} <= one.keys() for one in value):
        shapes = ", ".join(f"{one['name']}: {_listed(one['shape'])}" for one in value)
        return f"; the names of inputs are keys: inputs: {{{shapes}}}"
    if value[0] in BATCH:
        return f"; the batch is never written: {_listed(value[1:])}"
    return "; an axis of any size is null" if -1 in value else ""


def _listed(shape: object) -> str:
    axes = shape if isinstance(shape, list) else [shape]
    return f"[{', '.join('null' if axis is None else str(axis) for axis in axes)}]"
