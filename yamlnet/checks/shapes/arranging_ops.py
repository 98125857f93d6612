"""Operations that arrange the same numbers: reshape, transpose, slice, repeat, pad, pick."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yamlnet.checks.shapes.call import Call, Rule, whole
from yamlnet.checks.shapes.shape import (
    NotKnown,
    Shape,
    at,
    broadcast,
    different,
    more,
    product,
    reduced,
    reshaped,
    times,
    with_axis,
    with_new_axis,
)


def _reshape(call: Call) -> Shape:
    return reshaped(call.shape("x"), call.wholes("newshape"))


def _raveled(call: Call) -> Shape:
    return (product(call.shape("x")),)


def _transposed(call: Call) -> Shape:
    shape, axes = call.shape("x"), call.maybe_axes("axes")
    if axes is None:
        return shape[::-1]
    order = different(axes, len(shape))
    if len(order) != len(shape):
        raise NotKnown
    return tuple(shape[axis] for axis in order)


def _swapped(call: Call, one: int, other: int, name: str = "x") -> Shape:
    shape = call.shape(name)
    found = with_axis(shape, one, shape[at(other, len(shape))])
    return with_axis(found, other, shape[at(one, len(shape))])


def _swapped_axes(call: Call) -> Shape:
    return _swapped(call, call.whole("axis1"), call.whole("axis2"))


def _turned(call: Call) -> Shape:
    one, other = call.wholes("axes", [0, 1])
    return _swapped(call, one, other, "array")


def _moved(call: Call) -> Shape:
    shape = call.shape("x")
    sources = different(call.wholes("source"), len(shape))
    targets = different(call.wholes("destination"), len(shape))
    left = iter([length for index, length in enumerate(shape) if index not in sources])
    placed = dict(zip(targets, (shape[index] for index in sources), strict=True))
    return tuple(placed[index] if index in placed else next(left) for index in range(len(shape)))


def _expanded(call: Call) -> Shape:
    shape, axes = call.shape("x"), call.wholes("axis")
    rank = len(shape) + len(axes)
    new = different(axes, rank)
    left = iter(shape)
    return tuple(1 if index in new else next(left) for index in range(rank))


def _squeezed(call: Call) -> Shape:
    shape, axes = call.shape("x"), call.maybe_axes()
    if axes is None:
        if None in shape[1:]:
            raise NotKnown  # it may be of length 1
        return tuple(length for length in shape if length != 1)
    if any(shape[at(axis, len(shape))] != 1 for axis in axes):
        raise NotKnown
    return reduced(shape, axes)


def _sliced(call: Call) -> Shape:
    shape, sizes, starts = call.shape("inputs"), call.wholes("shape"), call.value("start_indices")
    if len(sizes) != len(shape):
        raise NotKnown
    begun = list(starts) if isinstance(starts, list | tuple) else [None] * len(shape)
    each = zip(shape, sizes, begun, strict=True)
    return tuple(
        size if size != -1 else None if length is None or start is None else length - whole(start)
        for length, size, start in each
    )


def _repeated(call: Call) -> Shape:
    shape, repeats = call.shape("x"), call.wholes("repeats")
    if call.value("axis", None) is None:
        shape, axis = (product(shape),), 0
    else:
        axis = at(call.whole("axis"), len(shape))
    length = shape[axis]
    if len(repeats) > 1 and length not in (None, len(repeats)):
        raise NotKnown
    long = times(length, repeats[0]) if len(repeats) == 1 else None if length is None else sum(repeats)
    return with_axis(shape, axis, long)


def _tiled(call: Call) -> Shape:
    shape, repeats = call.shape("x"), call.wholes("repeats")
    rank = max(len(shape), len(repeats))
    lengths, factors = (*(1,) * (rank - len(shape)), *shape), (*(1,) * (rank - len(repeats)), *repeats)
    return tuple(map(times, lengths, factors))


def _padded(call: Call) -> Shape:
    shape, written = call.shape("x"), call.value("pad_width")
    if isinstance(written, list | tuple) and written and not isinstance(written[0], list | tuple):
        written = [written]
    widths = list(written) if isinstance(written, list | tuple) else [[written, written]]
    if len(widths) == 1:
        widths *= len(shape)
    if len(widths) != len(shape):
        raise NotKnown
    return tuple(more(length, _both(width)) for length, width in zip(shape, widths, strict=True))


def _both(width: object) -> int:
    ends = list(width) if isinstance(width, list | tuple) else [width]
    first, last = ends if len(ends) == 2 else ends * 2
    return whole(first) + whole(last)


def _taken(call: Call) -> Shape:
    shape, indices = call.shape("x"), call.shape("indices")
    if call.value("axis", None) is None:
        return indices
    axis = at(call.whole("axis"), len(shape))
    return (*shape[:axis], *indices, *shape[axis + 1 :])


def _taken_along(call: Call) -> Shape:
    shape, indices = call.shape("x"), call.shape("indices")
    if call.value("axis", None) is None:
        shape, axis = (product(shape),), 0
    else:
        axis = at(call.whole("axis"), len(shape))
    if len(shape) != len(indices):
        raise NotKnown
    return broadcast(with_axis(shape, axis, indices[axis]), indices)


def _one_hot(call: Call) -> Shape:
    shape, axis = call.shape("x"), call.whole("axis", -1)
    if axis != -1 and not 0 <= axis < len(shape):
        raise NotKnown
    return with_new_axis(shape, axis, call.whole("num_classes"))


def _multi_hot(call: Call) -> Shape:
    shape, axis = call.shape("inputs"), call.whole("axis", -1)
    if axis != -1 and not 0 <= axis < len(shape):
        raise NotKnown
    found = with_new_axis(shape, axis, call.whole("num_classes"))
    return found[-1:] if len(found) == 2 else (found[0], *found[2:])


def _diagonal(call: Call) -> Shape:
    shape, offset = call.shape("x"), call.whole("offset", 0)
    one, other = at(call.whole("axis1", 0), len(shape)), at(call.whole("axis2", 1), len(shape))
    return (*reduced(shape, (one, other)), _diagonal_length(shape[one], shape[other], offset))


def _diagonal_length(rows: int | None, columns: int | None, offset: int) -> int | None:
    if rows is None or columns is None:
        return None
    return max(0, min(columns - offset if offset > 0 else rows + offset, rows, columns))


def _diag(call: Call) -> Shape:
    shape, k = call.shape("x"), call.whole("k", 0)
    if len(shape) == 1:
        return (more(shape[0], abs(k)),) * 2
    rows, columns = shape
    return (_diagonal_length(rows, columns, k),)


def _diagflat(call: Call) -> Shape:
    return (more(product(call.shape("x")), abs(call.whole("k", 0))),) * 2


def _differences(call: Call) -> Shape:
    shape, axis = call.shape("a"), call.whole("axis", -1)
    length = shape[at(axis, len(shape))]
    return with_axis(shape, axis, None if length is None else max(length - call.whole("n", 1), 0))


def _gated(call: Call) -> Shape:
    shape, axis = call.shape("x"), call.whole("axis", -1)
    length = shape[at(axis, len(shape))]
    if length is not None and length % 2:
        raise NotKnown
    return with_axis(shape, axis, None if length is None else length // 2)


def _rearranged(call: Call) -> Shape:
    """`b h w c -> b (h w) c`; what is written in brackets on the left Keras cannot be told."""
    left, right = re.split(r"\s*->\s*", call.text("pattern", ""))
    names = left.split()
    if "(" in left or len(set(names)) != len(names):
        raise NotKnown
    lengths = dict(zip(names, call.shape("tensor"), strict=True))
    groups = re.findall(r"\w+|\(.*?\)", right)
    found = [product(lengths[name] for name in re.findall(r"\w+", group)) for group in groups]
    if None in found:
        raise NotKnown  # Keras multiplies them before it knows them
    return tuple(found)


def _like_argument(call: Call) -> Shape:
    return call.wholes("shape")


def _real_and_imaginary(call: Call) -> Shape:
    return (*call.shape("x"), 2)


def _powers(call: Call) -> Shape:
    (length,) = call.shape("x")
    count = call.maybe_whole("N")
    return (length, length if count is None else count)


RULES: Mapping[str, Rule] = {
    "broadcast_to": _like_argument,
    "diag": _diag,
    "diagflat": _diagflat,
    "diagonal": _diagonal,
    "diff": _differences,
    "expand_dims": _expanded,
    "glu": _gated,
    "moveaxis": _moved,
    "multi_hot": _multi_hot,
    "one_hot": _one_hot,
    "pad": _padded,
    "ravel": _raveled,
    "rearrange": _rearranged,
    "repeat": _repeated,
    "reshape": _reshape,
    "rot90": _turned,
    "scatter": _like_argument,
    "slice": _sliced,
    "squeeze": _squeezed,
    "swapaxes": _swapped_axes,
    "take": _taken,
    "take_along_axis": _taken_along,
    "tile": _tiled,
    "transpose": _transposed,
    "vander": _powers,
    "view_as_real": _real_and_imaginary,
}
