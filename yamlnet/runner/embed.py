"""Vectors that a run makes of rows: what its encoder or a named layer gives; and which of them are near."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from yamlnet.compiler.structure import by_output, input_names, model_inputs, output_names
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.objectives import implementation
from yamlnet.resolver.plan import Plan
from yamlnet.runner.run import Run
from yamlnet.schema.words import DEFAULT_MODEL

Array = np.ndarray[Any, np.dtype[Any]]

COMPARED = 1024
"""Rows whose likeness to all others is worked out at once."""


def embedder(run: Run, plan: Plan, layer: str | None = None) -> keras.Model:
    """The part of a run's models that leads from a row to a vector, a model of one output.

    Args:
        run: trained.
        plan: of its blueprint.
        layer: a model of the run, an output, or a layer; the objective's encoder when None.

    Raises:
        YamlnetError: there is no such layer, or no encoder and no layer is named.
    """
    if layer is None:
        encoders = implementation(plan.objective.name).encoders(plan.objective.models)
        if not encoders:
            message = f"a run of objective {plan.objective.name} has no encoder that its blueprint names"
            raise YamlnetError(message, hint=f"name a layer: --layer {_last(run.model)}")
        layer = encoders[0]
    for model in _looked_through(run):
        tensor = _tensor(run, model, layer)
        if tensor is not None:
            return keras.Model(model.input, tensor)
    known = [*run.models, *(one.name for model in _looked_through(run) for one in model.layers)]
    mend = did_you_mean(layer, known) or f"; the last ones of the model are {_last(run.model, 5)}"
    raise YamlnetError(f'the run has no layer, output or model "{layer}"{mend}')


def _looked_through(run: Run) -> list[keras.Model]:
    """The run's models, the trained one first."""
    return [run.model, *(model for name, model in run.models.items() if name != DEFAULT_MODEL)]


def _tensor(run: Run, model: keras.Model, layer: str) -> Any:
    """What a name means in one of the models; None where it has none of it.

    A model that another calls is looked for by itself: what it gives there is of other rows.
    """
    if layer in run.models and model is run.models[layer]:
        return next(iter(by_output(model.output, output_names(model)).values()))
    if model is run.model and layer in run.manifest["outputs"]:
        return by_output(model.output, tuple(run.manifest["outputs"]))[layer]
    if layer in run.models or layer not in {one.name for one in model.layers}:
        return None
    called: Any = model.get_layer(layer)
    try:
        return keras.tree.flatten(called.output)[0]
    except (AttributeError, ValueError):  # Keras does not say which of its calls is meant
        message = f'the layer "{layer}" is called several times, and gives a tensor each time'
        raise YamlnetError(message, hint="name one that is called once") from None


def _last(model: keras.Model, count: int = 1) -> str:
    return ", ".join(layer.name for layer in model.layers[-count - 1 : -1] or model.layers[-1:])


def vectors(model: keras.Model, inputs: Mapping[str, Array], batch_size: int = 256) -> Array:
    """What an embedder makes of rows, (rows, …).

    Raises:
        YamlnetError: it reads what no row has.
    """
    missing = [name for name in input_names(model) if name not in inputs]
    if missing:
        raise YamlnetError(f'this part of the model reads "{missing[0]}", which no row has')
    found = model.predict(model_inputs(model, inputs), batch_size=batch_size, verbose=0)
    return np.asarray(found)


def nearest(rows: Array, count: int) -> tuple[Array, Array]:
    """The rows whose vectors point most nearly into the same direction, by their cosine.

    Args:
        rows: (rows, …) numbers; every row is one vector.
        count: how many of each; as many as there are others at most.

    Returns:
        Their indices, the nearest first, (rows, count) intp, and the cosines, (rows, count) float64.
        Ties are in the order of the rows.
    """
    flat = rows.reshape(len(rows), -1).astype(np.float64)
    unit = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    count = min(count, len(rows) - 1)
    places = np.empty((len(rows), count), dtype=np.intp)
    cosines = np.empty((len(rows), count))
    for start in range(0, len(rows), COMPARED):
        likeness = unit[start : start + COMPARED] @ unit.T
        own = np.arange(len(likeness))
        likeness[own, start + own] = -np.inf  # each row is nearest to itself
        order = np.argsort(-likeness, axis=1, kind="stable")[:, :count]
        places[start : start + COMPARED] = order
        cosines[start : start + COMPARED] = np.take_along_axis(likeness, order, axis=1)
    return places, cosines
