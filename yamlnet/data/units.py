"""Predictions in the units of the data: what the transforms of a target did to its numbers, undone.

An output is a number of its target's kind where its loss compares the two as they are, as a squared error
does. A chance or a logit, which a crossentropy learns, has no units, and stays what the model says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct

from yamlnet.checks.loss_fit import OF_VALUES
from yamlnet.data.table import Array
from yamlnet.data.tensors import Fitted
from yamlnet.data.transforms import TRANSFORMS
from yamlnet.data.transforms.transform import unchanged
from yamlnet.resolver.plan import Plan, TensorPlan

OF_NUMBERS = (*OF_VALUES, "Poisson")
"""The losses that compare a prediction with its target number by number."""


class Units(Struct, frozen=True):
    """What an output has units by: its target's transforms, and what they learnt."""

    tensor: TensorPlan
    fitted: Fitted


def output_units(plan: Plan, fitted: Mapping[str, Fitted]) -> dict[str, Units]:
    """The outputs whose numbers were changed on the way from the column, each with its units."""
    if plan.data is None or plan.train is None:
        return {}
    loss = plan.train.loss
    by_output = loss if isinstance(loss, Mapping) else dict.fromkeys(plan.data.targets, loss)
    return {
        name: Units(tensor, fitted[name])
        for name, tensor in plan.data.targets.items()
        if (spec := by_output.get(name)) is not None and spec.name in OF_NUMBERS
        if any(TRANSFORMS[word].inverse is not unchanged for word, _ in _undone(tensor))
    }


def _undone(tensor: TensorPlan) -> Iterator[tuple[str, object]]:
    """The transforms to undo, the last first: back to the column, or to where it became numbers."""
    for word, argument in reversed(tensor.transforms):
        if TRANSFORMS[word].inverse is None:
            return
        yield word, argument


def in_units(values: Array, units: Units) -> Array:
    """Numbers of the model, (rows, …), as numbers of the column: float64 of the same shape.

    Raises:
        DataError: they are not as many a row as were transformed, or the transform left nothing of them.
    """
    found = np.asarray(values, dtype=np.float64)
    for word, argument in _undone(units.tensor):
        inverse = TRANSFORMS[word].inverse
        assert inverse is not None, "_undone ends before it"
        found = inverse(argument, found, [learnt[word] for learnt in units.fitted])
    return found


def outputs_in_units(outputs: Mapping[str, Array], units: Mapping[str, Units]) -> dict[str, Array]:
    """A model's outputs by name, those that have units in them."""
    return {
        name: in_units(values, units[name]) if name in units else values for name, values in outputs.items()
    }
