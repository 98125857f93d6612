"""How far what a model made lies from the row it should be: one number a row."""

from __future__ import annotations

from typing import Any

from keras import ops

from yamlnet.resolver.plan import ObjectSpec

MSE = ObjectSpec("loss", "MeanSquaredError", {})
"""What rows are compared by where nothing else is written."""


def row_loss(loss: Any, rows: Any, made: Any) -> Any:
    """A loss summed over the values of each row: (rows, …) twice → (rows,).

    Keras's losses of single rows are means over the last axis; this takes that back.
    """
    values = loss.call(rows, made)  # (rows, … without the last axis)
    axes = tuple(range(1, len(values.shape)))
    return ops.sum(values, axis=axes) * rows.shape[-1] if axes else values * rows.shape[-1]
