"""What a rule is: how one call of a layer or an operation goes on when a text grows.

Only the new places of a text are read; a rule tells along which axis of its outputs they lie, and keeps what
later places need of those before: keys and values, a state, the last inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
from keras import ops
from msgspec import Struct


class NotStepwise(Exception):
    """A call that cannot go on from what was kept: the whole text has to be read again."""


class Call(Struct, frozen=True):
    """A call in a model's graph.

    Attributes:
        operation: the layer or operation.
        args, kwargs: as in the graph, with symbolic tensors.
        outputs: the symbolic tensors that it makes.
        axes: of each symbolic tensor that depends on the text, by its id, the axis of the text's places; None
            where it has none (a learnt tensor that only takes the number of rows from the text).
        key: its own name for what it keeps.
    """

    operation: Any
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    outputs: Sequence[Any]
    axes: Mapping[int, int | None]
    key: str

    def axis(self, tensor: Any) -> int | None:
        """The axis of a tensor's places; None for what has none."""
        return self.axes.get(id(tensor))

    @property
    def moving(self) -> list[Any]:
        """The tensors among its arguments that have places."""
        leaves = keras.tree.flatten((list(self.args), dict(self.kwargs)))
        return [leaf for leaf in leaves if self.axis(leaf) is not None]

    def only(self) -> tuple[Any, int]:
        """The one tensor that has places, and their axis; a mask of these places may stand beside it.

        Raises:
            NotStepwise: there are several.
        """
        mask = self.kwargs.get("mask")
        first, *others = self.moving
        if any(other is not mask for other in others):
            raise NotStepwise("reads several tensors of the text")
        axis = self.axis(first)
        assert axis is not None, "it moves"
        return first, axis


class GoesOn(Struct, frozen=True):
    """How a call goes on.

    Attributes:
        axes: of each output, the axis of the text's places.
        read: reads the new places: (step, args, kwargs) → outputs, as the operation gives them.
    """

    axes: tuple[int | None, ...]
    read: Callable[[Step, Sequence[Any], Mapping[str, Any]], Any]


Rule = Callable[[Call], GoesOn]
"""Raises NotStepwise where a call cannot go on."""


class Step:
    """New places of a text that are being read, and what is kept of those before.

    Attributes:
        first: the number of the first new place, a scalar.
        new: how many there are.
        places: the numbers of all places that there is room for, (size,).
        before: what was kept, by a call's key; nothing at a text's start.
        after: what is kept from now on. The first axis of everything is that of the rows.
    """

    def __init__(self, first: Any, new: int, places: Any, before: Mapping[str, Any]) -> None:
        self.first, self.new, self.places, self.before = first, new, places, before
        self.after: dict[str, Any] = {}

    def extend(self, key: str, values: Any, axis: int) -> Any:
        """The values of all places: the new ones are put behind those that are kept; the rest is zero."""
        held = self.before.get(key)
        if held is None:
            shape = list(values.shape)
            shape[0], shape[axis] = ops.shape(values)[0], self.places.shape[0]
            held = ops.zeros(shape, dtype=values.dtype)
        starts = [0] * len(values.shape)
        starts[axis] = self.first
        self.after[key] = ops.slice_update(held, starts, values)
        return self.after[key]

    def part(self, values: Any, axis: int) -> Any:
        """The new places of values that are known for all of them."""
        starts, shape = [0] * len(values.shape), list(ops.shape(values))
        starts[axis], shape[axis] = self.first, self.new
        return ops.slice(values, starts, shape)

    def seen(self, window: int | None = None) -> Any:
        """Which places each new one sees, (1, new, size): itself and those before, or the nearest of them."""
        own = ops.arange(self.new, dtype="int32") + ops.cast(self.first, "int32")
        distance = own[:, None] - ops.cast(self.places, "int32")[None, :]
        seen = distance >= 0
        return (seen if window is None else ops.logical_and(seen, distance < window))[None]
