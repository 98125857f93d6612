"""`log`: the logarithm of 1 + x (NumPy's log1p), which takes counts and prices from 0 on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yamlnet.data.columns.numbers import numbers
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import State, Transform, nothing_to_fit
from yamlnet.diagnostics.diagnostic import DataError


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """log(1 + values), as float32; missing numbers stay missing. `log: false` gives them as they are.

    Raises:
        DataError: the column holds texts, or a value that is -1 or below.
    """
    if argument is False:
        return values
    found = numbers(values, place)
    if (low := found <= -1).any():
        row = int(np.flatnonzero(low.reshape(len(found), -1).any(axis=1))[0])
        value = found[row][low[row]].flat[0]
        message = f"{place.row(row)} is {value:g}, and log takes values above -1"
        raise DataError(f"{message}; clip: [0, null] before it, or no log", path=place.path, check="range")
    return np.log1p(found).astype(np.float32)


def inverse(argument: object, values: Array, states: Sequence[State]) -> Array:
    """exp(values) - 1; `log: false` changed nothing."""
    return values if argument is False else np.expm1(values)


TRANSFORM = Transform(nothing_to_fit, apply, inverse=inverse)
