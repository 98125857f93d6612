"""`scale`: multiplies by a number, as in `scale: ${1 / 255}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from yamlnet.data.columns.numbers import of_one_length, require_numbers
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import State, Transform, nothing_to_fit
from yamlnet.diagnostics.diagnostic import DataError


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """Values times the number, as float32.

    Raises:
        DataError: the column holds texts.
    """
    values = of_one_length(values, place)
    require_numbers(values, place)
    scaled = values.astype(np.float32)
    scaled *= np.float32(cast(float, argument))  # a cast on the way, of bytes to floats, takes twice as long
    return scaled


def inverse(argument: object, values: Array, states: Sequence[State]) -> Array:
    """Values divided by the number.

    Raises:
        DataError: it is 0.
    """
    factor = cast(float, argument)
    if factor == 0:
        message = "scale: 0 makes 0 of every number, so what the model predicts has no units to go back to"
        raise DataError(message, check="range")
    return values / factor


TRANSFORM = Transform(nothing_to_fit, apply, inverse=inverse)
