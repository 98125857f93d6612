"""Evaluating and predicting with a finished run, through the same seam that trained it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from yamlnet.compiler.structure import input_names, predictions
from yamlnet.data.dataset import AnySplit
from yamlnet.data.measured import Measured
from yamlnet.data.units import Units, outputs_in_units
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.resolver.plan import Plan
from yamlnet.runner.run import Run
from yamlnet.runner.steps import make_objective, make_stepper
from yamlnet.runner.steps.stepper import warm_up

Array = np.ndarray[Any, np.dtype[Any]]


def evaluate_run(run: Run, plan: Plan, splits: Mapping[str, AnySplit | None], part: str) -> dict[str, float]:
    """Loss and metrics of a run on one part of its data.

    Raises:
        YamlnetError: the data has no such part, or the blueprint nothing to evaluate by.
    """
    split = splits.get(part)
    if split is None:
        known = ", ".join(name for name, found in splits.items() if found is not None)
        raise YamlnetError(f'the data has no part "{part}"', hint=f"it has {known}")
    if plan.train is None or plan.data is None:
        raise YamlnetError("the run's blueprint has no loss to evaluate by")
    objective = make_objective(run.models, plan.train, plan.seed)
    first = next(split.batches(plan.data.batch_size, shuffle=False))
    for phase in objective.phases:
        warm_up(objective, run.models, first, phase)
    stepper = make_stepper(objective, run.models)
    stepper.reset_metrics()
    for batch in split.batches(plan.data.batch_size, shuffle=False):
        stepper.evaluate(batch)
    return stepper.results()


def measure(
    model: keras.Model, outputs: Sequence[str], split: AnySplit, units: Mapping[str, Units]
) -> dict[str, float]:
    """How far a model's outputs are off on some rows, of those that have units, in these.

    Raises:
        DataError: a transform left nothing of a target to go back to.
    """
    measured = Measured(units)
    for rows in split.pieces() if units else ():
        found = predictions(model, rows.inputs, tuple(outputs))
        measured.add(outputs_in_units(found, units), rows.targets)
    return measured.told()


def predict_run(run: Run, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """Predictions by output name, each of shape (rows, *output shape).

    Raises:
        YamlnetError: the model reads what no row has: a generator's noise.
    """
    missing = [name for name in input_names(run.model) if name not in inputs]
    if missing:
        message = f'the run\'s model reads "{missing[0]}", which no row has'
        raise YamlnetError(message, hint=f"it makes rows itself: yamlnet generate {run.folder}")
    return predictions(run.model, inputs, tuple(run.manifest["outputs"]))
