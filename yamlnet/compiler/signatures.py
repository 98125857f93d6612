"""Signatures of methods, found once for each function.

Keras inspects the constructor, `build` and `call` of every layer that it makes; for the fifty-third
`Conv2D` as for the first. `remembered_signatures` lets it remember, which is a tenth of the time that
building a model takes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import FunctionType, MethodType
from typing import Any

from keras.src.layers import layer
from keras.src.ops import operation

from yamlnet.compiler.seams import Seam


@contextmanager
def remembered_signatures() -> Iterator[None]:
    """Let Keras ask for the signature of a function once, and of a method once for all objects."""
    with _SEAM:
        yield


def signature(asked: Callable[..., Any]) -> inspect.Signature:
    """`inspect.signature`, remembered; a bound method's has no `self`, whose ever it is."""
    plain = asked
    while not isinstance(plain, MethodType) and hasattr(plain, "__wrapped__"):
        plain = plain.__wrapped__
    if isinstance(plain, MethodType):
        return _of_method(plain.__func__)
    if isinstance(plain, FunctionType) and set(plain.__code__.co_freevars) <= {"__class__"}:
        return _of_function(plain)
    return inspect.signature(asked)  # remembering it would keep alive what it closes over: a model's weights


@cache
def _of_method(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function.__get__(object()))


@cache
def _of_function(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


class _Inspect:
    """Stands for the module `inspect` where Keras asks it."""

    signature = staticmethod(signature)

    def __getattr__(self, name: str) -> Any:
        return getattr(inspect, name)


_SEAM = Seam((layer, "inspect", _Inspect()), (operation, "inspect", _Inspect()))
