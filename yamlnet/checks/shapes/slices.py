"""Slices of tensors: `hidden[:, 0]`, `x[..., :64]`."""

from __future__ import annotations

from yamlnet.checks.shapes.shape import NotKnown, Shape


def sliced(shape: Shape, index: tuple[object, ...]) -> Shape:
    """The shape of a slice, by Python's own rules for the axes whose length is known.

    Raises:
        NotKnown: the tensor has no such axis or place.
    """
    where = index.index(Ellipsis) if Ellipsis in index else len(index)
    front, back = index[:where], index[where + 1 :]
    kept = len(shape) - len(front) - len(back)
    if kept < 0:
        raise NotKnown
    middle = shape[len(front) : len(front) + kept]
    return (*_axes(shape[: len(front)], front), *middle, *_axes(shape[len(front) + kept :], back))


def _axes(lengths: Shape, items: tuple[object, ...]) -> Shape:
    """The axes that are left of those that are sliced one by one."""
    found: list[int | None] = []
    for length, item in zip(lengths, items, strict=True):
        if isinstance(item, slice):
            found.append(None if length is None else len(range(*item.indices(length))))
        elif not isinstance(item, int) or (length is not None and not -length <= item < length):
            raise NotKnown
    return tuple(found)
