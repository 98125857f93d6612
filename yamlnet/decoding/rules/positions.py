"""Layers that know the number of a place: they are told the number of the first new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yamlnet.decoding.rules.each_place import called
from yamlnet.decoding.rules.rule import Call, GoesOn, NotStepwise, Step


def positions(call: Call) -> GoesOn:
    """`PositionEmbedding`, `SinePositionEncoding`: places on the axis before the features."""
    tensor, axis = call.only()
    return _started(call, axis, len(tensor.shape) - 2)


def rotations(call: Call) -> GoesOn:
    """`RotaryEmbedding`: places on the axis that it says."""
    tensor, axis = call.only()
    return _started(call, axis, call.operation.sequence_axis % len(tensor.shape))


def _started(call: Call, axis: int, counted: int) -> GoesOn:
    """The call with its `start_index`; one that is written counts on top.

    Raises:
        NotStepwise: what it counts are not the text's places.
    """
    if axis != counted:
        raise NotStepwise("counts something else than the text's places")

    def read(step: Step, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        inputs, *given = args
        named = {name: value for name, value in kwargs.items() if name != "start_index"}
        written = given[0] if given else kwargs.get("start_index", 0)
        return call.operation(inputs, start_index=step.first + written, **named)

    return GoesOn((axis,), read)


def learnt(call: Call) -> GoesOn:
    """`Parameter`: the same for every text, which only tells it the number of rows."""
    return called(call, [None])
