"""`resize`: images of another height and width.

Files are decoded to it (`data/media/images.py`); this is the same for images that are numbers already.
Every way but `nearest` is antialiased, as Pillow's are: a smaller image has the means of the larger one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import numpy as np

from yamlnet.data.media.images import resized
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import State, Transform, nothing_to_fit, unchanged
from yamlnet.diagnostics.diagnostic import DataError


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """Images of shape (rows, height, width[, channels]): uint8 stays so, other numbers become float32.

    Raises:
        DataError: the column holds no images, or Pillow is not installed.
    """
    if values.dtype.kind not in "uif" or values.ndim not in (3, 4):
        message = f'"resize" is about images, and column "{place.column}" has none'
        raise DataError(message, path=place.path, check="data-shape")
    try:
        import PIL  # noqa: F401 - whether it is there
    except ImportError as error:
        hint = 'pip install "yamlnet[image]"'
        raise DataError("resizing images needs pillow", hint, place.path, "missing-package") from error
    asked = cast("Mapping[str, object]", argument)
    height, width = cast("list[int]", asked["size"])
    numbers = values if values.dtype == np.uint8 else values.astype(np.float32)
    planes = numbers if values.ndim == 3 else np.moveaxis(numbers, -1, 1)
    flat = np.ascontiguousarray(planes).reshape(-1, *planes.shape[-2:])
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = np.stack(list(pool.map(lambda plane: _plane(plane, asked), flat)))
    found = found.reshape(*planes.shape[:-2], height, width)
    return found if values.ndim == 3 else np.ascontiguousarray(np.moveaxis(found, 1, -1))


def _plane(plane: Array, asked: Mapping[str, object]) -> Array:
    from PIL import Image

    return np.asarray(resized(Image.fromarray(plane), asked))


TRANSFORM = Transform(nothing_to_fit, apply, inverse=unchanged)
