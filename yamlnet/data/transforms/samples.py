"""`samples`: how long a sound is: longer ones are cut at the end, shorter ones end in silence.

Files are decoded to it (`data/media/sounds.py`); this is the same for sounds that are numbers already.
"""

from __future__ import annotations

from typing import cast

from yamlnet.data.media.sounds import of_length
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import State, Transform, nothing_to_fit, unchanged
from yamlnet.diagnostics.diagnostic import DataError


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """Sounds of shape (rows, samples).

    Raises:
        DataError: the column holds no sounds.
    """
    if values.dtype.kind not in "uif" or values.ndim != 2:
        message = f'"samples" is about sounds, and column "{place.column}" has none'
        raise DataError(message, path=place.path, check="data-shape")
    return of_length(values, cast(int, argument))


TRANSFORM = Transform(nothing_to_fit, apply, inverse=unchanged)
