"""`reshape`: gives each row another shape; one axis may be -1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from yamlnet.data.columns.numbers import of_one_length
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import State, Transform, nothing_to_fit, unchanged
from yamlnet.diagnostics.diagnostic import DataError


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """Rows of the given shape.

    Raises:
        DataError: lists have different lengths, or the shape has another number of values than a row.
    """
    values = of_one_length(values, place)
    shape = tuple(cast("Sequence[int]", argument))
    try:
        return np.reshape(values, (len(values), *shape))
    except ValueError:
        found = list(values.shape[1:])
        message = f'rows of column "{place.column}" have shape {found} and cannot take {list(shape)}'
        raise DataError(message, path=place.path, check="data-shape") from None


TRANSFORM = Transform(nothing_to_fit, apply, inverse=unchanged)
