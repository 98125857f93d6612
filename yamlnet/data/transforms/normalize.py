"""`normalize`: `standard` (mean 0, deviation 1) or `min-max` (0 to 1), by column, fitted on training rows.

The same as scikit-learn's StandardScaler and MinMaxScaler; a column that does not vary becomes 0.
"""

from __future__ import annotations

import numpy as np

from yamlnet.data.numbers import numbers, refuse_missing
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Chunks, State, Transform
from yamlnet.diagnostics.diagnostic import KeyPath


def fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """The shift and the spread of each feature (the last axis) over the training rows."""
    shift, spread = (_moments if argument == "standard" else _range)(chunks)
    return {"shift": shift.tolist(), "spread": np.where(spread == 0, 1.0, spread).tolist()}


def _moments(chunks: Chunks) -> tuple[Array, Array]:
    """Mean and deviation, merged over chunks (Chan, Golub and LeVeque 1979, "Updating formulae …")."""
    count, mean, squares = 0, np.zeros(()), np.zeros(())
    for values, place in chunks:
        found = _whole(values, place)
        axes, more = _rows_and_places(found), found.size // (found.shape[-1] if found.ndim > 1 else 1)
        if not more:
            continue
        centre = found.mean(axis=axes)
        apart = centre - mean
        squares = (
            squares + ((found - centre) ** 2).sum(axis=axes) + apart**2 * (count * more / (count + more))
        )
        mean = mean + apart * (more / (count + more))
        count += more
    return mean, np.sqrt(squares / max(count, 1))


def _range(chunks: Chunks) -> tuple[Array, Array]:
    lows, highs = [], []
    for values, place in chunks:
        found = _whole(values, place)
        if found.size:
            lows.append(found.min(axis=_rows_and_places(found)))
            highs.append(found.max(axis=_rows_and_places(found)))
    low = np.min(lows, axis=0)
    return low, np.max(highs, axis=0) - low


def _whole(values: Array, place: Place) -> Array:
    """The numbers, all of them: one that is missing would make every row of the column so."""
    found = numbers(values, place)
    refuse_missing(found, place)
    return found


def _rows_and_places(values: Array) -> tuple[int, ...]:
    """Every axis but the features'."""
    return tuple(range(max(values.ndim - 1, 1)))


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """(values - shift) / spread, as float32."""
    shift, spread = np.asarray(state["shift"]), np.asarray(state["spread"])
    return np.asarray((numbers(values, place) - shift) / spread, dtype=np.float32)


def facts(argument: object, state: State) -> dict[str, object]:
    """`mean` and `deviation` of `standard`, `min` and `range` of `min-max`."""
    names = ("mean", "deviation") if argument == "standard" else ("min", "range")
    return {names[0]: state["shift"], names[1]: state["spread"]}


TRANSFORM = Transform(fit, apply, facts)
