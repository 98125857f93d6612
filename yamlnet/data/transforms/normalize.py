"""`normalize`: by column, fitted on training rows: `standard`, `min-max` or `robust`.

Mean 0 and deviation 1; from 0 to 1; or median 0 with the quartiles 1 apart. The same as scikit-learn's
StandardScaler, MinMaxScaler and RobustScaler; a column that does not vary becomes 0. Missing numbers are left
out of the fit and stay missing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from yamlnet.data.columns.numbers import numbers, refuse_infinity
from yamlnet.data.place import Place
from yamlnet.data.summary import Sample, Summary
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Chunks, State, Transform
from yamlnet.diagnostics.diagnostic import DataError, KeyPath


class Learnt(Struct, frozen=True):
    """What is subtracted from each feature, and what is left divided by."""

    shift: float | list[float]
    spread: float | list[float]

    def __post_init__(self) -> None:
        if np.shape(self.shift) != np.shape(self.spread) or not np.all(self.spread):
            raise ValueError("each shift takes a spread, which is not 0")


def fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """The shift and the spread of each feature (the last axis) over the training rows.

    Raises:
        DataError: a column holds texts, infinity, or no number at all.
    """
    summary, sample, column = Summary(), Sample(), ""
    for values, place in chunks:
        found, column = numbers(values, place), place.column
        refuse_infinity(found, place)
        summary.add(found)
        if argument == "robust":
            sample.add(found)
    if not np.all(summary.count):
        message = f'column "{column}" has no number in any training row, so there is nothing to normalize by'
        raise DataError(message, path=path, check="missing-value")
    shift, spread = _robust(sample) if argument == "robust" else _moments(argument, summary)
    constant = spread == 0
    return {
        "shift": shift.tolist(),
        "spread": np.where(constant, 1.0, spread).tolist(),
        "mean": summary.mean.tolist(),
        "low": summary.low.tolist(),
        "high": summary.high.tolist(),
        "missing": summary.missing,
        "constant": constant.tolist(),
        "sampled": 0 if sample.exact else sample.most,
    }


def _moments(argument: object, summary: Summary) -> tuple[Array, Array]:
    if argument == "standard":
        # Rounding would leave a column that does not vary a little off its mean.
        constant = summary.low == summary.high
        mean = np.where(constant, summary.low, summary.mean)
        return mean, np.where(constant, 0.0, summary.deviation)
    return summary.low, summary.high - summary.low


def _robust(sample: Sample) -> tuple[Array, Array]:
    lower, median, upper = sample.quantiles(0.25, 0.5, 0.75)
    return median, upper - lower


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """(values - shift) / spread, as float32."""
    shift, spread = np.asarray(state["shift"]), np.asarray(state["spread"])
    return np.asarray((numbers(values, place) - shift) / spread, dtype=np.float32)


def inverse(argument: object, values: Array, states: Sequence[State]) -> Array:
    """Each feature times its spread, plus its shift.

    A shape that was given after it (`reshape`) has the features in the same order.

    Raises:
        DataError: there are not as many numbers a row as there are features.
    """
    shift, spread = (np.concatenate([np.atleast_1d(one[of]) for one in states]) for of in ("shift", "spread"))
    if len(values) and values[0].size % len(shift):
        message = f"{values[0].size} numbers a row are predicted, and {len(shift)} features were normalized"
        raise DataError(f"{message}, so their units are not known", check="data-shape")
    features = values.reshape(-1, len(shift))
    return np.asarray(features * spread + shift).reshape(values.shape)


def facts(argument: object, state: State) -> dict[str, object]:
    """Of the column as it came: `mean`, `lowest`, `highest`, `missing`; whether it is `constant`.

    Beside them `deviation` of `standard`, `range` of `min-max`, `median` and `quartiles` (their distance) of
    `robust`, and `sampled`, the rows that the quantiles were taken of where those were not all.
    """
    names = {"mean": "mean", "lowest": "low", "highest": "high", "missing": "missing"}
    told = {fact: state[kept] for fact, kept in names.items() if kept in state}  # version 0.3 kept none
    told["constant"] = bool(np.all(state.get("constant", False)))
    if argument == "robust":
        told |= {"median": state["shift"], "quartiles": state["spread"]}
    else:
        told["deviation" if argument == "standard" else "range"] = state["spread"]
    return told | ({"sampled": state["sampled"]} if state.get("sampled") else {})


TRANSFORM = Transform(fit, apply, facts, inverse, Learnt)
