"""`channels`: how many channels an image has: 1 (grey), 3 (red, green, blue) or 4 (and opacity).

Files are decoded to it (`data/media/images.py`); this is the same for images that are numbers already.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import State, Transform, nothing_to_fit, unchanged
from yamlnet.diagnostics.diagnostic import DataError

LUMA = (0.299, 0.587, 0.114)
"""How much red, green and blue make of a grey (ITU-R BT.601), as in Pillow."""


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """Images of shape (rows, height, width, channels), from those of any channels or without the axis.

    Raises:
        DataError: the column holds no images.
    """
    wanted = cast(int, argument)
    if values.dtype.kind not in "uif" or values.ndim not in (3, 4):
        message = f'"channels" is about images, and column "{place.column}" has none'
        raise DataError(message, path=place.path, check="data-shape")
    images = values[..., None] if values.ndim == 3 else values
    found = images.shape[-1]
    if found == wanted:
        return images
    if found not in (1, 3, 4):
        message = f'the images of column "{place.column}" have {found} channels, and not 1, 3 or 4'
        raise DataError(message, path=place.path, check="data-shape")
    if wanted == 1:
        return _grey(images)
    colours = images[..., :3] if found > 1 else np.repeat(images, 3, axis=-1)
    return colours if wanted == 3 else np.concatenate([colours, _opaque(images)], axis=-1)


def _grey(images: Array) -> Array:
    grey = (images[..., :3] @ np.asarray(LUMA, dtype=np.float32))[..., None]
    return grey if images.dtype.kind == "f" else np.round(grey).astype(images.dtype)


def _opaque(images: Array) -> Array:
    return np.full_like(images[..., :1], 255 if images.dtype.kind in "ui" else 1)


TRANSFORM = Transform(nothing_to_fit, apply, inverse=unchanged)
