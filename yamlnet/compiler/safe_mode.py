"""Keras's safe mode: inside it, Keras rebuilds no function and opens no file that a configuration names.

It is the second belt behind the allow-lists, around building and loading alike. Keras has no public way into
it: `safe_mode=True` of `load_model` gives way to `keras.config.enable_unsafe_deserialization`, which any
program may have called before; the scope does not. `tests/compiler/test_archives.py` fails if it changes.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from keras.src.saving.serialization_lib import SafeModeScope


def safe_mode() -> AbstractContextManager[Any]:
    """For as long as it lasts, in this thread, Keras refuses code and files in what it rebuilds."""
    scope: AbstractContextManager[Any] = SafeModeScope(True)
    return scope
