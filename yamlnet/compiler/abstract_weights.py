"""Weights that have a shape and a type and no values, so that a model of any size can be inferred.

Inside Keras's `StatelessScope(initialize_variables=False)` variables are made without values, and layers
are built and called on symbolic tensors as always. What Keras would leave behind in the process is put back
at the end: its list of variables that still want values, which the next stateless scope would fill, and the
numbers of its automatic names.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
from keras.src.backend.common import global_state
from keras.src.backend.common.variables import Variable
from msgspec import Struct

from yamlnet.compiler.seams import Seam

LEFT_BEHIND = ("uninitialized_variables", "object_name_uids")
"""Keras's global attributes that making variables and layers changes."""


@contextmanager
def abstract_weights() -> Iterator[None]:
    """Make variables without values in this context."""
    before = {name: global_state.get_global_attribute(name) for name in LEFT_BEHIND}
    for name, value in before.items():
        global_state.set_global_attribute(name, None if value is None else value.copy())
    token = _ABSTRACT.set(True)
    try:
        with _SEAM, keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        _ABSTRACT.reset(token)
        for name, value in before.items():
            global_state.set_global_attribute(name, value)


def placeholder(shape: tuple[int, ...], dtype: str) -> Any:
    """What stands for the value of a weight while an operation's result is inferred; it takes no memory.

    JAX and TensorFlow trace, so their zeros are never made. PyTorch may compute where its meta device
    does not know an operation: there all elements are one.
    """
    if keras.backend.backend() != "torch":
        return keras.ops.zeros(shape, dtype=dtype)
    return keras.ops.zeros((1,) * len(shape), dtype=dtype).expand(shape)


class TooManyParameters(ValueError):
    """The weights so far are more than the limit."""


class WeightLimit(Struct):
    """Counts the numbers in weights before they are made.

    Attributes:
        most: how many there may be.
        count: how many there are, with the one that passed the limit.
    """

    most: int
    count: int = 0

    @property
    def passed(self) -> bool:
        """Whether the limit was passed."""
        return self.count > self.most

    def add(self, shape: Any) -> None:
        """Count a weight that is about to be made.

        Raises:
            TooManyParameters: with it there are too many.
        """
        axes = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if all(isinstance(axis, int) for axis in axes):  # Keras refuses the others
            self.count += math.prod(axes)
        if self.passed:
            raise TooManyParameters(f"{self.count} parameters")


_ABSTRACT: ContextVar[bool] = ContextVar("abstract_weights", default=False)


def _make_variable(
    self: Any, initializer: Any, shape: Any = None, dtype: Any = None, **settings: Any
) -> None:
    """Keras's `Variable(…)`; in a stateless scope it takes no array, and a stateful RNN gives it one."""
    if _ABSTRACT.get() and not callable(initializer) and not isinstance(initializer, str):
        value = keras.ops.convert_to_tensor(initializer, dtype=dtype)
        _SEAM.originals[0](
            self,
            lambda shape, dtype: placeholder(tuple(shape), dtype),
            tuple(value.shape),
            dtype or keras.backend.standardize_dtype(value.dtype),
            **settings,
        )
    else:
        _SEAM.originals[0](self, initializer, shape, dtype, **settings)


_SEAM = Seam((Variable, "__init__", _make_variable))
