"""A weight's canonical path: the same on every backend, and whatever was built before in the process.

Keras's own `variable.path` will not do: inner layers are named by a counter of the whole process
(`bidirectional/forward_lstm_3/lstm_cell/kernel`). The canonical path instead is

    <name of the outermost layer> / <place of each inner layer in the one around it> / <name of the weight>

A place is the attribute that holds the inner layer (`forward_layer`), with its index or key where the
attribute is a list or a mapping (`cells[1]`, `experts['left']`), else its number among the tracked
layers (`[2]`, as in a `Sequential`), else, when it is not attached yet, its class. What surrounds a
layer is read from Keras's stack of name scopes: the layers that are being built or called.

An outermost layer is known by its name alone, so the caller gives names that are unique and stable. The
same holds for a layer that makes its weights in its constructor, before anything surrounds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import keras
from keras.src.backend.common import global_state

UNNAMED = "weight"
"""What stands for the name of a weight that has none (Keras would number it)."""

BOOKKEEPING = ("_layers", "_modules", "_self_")
"""Beginnings of the attributes in which Keras, PyTorch and TensorFlow list sublayers once more."""


def weight_path(layer: Any, weight: str | None) -> str:
    """The canonical path of the weight that `layer` is adding now under the name `weight`."""
    owners = _owners(layer)
    places = [_place(outer, inner) for outer, inner in pairwise(owners)]
    return "/".join([str(owners[0].name), *places, weight or UNNAMED])


def _owners(layer: Any) -> list[Any]:
    """The layers that are being built or called, outermost first, ending with `layer`."""
    owners: list[Any] = []
    for scope in global_state.get_global_attribute("name_scope_stack") or ():
        caller = scope.caller
        if isinstance(caller, keras.Layer) and not any(caller is known for known in owners):
            owners.append(caller)
    if not owners or owners[-1] is not layer:
        owners.append(layer)
    return owners


def _place(outer: Any, inner: Any) -> str:
    """Where `inner` stands in `outer`. Of several places, the first by name: all backends have it."""
    # PyTorch keeps the modules that are attributes of a module in a mapping of their own.
    attributes = {**vars(outer), **vars(outer).get("_modules", {})}
    direct = [name for name, value in attributes.items() if value is inner]
    if direct:
        return str(min(direct))
    held = [
        f"{name}[{key!r}]"
        for name, value in attributes.items()
        if not name.startswith(BOOKKEEPING)
        for key, item in _items(value)
        if item is inner
    ]
    if held:
        return min(held)
    tracked = [f"[{index}]" for index, known in enumerate(outer._layers) if known is inner]
    return tracked[0] if tracked else type(inner).__name__


def _items(value: object) -> Iterator[tuple[object, object]]:
    """What a list, tuple or mapping holds, by index or key."""
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)
