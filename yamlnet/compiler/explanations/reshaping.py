"""Reshaping keeps the number of numbers: both products, and what would fit."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from yamlnet.compiler.explanations.refusal import Refusal, axes_count, axes_text, shape_text

MOST_LOOKED_AT = 10**6
"""Numbers whose divisors are looked for one by one."""


def reshaped(refusal: Refusal) -> str | None:
    """`Reshape` to a shape with another product."""
    target, shape = _axes(refusal.arguments.get("target_shape")), refusal.shape
    if refusal.callee != "Reshape" or shape is None or None in shape or target is None:
        return None
    count = math.prod(axis for axis in shape if axis is not None)
    fixed = math.prod(axis for axis in target if axis != -1)
    if fixed == count or (-1 in target and fixed > 0 and count % fixed == 0):
        return None
    needs = f"a multiple of {fixed:,}" if -1 in target else f"{fixed:,}"
    found = nearest(count, target)
    return (
        f"Reshape to {axes_text(target)} needs {needs} numbers, and {axes_text(shape)} has {count:,}; "
        f"{axes_text(found)} would fit"
    )


def _axes(value: object) -> list[int] | None:
    """Axes as an argument gives them, or None where it gives something else."""
    if isinstance(value, list | tuple) and all(isinstance(axis, int) for axis in value):
        return list(value)
    return None


def nearest(count: int, target: Sequence[int]) -> list[int]:
    """A shape of `count` numbers that is like the wanted one: one axis changed, the least that can be."""
    found: list[tuple[float, int, list[int]]] = []
    for index, wanted in enumerate(target):
        rest = math.prod(axis for place, axis in enumerate(target) if place != index and axis != -1)
        if wanted == -1 or rest < 1 or count < 1 or count % rest:
            continue
        size = _nearest_divisor(count // rest, wanted) if -1 in target else count // rest
        changed = [*target[:index], size, *target[index + 1 :]]
        found.append((abs(math.log(size / max(wanted, 1))), -index, changed))
    if found:
        return min(found)[2]
    if len(target) > 1:
        first = _nearest_divisor(count, target[0])
        return [first, count // first]
    return [count]


def _nearest_divisor(count: int, wanted: int) -> int:
    """The divisor of a number that is nearest to another; 1 where there are too many to look at."""
    sizes = range(1, count + 1) if 0 < count <= MOST_LOOKED_AT else range(1, 2)
    return min((size for size in sizes if count % size == 0), key=lambda size: abs(size - wanted))


def squeezed(refusal: Refusal) -> str | None:
    """Only an axis of one can be taken away."""
    axis = refusal.arguments.get("axis")
    if refusal.callee != "ops.squeeze" or not isinstance(axis, int) or not refusal.shapes:
        return None
    shape = refusal.shapes[0]
    if not -len(shape) <= axis < len(shape) or shape[axis] == 1:
        return None
    size = "null" if shape[axis] is None else shape[axis]
    return f"ops.squeeze takes away an axis of 1, and axis {axis} is {size}{refusal.got}"


def split(refusal: Refusal) -> str | None:
    """Equal parts divide the axis."""
    parts, axis = refusal.arguments.get("indices_or_sections"), refusal.arguments.get("axis", 0)
    if refusal.callee != "ops.split" or not isinstance(parts, int) or not isinstance(axis, int):
        return None
    shape = refusal.shapes[0] if refusal.shapes else ()
    size = shape[axis] if -len(shape) <= axis < len(shape) else None
    if size is None or parts < 1 or size % parts == 0:
        return None
    return f"ops.split cannot cut axis {axis}, which has {size}, into {parts} equal parts{refusal.got}"


def transposed(refusal: Refusal) -> str | None:
    """`ops.transpose` names every axis, with the batch."""
    axes, shape = _axes(refusal.arguments.get("axes")), refusal.shapes[0] if refusal.shapes else ()
    if refusal.callee != "ops.transpose" or axes is None or sorted(axes) == list(range(len(shape))):
        return None
    order = [0, *range(len(shape) - 1, 0, -1)]
    return (
        f"ops.transpose names {axes_count(len(axes))}: {axes_text(axes)}{refusal.got}; with the batch, which "
        f"is axis 0, there are {axes_count(len(shape))}: {axes_text(order)} turns them round"
    )


def sliced(refusal: Refusal) -> str | None:
    """A slice with more axes than there are, or an index beyond one."""
    if refusal.callee != "this slice":
        return None
    if "many indices" in refusal.text:
        told = f"this slice has more axes than what it reads{refusal.got}"
        return f"{told}; the first one is the batch: x[:, 0]"
    if re.search(r"out-of-bounds|out of (bounds|range)", refusal.text):
        ends = f"{shape_text(refusal.shapes[0])}" if refusal.shapes else "it"
        return f"this slice asks for an index that {ends} does not have; they count from 0"
    return None
