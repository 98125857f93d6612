"""What a shape is, and the arithmetic of shapes: lengths that are not known stay unknown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

Shape = tuple[int | None, ...]
"""The batch axis first; None is an axis that is free, or whose length is not known."""

Given = Shape | list["Given"] | None
"""What a call gives: a tensor's shape, a list where it gives several, None where nothing is known."""

LONGEST = 2**62
"""An axis beyond this is in no tensor, and counting on would only take time."""

MOST_TENSORS = 1000
"""What gives more tensors than this is not followed."""


class NotKnown(Exception):
    """A rule cannot tell, or Keras refuses the call: it says so itself, later."""


def broadcast(*shapes: Shape) -> Shape:
    """The shape of an operation on each element, as NumPy stretches axes of length 1.

    Raises:
        NotKnown: they do not fit.
    """
    whole: Shape = ()
    for shape in shapes:
        rank = max(len(whole), len(shape))
        pairs = zip(_filled_up(whole, rank), _filled_up(shape, rank), strict=True)
        whole = tuple(_stretched(one, other) for one, other in pairs)
    return whole


def _filled_up(shape: Shape, rank: int) -> Shape:
    return (*(1,) * (rank - len(shape)), *shape)


def _stretched(one: int | None, other: int | None) -> int | None:
    if one == 1 or one == other:
        return other
    if one is None or other is None:
        known = other if one is None else one
        return None if known == 1 else known
    if other != 1:
        raise NotKnown
    return one


def at(axis: int, rank: int) -> int:
    """An axis counted from the front.

    Raises:
        NotKnown: there is no such axis.
    """
    if not -rank <= axis < rank:
        raise NotKnown
    return axis % rank


def different(axes: Iterable[int], rank: int) -> list[int]:
    """Axes counted from the front, none of them twice.

    Raises:
        NotKnown: one is not there, or named twice.
    """
    found = [at(axis, rank) for axis in axes]
    if len(set(found)) != len(found):
        raise NotKnown
    return found


def product(lengths: Iterable[int | None]) -> int | None:
    """How many numbers there are; None where a length is not known."""
    known = list(lengths)
    whole = [length for length in known if length is not None]
    return math.prod(whole) if len(whole) == len(known) else None


def total(lengths: Iterable[int | None]) -> int | None:
    """Lengths one after another."""
    known = list(lengths)
    whole = [length for length in known if length is not None]
    return sum(whole) if len(whole) == len(known) else None


def times(length: int | None, factor: int) -> int | None:
    """A length stretched by a factor."""
    return None if length is None else length * factor


def more(length: int | None, added: int) -> int | None:
    """A length with some more; with some less where `added` is negative."""
    return None if length is None else length + added


def with_axis(shape: Shape, axis: int, length: int | None) -> Shape:
    """A shape with another length of one of its axes."""
    index = at(axis, len(shape))
    return (*shape[:index], length, *shape[index + 1 :])


def with_new_axis(shape: Shape, axis: int, length: int | None) -> Shape:
    """A shape with one axis more, which then is `axis`."""
    index = at(axis, len(shape) + 1)
    return (*shape[:index], length, *shape[index:])


def without(shape: Shape, axis: int) -> Shape:
    """A shape without one of its axes."""
    index = at(axis, len(shape))
    return (*shape[:index], *shape[index + 1 :])


def reduced(shape: Shape, axes: Sequence[int] | None, keepdims: bool = False) -> Shape:
    """A shape whose axes were summed up: all of them where `axes` is None.

    Raises:
        NotKnown: an axis is not there, or named twice.
    """
    gone = different(range(len(shape)) if axes is None else axes, len(shape))
    if keepdims:
        return tuple(1 if index in gone else length for index, length in enumerate(shape))
    return tuple(length for index, length in enumerate(shape) if index not in gone)


def reshaped(shape: Shape, target: Sequence[int | None]) -> Shape:
    """Another shape for the same numbers; -1 stands for the length that is left.

    Raises:
        NotKnown: the numbers do not fill it.
    """
    if sum(length == -1 for length in target) > 1:
        raise NotKnown
    whole, rest = product(shape), product(length for length in target if length != -1)
    if whole is None or rest is None:
        return tuple(None if length == -1 else length for length in target)
    if -1 not in target:
        if whole != rest:
            raise NotKnown
        return tuple(target)
    if not rest or whole % rest:
        raise NotKnown
    return tuple(whole // rest if length == -1 else length for length in target)


def slid(length: int | None, window: int, step: int, gap: int, padding: str) -> int | None:
    """The length of an axis once a window slid over it.

    Raises:
        NotKnown: the window is longer.
    """
    if length is None:
        return None
    if padding not in ("valid", "same", "causal"):
        raise NotKnown
    reach = gap * (window - 1) if padding == "valid" else 0
    if length <= reach:
        raise NotKnown
    return (length - reach - 1) // step + 1


def grown(
    length: int | None, window: int, step: int, gap: int, padding: str, output_padding: int | None
) -> int | None:
    """The length of an axis once a window was slid back over it, as in a transposed convolution."""
    if length is None:
        return None
    if padding not in ("valid", "same"):
        raise NotKnown
    reach = (window - 1) * gap + 1
    if padding == "same":
        return length * step if output_padding is None else (length - 1) * step + reach % 2 + output_padding
    end = max(reach, step) - reach if output_padding is None else output_padding
    return (length - 1) * step + reach + end
