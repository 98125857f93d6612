"""Operations under our names: what they are called in a model's file follows the blueprint, not a counter."""

from __future__ import annotations

import inspect
from typing import Any

from msgspec import Struct


class NamedOperation(Struct, frozen=True):
    """An operation's function that gives the node it makes our name, so that files are stable."""

    function: Any
    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function and name what it made."""
        positional, named = _by_position(self.function, kwargs)
        result = self.function(*args, *positional, **named)
        first = result[0] if isinstance(result, list | tuple) and result else result
        history = getattr(first, "_keras_history", None)
        if history is not None:
            history.operation.name = self.name
        return result


def _by_position(function: Any, kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments that a function takes by position alone: `einsum(subscripts, *operands)`."""
    parameters = inspect.signature(function).parameters
    many = next((name for name, one in parameters.items() if one.kind is one.VAR_POSITIONAL), None)
    if many not in kwargs:
        return [], kwargs
    before = list(parameters)[: list(parameters).index(many)]
    positional = [*(kwargs[name] for name in before), *kwargs[many]]
    return positional, {name: value for name, value in kwargs.items() if name not in (*before, many)}
