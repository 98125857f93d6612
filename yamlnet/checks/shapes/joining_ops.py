"""Operations that join tensors, and those that give several."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from yamlnet.checks.shapes.call import Call, Rule, shape_of, whole
from yamlnet.checks.shapes.shape import (
    MOST_TENSORS,
    Given,
    NotKnown,
    Shape,
    at,
    product,
    total,
    with_axis,
    with_new_axis,
    without,
)


def _joined(shapes: list[Shape], axis: int) -> Shape:
    first = shapes[0]
    index = at(axis, len(first))
    if any(len(shape) != len(first) for shape in shapes):
        raise NotKnown
    return with_axis(first, index, total(shape[index] for shape in shapes))


def _concatenated(call: Call) -> Shape:
    return _joined(call.shapes("xs"), call.whole("axis", 0))


def _appended(call: Call) -> Shape:
    shapes = [call.shape("x1"), call.shape("x2")]
    if call.value("axis", None) is None:
        return (total(map(product, shapes)),)
    return _joined(shapes, call.whole("axis"))


def _stacked(call: Call) -> Shape:
    shapes = call.shapes("x")
    return with_new_axis(shapes[0], call.whole("axis", 0), len(shapes))


def _deep(call: Call) -> Shape:
    return _joined([_of_three(shape) for shape in call.shapes("xs")], 2)


def _of_three(shape: Shape) -> Shape:
    return ((1, 1, 1), (1, *shape, 1), (*shape, 1), shape)[min(len(shape), 3)]


def _split(call: Call, axis: int) -> Given:
    shape = call.shape("x")
    index, asked = at(axis, len(shape)), call.value("indices_or_sections")
    length = shape[index]
    if isinstance(asked, list | tuple):
        marks = [0, *map(whole, asked), length]
        parts = [None if end is None else end - (start or 0) for start, end in pairwise(marks)]
        return [with_axis(shape, index, part) for part in parts]
    sections = _few(asked)
    if length is not None and length % sections:
        raise NotKnown
    return [with_axis(shape, index, None if length is None else length // sections)] * sections


def _few(sections: object) -> int:
    """How many tensors are given: as many as can be followed."""
    if not 0 < whole(sections) <= MOST_TENSORS:
        raise NotKnown
    return whole(sections)


def _split_along(axis: int | None) -> Rule:
    return lambda call: _split(call, call.whole("axis", 0) if axis is None else axis)


def _split_in_columns(call: Call) -> Given:
    return _split(call, 0 if len(call.shape("x")) == 1 else 1)


def _split_unevenly(call: Call) -> Given:
    shape, sections = call.shape("x"), _few(call.value("indices_or_sections"))
    index = at(call.whole("axis", 0), len(shape))
    length = shape[index]
    if length is None:
        return [with_axis(shape, index, None)] * sections
    each, rest = divmod(length, sections)
    return [with_axis(shape, index, each + (part < rest)) for part in range(sections)]


def _unstacked(call: Call) -> Given:
    shape, axis = call.shape("x"), call.whole("axis", 0)
    found = call.maybe_whole("num")
    count = _few(shape[at(axis, len(shape))] if found is None else found)
    return [without(shape, axis)] * count


def _meshed(call: Call) -> Given:
    shapes = call.shapes("x")
    lengths = [product(shape) for shape in shapes]
    if call.text("indexing", "xy") == "xy":
        lengths[0], lengths[1] = lengths[1], lengths[0]
    return [tuple(lengths)] * len(shapes)


def _places(call: Call) -> Given:
    return [shape_of(call.value("indices"))] * len(call.wholes("shape"))


RULES: Mapping[str, Rule] = {
    "append": _appended,
    "array_split": _split_unevenly,
    "concatenate": _concatenated,
    "dsplit": _split_along(2),
    "dstack": _deep,
    "hsplit": _split_in_columns,
    "hstack": lambda call: _joined(call.shapes("xs"), 1),
    "meshgrid": _meshed,
    "split": _split_along(None),
    "stack": _stacked,
    "unravel_index": _places,
    "unstack": _unstacked,
    "vsplit": _split_along(0),
    "vstack": lambda call: _joined(call.shapes("xs"), 0),
}
