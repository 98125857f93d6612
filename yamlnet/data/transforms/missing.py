"""`missing`: what stands for a missing number: `error`, the training rows' `mean`, or a number."""

from __future__ import annotations

import numpy as np

from yamlnet.data.numbers import refuse_missing, require_numbers
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Place, State, Transform
from yamlnet.diagnostics.diagnostic import DataError


def fit(argument: object, values: Array, place: Place) -> State:
    """The mean of the numbers that are there, when that is what is asked for."""
    require_numbers(values, place.column, place.path)
    if argument != "mean":
        return {}
    numbers = np.asarray(values, dtype=np.float64)
    if np.isnan(numbers).all():
        message = f'column "{place.column}" has no number in any training row, so it has no mean'
        raise DataError(message, path=place.path, check="missing-value")
    return {"mean": np.nanmean(numbers, axis=0).tolist()}


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """The values with NaN replaced.

    Raises:
        DataError: a value is missing and `missing: error` was written.
    """
    require_numbers(values, place.column, place.path)
    numbers = np.asarray(values, dtype=np.float64)
    if argument == "error":
        refuse_missing(numbers, place.column, place.path)
        return numbers
    filling = state["mean"] if argument == "mean" else float(str(argument))
    return np.where(np.isnan(numbers), np.asarray(filling), numbers)


TRANSFORM = Transform(fit, apply)
