"""A function of a model compiled by the running backend, once for each shape of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np


def compiled(
    function: Callable[..., Any], model: keras.Model, gives_up_first: bool = False
) -> Callable[..., Any]:
    """The same function, faster.

    Args:
        function: of nested dictionaries and lists of tensors; written in `keras.ops`, it reads the model's
            variables and changes nothing.
        model: its variables are those that there are when the function is called.
        gives_up_first: whether the first argument's memory may be used for the result (on JAX).
    """
    backend = keras.backend.backend()
    if backend == "jax":
        return _jax(function, model, gives_up_first)
    return (_torch if backend == "torch" else _tensorflow)(function)


def _jax(function: Callable[..., Any], model: keras.Model, gives_up_first: bool) -> Callable[..., Any]:
    import jax

    variables = model.variables

    def pure(first: Any, values: list[Any], *others: Any) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return function(first, *others)

    jitted = jax.jit(pure, donate_argnums=(0,) if gives_up_first else ())
    return lambda first, *others: jitted(first, [variable.value for variable in variables], *others)


def _tensorflow(function: Callable[..., Any]) -> Callable[..., Any]:
    import tensorflow as tf

    traced = tf.function(function, autograph=False)

    def tensor(value: Any) -> Any:
        return None if value is None else tf.convert_to_tensor(value)

    return lambda *given: traced(*tf.nest.map_structure(tensor, given))


def _torch(function: Callable[..., Any]) -> Callable[..., Any]:
    """PyTorch compiles nothing here; a scalar stays a number, by which it slices faster."""
    import torch

    def tensor(value: Any) -> Any:
        if value is None:
            return None
        return int(value) if np.ndim(value) == 0 else keras.ops.convert_to_tensor(value)

    def called(*given: Any) -> Any:
        with torch.no_grad():
            return function(*keras.tree.map_structure(tensor, given))

    return called
