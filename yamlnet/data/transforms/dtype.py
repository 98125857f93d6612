"""`dtype`: the tensor's dtype, in NumPy's names."""

from __future__ import annotations

from yamlnet.data.columns.numbers import of_one_length, require_numbers
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import State, Transform, nothing_to_fit, unchanged


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """The values in another dtype.

    Raises:
        DataError: the column holds texts.
    """
    values = of_one_length(values, place)
    require_numbers(values, place)
    return values.astype(str(argument))


TRANSFORM = Transform(nothing_to_fit, apply, inverse=unchanged)
