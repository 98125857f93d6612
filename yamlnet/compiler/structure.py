"""The structure that a model takes and gives: one tensor, a list, or a mapping by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np


def model_inputs(model: keras.Model, inputs: Mapping[str, Any]) -> Any:
    """Tensors by input name as the model takes them: one tensor, or a mapping."""
    if isinstance(model.input, dict):
        return {name: inputs[name] for name in model.input}
    return inputs[model.input.name]


def named_inputs(model: keras.Model) -> dict[str, Any]:
    """A model's symbolic inputs by name, in its own order."""
    return dict(model.input) if isinstance(model.input, dict) else {str(model.input.name): model.input}


def input_names(model: keras.Model) -> tuple[str, ...]:
    """A model's inputs by name, in its own order."""
    return tuple(named_inputs(model))


def output_names(model: keras.Model) -> tuple[str, ...]:
    """A model's outputs by name, in its own order."""
    return tuple(model.output) if isinstance(model.output, dict) else tuple(model.output_names)


def by_output(found: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """A model's answer by output name."""
    if isinstance(found, Mapping):
        return {name: found[name] for name in names}
    values = found if isinstance(found, list | tuple) else [found]
    return dict(zip(names, values, strict=True))


def predictions(
    model: keras.Model, inputs: Mapping[str, Any], names: tuple[str, ...], batch_size: int = 256
) -> dict[str, np.ndarray[Any, Any]]:
    """The model's outputs for given rows by output name, each of shape (rows, *output shape)."""
    found = model.predict(model_inputs(model, inputs), batch_size=batch_size, verbose=0)
    return {name: np.asarray(values) for name, values in by_output(found, names).items()}
