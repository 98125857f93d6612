"""Layers that work at each place alone: what they give at new places needs nothing of those before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from yamlnet.decoding.rules.rule import Call, GoesOn, NotStepwise, Step


def called(call: Call, axes: Sequence[int | None]) -> GoesOn:
    """A call that is done as it is written, on the new places alone."""

    def read(step: Step, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return call.operation(*args, **kwargs)

    return GoesOn(tuple(axes), read)


def each_place(call: Call) -> GoesOn:
    """One input, and the places stay where they are."""
    _, axis = call.only()
    return called(call, [axis] * len(call.outputs))


def each_vector(call: Call) -> GoesOn:
    """The same for what works on the last axis."""
    tensor, axis = call.only()
    if axis == len(tensor.shape) - 1:
        raise NotStepwise("works along the text")
    return each_place(call)


def other_axes(call: Call) -> GoesOn:
    """The same for what works on the axes that it names."""
    tensor, axis = call.only()
    if axis in axes_of(call.operation.axis, len(tensor.shape)):
        raise NotStepwise("works along the text")
    return each_place(call)


def axes_of(written: Any, rank: int) -> list[int]:
    """The axes that are written as one number or several, counted from the front; all of them for None."""
    if written is None:
        return list(range(rank))
    several = written if isinstance(written, list | tuple) else [written]
    return [axis % rank for axis in several]


def joined(call: Call) -> GoesOn:
    """Tensors side by side along another axis; each has all places that are read."""
    (tensors, *_) = call.args
    axes = {call.axis(tensor) for tensor in tensors}
    rank = len(tensors[0].shape)
    (axis, *others) = axes
    if others or axis is None or axis in axes_of(call.operation.axis, rank):
        raise NotStepwise("joins the text with something else along the text")
    return called(call, [axis])


def side_by_side(call: Call) -> GoesOn:
    """Tensors combined element by element, as NumPy broadcasts them.

    One that is not of the text may have a value for each place of an input of a fixed length: a learnt table
    of positions. It gives those of the new places.
    """
    from_end = {len(tensor.shape) - _known(call.axis(tensor)) for tensor in call.moving}
    lengths = {tensor.shape[_known(call.axis(tensor))] for tensor in call.moving}
    if len(from_end) > 1:
        raise NotStepwise("combines each place with each other")
    (end,) = from_end
    cut = [
        id(leaf)
        for leaf in keras.tree.flatten((list(call.args), dict(call.kwargs)))
        if call.axis(leaf) is None and _is_along(leaf, end, lengths)
    ]

    def fitted(step: Step, symbolic: Any, real: Any) -> Any:
        return step.part(real, len(real.shape) - end) if id(symbolic) in cut else real

    def read(step: Step, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        found = keras.tree.map_structure(
            lambda symbolic, real: fitted(step, symbolic, real), list(call.args), list(args)
        )
        return call.operation(*found, **kwargs)

    return GoesOn((len(call.outputs[0].shape) - end,), read)


def _known(axis: int | None) -> int:
    assert axis is not None, "it moves"
    return axis


def _is_along(leaf: Any, end: int, lengths: set[int | None]) -> bool:
    """Whether a tensor has a value for each place; one that has the same for all is taken as it is."""
    shape = tuple(getattr(leaf, "shape", ()))
    if len(shape) < end or shape[-end] == 1:
        return False
    if shape[-end] is None or shape[-end] not in lengths:
        raise NotStepwise("combines the text with something of another length")
    return True


def einsum(call: Call) -> GoesOn:
    """`EinsumDense` that neither sums over the places nor has weights for each of them."""
    _, axis = call.only()
    read, _, made = call.operation.equation.replace(" ", "").partition("->")
    inputs, _, weights = read.partition(",")
    if "..." in inputs:
        raise NotStepwise("has an equation with …")
    letter = inputs[axis]
    if letter in weights or letter not in made:
        raise NotStepwise("works along the text")
    return called(call, [made.index(letter)])


def shared_slopes(call: Call) -> GoesOn:
    """`PReLU` with the same slopes at all places."""
    _, axis = call.only()
    if axis not in (call.operation.shared_axes or ()):
        raise NotStepwise("has a slope for each place of the text")
    return each_place(call)
