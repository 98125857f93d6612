"""`missing`: what stands for a missing value: `error`, the training rows' `mean`, a number, or a text."""

from __future__ import annotations

import numpy as np

from yamlnet.data.numbers import numbers, refuse_missing
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Chunks, State, Transform
from yamlnet.diagnostics.diagnostic import DataError, KeyPath


def fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """The mean of the numbers that are there, when that is what is asked for."""
    if argument != "mean":
        return {}
    total, count, column = np.zeros(()), np.zeros(()), ""
    for values, place in chunks:
        found, column = numbers(values, place), place.column
        total = total + np.nansum(found, axis=0)
        count = count + (~np.isnan(found)).sum(axis=0)
    if not np.all(count):
        message = f'column "{column}" has no number in any training row, so it has no mean'
        raise DataError(message, path=path, check="missing-value")
    return {"mean": (total / count).tolist()}


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """The values with NaN, or None among texts, replaced.

    Raises:
        DataError: a value is missing and `missing: error` was written.
    """
    if argument == "error":
        refuse_missing(values, place)
        return values
    if isinstance(argument, str) and argument != "mean":
        filled = values.astype(object)
        filled[[value is None for value in values]] = argument
        return filled
    found = numbers(values, place)
    filling = state["mean"] if argument == "mean" else float(str(argument))
    return np.where(np.isnan(found), np.asarray(filling), found)


TRANSFORM = Transform(fit, apply)
