"""`clip`: numbers below the lowest value or above the highest take theirs; null leaves a side open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from yamlnet.data.columns.numbers import numbers
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Chunks, State, Transform, unchanged
from yamlnet.diagnostics.diagnostic import KeyPath


def fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """How many training values there are, and how many of them are clipped."""
    low, high = _bounds(argument)
    seen, clipped = 0, 0
    for values, place in chunks:
        found = numbers(values, place)
        seen, clipped = seen + found.size, clipped + int(((found < low) | (found > high)).sum())
    return {"seen": seen, "clipped": clipped}


def _bounds(argument: object) -> tuple[float, float]:
    low, high = cast("Sequence[float | None]", argument)
    return -np.inf if low is None else float(low), np.inf if high is None else float(high)


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """The values within the bounds, as float32; missing numbers stay missing."""
    return np.clip(numbers(values, place), *_bounds(argument)).astype(np.float32)


def facts(argument: object, state: State) -> dict[str, object]:
    """`clipped`: the share of the training values that lay beyond."""
    return {"clipped": state["clipped"] / max(state["seen"], 1)}


TRANSFORM = Transform(fit, apply, facts, unchanged)
