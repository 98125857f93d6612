"""The global random generators of a process, put into a known state for a while."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras.src.backend import random_seed_dtype
from keras.src.backend.common import global_state
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR
from msgspec import Struct

from yamlnet.compiler.streams import Stream


@contextmanager
def pinned_python(stream: Stream) -> Iterator[None]:
    """Put Python's `random` into a state that the stream names, and back afterwards.

    Keras takes from it the seed of everything that was given none.
    """
    state = random.getstate()
    random.seed(stream.key)
    try:
        yield
    finally:
        random.setstate(state)


@contextmanager
def pinned_randomness(stream: Stream) -> Iterator[None]:
    """The same for Python's generator, NumPy's global one and Keras's global seed generator."""
    numpy_state = np.random.get_state()
    keras_generator = global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)
    np.random.seed(stream.integer(2**32))
    global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, _Counter(stream.integer(2**31)))
    try:
        with pinned_python(stream):
            yield
    finally:
        global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, keras_generator)
        np.random.set_state(numpy_state)


class _Counter(Struct):
    """Stands in for Keras's global seed generator, without a variable: a seed and how often it was asked."""

    seed: int
    count: int = 0

    def next(self, ordered: bool = True) -> Any:
        """The next pair (seed, count), as `keras.random.SeedGenerator.next`."""
        self.count += 1
        pair = np.array([self.seed, self.count])
        return keras.ops.convert_to_tensor(pair, dtype=random_seed_dtype())
