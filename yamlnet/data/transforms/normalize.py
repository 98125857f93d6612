"""`normalize`: `standard` (mean 0, deviation 1) or `min-max` (0 to 1), by column, fitted on training rows.

The same as scikit-learn's StandardScaler and MinMaxScaler; a column that does not vary becomes 0.
"""

from __future__ import annotations

import numpy as np

from yamlnet.data.numbers import require_numbers
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Place, State, Transform


def fit(argument: object, values: Array, place: Place) -> State:
    """The shift and the spread of each feature (the last axis) over the training rows."""
    require_numbers(values, place.column, place.path)
    numbers = np.asarray(values, dtype=np.float64)
    axes = tuple(range(max(numbers.ndim - 1, 1)))
    if argument == "standard":
        shift, spread = numbers.mean(axis=axes), numbers.std(axis=axes)
    else:
        shift = numbers.min(axis=axes)
        spread = numbers.max(axis=axes) - shift
    spread = np.where(spread == 0, 1.0, spread)
    return {"shift": shift.tolist(), "spread": spread.tolist()}


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """(values - shift) / spread, as float32."""
    require_numbers(values, place.column, place.path)
    numbers = np.asarray(values, dtype=np.float64)
    shift, spread = np.asarray(state["shift"]), np.asarray(state["spread"])
    return np.asarray((numbers - shift) / spread, dtype=np.float32)


def facts(argument: object, state: State) -> dict[str, object]:
    """`mean` and `deviation` of `standard`, `min` and `range` of `min-max`."""
    names = ("mean", "deviation") if argument == "standard" else ("min", "range")
    return {names[0]: state["shift"], names[1]: state["spread"]}


TRANSFORM = Transform(fit, apply, facts)
