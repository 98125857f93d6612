"""Operations under our names: what they are called in a model's file follows the blueprint, not a counter."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from msgspec import Struct

ARRAYS = {("digitize", "bins")}
"""Functions' arguments that are a list in a blueprint, and for Keras 3.15 must be an array."""


class NamedOperation(Struct, frozen=True):
    """An operation's function that gives the node it makes our name, so that files are stable."""

    function: Any
    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function and name what it made."""
        given = {name: self._as_taken(name, value) for name, value in kwargs.items()}
        positional, named = _by_position(self.function, given)
        result = self.function(*args, *positional, **named)
        first = result[0] if isinstance(result, list | tuple) and result else result
        history = getattr(first, "_keras_history", None)
        if history is not None:
            history.operation.name = self.name
        return result

    def _as_taken(self, argument: str, value: Any) -> Any:
        return np.asarray(value) if (self.function.__name__, argument) in ARRAYS else value


def _by_position(function: Any, kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments that a function takes by position alone: `einsum(subscripts, *operands)`."""
    parameters = inspect.signature(function).parameters
    many = next((name for name, one in parameters.items() if one.kind is one.VAR_POSITIONAL), None)
    if many not in kwargs:
        return [], kwargs
    before = list(parameters)[: list(parameters).index(many)]
    positional = [*(kwargs[name] for name in before), *kwargs[many]]
    return positional, {name: value for name, value in kwargs.items() if name not in (*before, many)}
