"""How far predictions are off, in the units of the data: MAE, RMSE and R², as scikit-learn has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from msgspec import Struct, field

from yamlnet.data.summary import Summary
from yamlnet.data.table import Array, Table
from yamlnet.data.tensors import make_tensors
from yamlnet.data.units import Units, in_units
from yamlnet.resolver.plan import TensorPlan


class Errors(Struct):
    """The sums that a measure is made of, rows after rows."""

    count: int = 0
    sizes: float = 0.0
    squares: float = 0.0
    truths: Summary = field(default_factory=Summary)

    def take(self, predicted: Array, wanted: Array) -> None:
        """More numbers, both as float64 of rank 1."""
        apart = predicted - wanted
        self.count += len(apart)
        self.sizes += float(np.abs(apart).sum())
        self.squares += float((apart**2).sum())
        self.truths.add(wanted)

    def told(self, name: str) -> dict[str, float]:
        """MAE, RMSE and, where what is true varies, R²."""
        told = {f"{name}.mae": self.sizes / self.count, f"{name}.rmse": (self.squares / self.count) ** 0.5}
        varied = float(self.truths.squares)
        return told | ({f"{name}.r2": 1 - self.squares / varied} if varied > 0 else {})


class Measured(Struct):
    """What was predicted of some outputs against what is true.

    Every number of a row counts alike; where a target has several columns, each column is told by itself.
    """

    units: Mapping[str, Units]
    errors: dict[str, Errors] = field(default_factory=dict)

    def add(self, outputs: Mapping[str, Array], targets: Mapping[str, Array]) -> None:
        """More rows: outputs in units, and targets as tensors, as training has them."""
        for output, one in self.units.items():
            pair = _paired(np.asarray(outputs[output], dtype=np.float64), in_units(targets[output], one))
            columns = one.tensor.columns
            each = len(columns) > 1 and pair[0].shape[-1] == len(columns)
            for index, column in enumerate(columns if each else [""]):
                name = f"data.{output}.{column}" if column else f"data.{output}"
                predicted, wanted = (values[..., index] if each else values for values in pair)
                self.errors.setdefault(name, Errors()).take(predicted.reshape(-1), wanted.reshape(-1))

    def told(self) -> dict[str, float]:
        """`data.price.mae`, `data.price.rmse`, `data.price.r2`, of several columns `data.size.width.mae`."""
        return {name: value for of, errors in self.errors.items() for name, value in errors.told(of).items()}


def _paired(found: Array, true: Array) -> tuple[Array, Array]:
    """Both in one shape: Keras, too, compares numbers without a last axis of one with those that have it."""
    if true.size == found.size:
        return found, true.reshape(found.shape)
    found, true = np.broadcast_arrays(found, true if true.ndim == found.ndim else true[..., None])
    return found, true


def truths(table: Table, units: Mapping[str, Units], inputs: Iterable[TensorPlan]) -> dict[str, Array]:
    """The targets of rows that hold them, for `Measured`; none where a column is not there.

    None of windows either: what comes after the last rows is predicted, and not in them.

    Raises:
        DataError: a column holds what no transform takes, or no value.
    """
    tensors = {name: one.tensor for name, one in units.items()}
    if any(column not in table.columns for one in tensors.values() for column in one.columns):
        return {}
    if any(one.window is not None for one in (*inputs, *tensors.values())):
        return {}
    return make_tensors({}, tensors, table, {name: one.fitted for name, one in units.items()}, {})[0]
