"""`seconds`: how long a sound is; files are decoded to it (`data/media/sounds.py`)."""

from __future__ import annotations

from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import State, Transform, nothing_to_fit, unchanged
from yamlnet.diagnostics.diagnostic import DataError


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """Never any values: numbers do not say at what rate they were sampled.

    Raises:
        DataError: always.
    """
    message = f'column "{place.column}" holds numbers, which do not say their sampling rate; write samples: …'
    raise DataError(message, path=place.path, check="data-shape")


TRANSFORM = Transform(nothing_to_fit, apply, inverse=unchanged)
