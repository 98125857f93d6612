"""Keras's serialisation without importing TensorFlow for it.

Keras asks TensorFlow's classes whether an object is one of theirs whenever it serialises: as it saves a
model, and as `Bidirectional` copies its layer. That imports all of TensorFlow on every other backend: some
seconds and 400 MB where it is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from keras.src.saving import serialization_lib

from yamlnet.compiler.seams import Seam


@contextmanager
def without_tensorflow() -> Iterator[None]:
    """Let Keras serialise without importing TensorFlow, unless it is imported: then its objects may occur."""
    if "tensorflow" in sys.modules:
        yield
        return
    with _SEAM:
        yield


# In place of Keras's lazily imported module, of which serialisation first asks whether it is there.
_SEAM = Seam((serialization_lib, "tf", SimpleNamespace(available=False)))
