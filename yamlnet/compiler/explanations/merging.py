"""Tensors that are put together: which axis differs, and what makes it equal."""

from __future__ import annotations

import math
from itertools import pairwise, product, zip_longest

from yamlnet.compiler.explanations.refusal import Read, Refusal, axes_count, joined

ELEMENTWISE = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
TWO = ("Subtract", "Dot")
JOINING = ("Concatenate", "ops.concatenate")

CONVOLUTION = {2: "Conv1D", 3: "Conv2D", 4: "Conv3D"}
PADDED = ("Conv", "Pooling")


def counted(refusal: Refusal) -> str | None:
    """Some take exactly two."""
    if refusal.callee not in TWO or len(refusal.reads) == 2:
        return None
    return f"{refusal.callee} takes exactly 2 tensors, `from` gives {len(refusal.reads)}"


def elementwise(refusal: Refusal) -> str | None:
    """Sums, products and their like need equal shapes; an axis of one is repeated."""
    pair = unlike(refusal)
    if pair is None:
        return None
    return f"{refusal.callee} needs equal shapes{refusal.got}: {_difference(*pair)}"


def unlike(refusal: Refusal) -> tuple[Read, Read] | None:
    """The first two of the tensors whose shapes cannot be put together."""
    reads = refusal.reads
    operation = refusal.callee.startswith("ops.") and "broadcast" in refusal.text and not refusal.arguments
    if len(reads) < 2 or not (operation or refusal.callee in ELEMENTWISE):
        return None
    pairs = (*pairwise(reads), *((reads[0], other) for other in reads[2:]))
    return next((pair for pair in pairs if differing(*pair)), None)


def differing(one: Read, other: Read) -> list[tuple[int, int | None, int | None]]:
    """The axes in which two tensors differ, counted from the last: -1, -2, …; None is a missing axis."""
    pairs = zip_longest(reversed(one.shape[1:]), reversed(other.shape[1:]), fillvalue=1)
    return [
        (-index, left, right)
        for index, (left, right) in enumerate(pairs, start=1)
        if left != right and None not in (left, right) and 1 not in (left, right)
    ]


def _difference(one: Read, other: Read) -> str:
    """What differs and the mend, given to the tensor that was made earlier: the shortcut."""
    shortcut, main = (one, other) if one.order <= other.order else (other, one)
    axes = len(one.shape) - 1
    if len(other.shape) - 1 != axes:
        counts = f"they have {axes_count(axes)} and {axes_count(len(other.shape) - 1)} besides the batch"
        return f"{counts}; Reshape, Flatten or pool one of them first"
    found = differing(one, other)
    said = []
    last = [(left, right) for axis, left, right in found if axis == -1]
    spatial = [(left, right) for axis, left, right in found if axis != -1]
    if last:
        said.append(f"{last[0][0]} and {last[0][1]} {'channels' if axes > 2 else 'features'}")
    if spatial:
        said.append(f"{_by(one, axes)} and {_by(other, axes)} {_cells(axes)}")
    return f"{', '.join(said)}: {_shortcut_mend(shortcut, main, bool(last), bool(spatial))}"


def _cells(axes: int) -> str:
    return "steps" if axes == 2 else "pixels" if axes == 3 else "cells"


def _by(read: Read, axes: int) -> str:
    return " × ".join("null" if axis is None else str(axis) for axis in read.shape[1:axes])


def _shortcut_mend(shortcut: Read, main: Read, width: bool, spatial: bool) -> str:
    axes = len(main.shape) - 1
    layer = CONVOLUTION.get(axes, "Dense") if spatial or axes > 2 else "Dense"
    strides = _strides(shortcut.shape[1:-1], main.shape[1:-1]) if spatial else 1
    backwards = _strides(main.shape[1:-1], shortcut.shape[1:-1]) if spatial else 1
    if spatial and strides is None:
        if backwards is not None and axes in CONVOLUTION:
            also = f", and a {layer} with filters: {main.shape[-1]}, kernel_size: 1" if width else ""
            return f'give "{shortcut.name}" an UpSampling{axes - 1}D with size: {backwards}{also}'
        return "padding: same in the layers between keeps the size"
    if layer == "Dense":
        return f'give "{shortcut.name}" a Dense with units: {main.shape[-1]}'
    stride = f", strides: {strides}" if spatial else ""
    return f'give "{shortcut.name}" a {layer} with filters: {main.shape[-1]}, kernel_size: 1{stride}'


def _strides(long: tuple[int | None, ...], short: tuple[int | None, ...]) -> int | None:
    """The one stride that shortens all axes as wanted (with a kernel of one), or None."""
    found = set()
    for left, right in zip(long, short, strict=True):
        if left is None or right is None or right < 1 or left < right:
            return None
        found.add(math.ceil(left / right))
    stride = found.pop() if len(found) == 1 else 1
    both = zip(long, short, strict=True)
    fits = all(left is not None and math.ceil(left / stride) == right for left, right in both)
    return stride if fits and stride > 1 else None


def concatenated(refusal: Refusal) -> str | None:
    """Joined tensors are equal in all axes but one."""
    if refusal.callee not in JOINING or len(refusal.shapes) < 2:
        return None
    shapes = refusal.shapes
    given = refusal.arguments.get("axis", -1 if refusal.callee == "Concatenate" else 0)
    axis = given if isinstance(given, int) else -1
    ranks = {len(shape) for shape in shapes}
    if len(ranks) > 1:
        counts = joined(axes_count(len(shape) - 1) for shape in shapes)
        told = f"{refusal.callee} joins tensors of equally many axes{refusal.got}: they have {counts}"
        return f"{told} besides the batch; Reshape, Flatten or pool first"
    rank = ranks.pop()
    if not -rank <= axis < rank:
        return None
    sizes = [{shape[index] for shape in shapes} - {None} for index in range(rank)]
    others = [index for index in range(rank) if index != axis % rank and len(sizes[index]) > 1]
    if not others:
        return None
    which = joined(f"axis {index} is {joined(str(shape[index]) for shape in shapes)}" for index in others)
    along = "the last axis" if axis % rank == rank - 1 else f"axis {axis % rank}"
    mend = _size_mend(rank)
    if len(others) == 1 and len(sizes[axis % rank]) == 1:
        mend = f"axis: {others[0]} would join them"
    told = f"{refusal.callee} joins along {along}, and the others must be equal{refusal.got}"
    return f"{told}: {which}; {mend}"


def _size_mend(rank: int) -> str:
    if rank == 4:
        return "bring them to one size first: strides, UpSampling2D, or padding: same in the layers between"
    return "bring them to one size first"


def dotted(refusal: Refusal) -> str | None:
    """`Dot` multiplies along one axis of each."""
    axes = refusal.arguments.get("axes")
    if refusal.callee != "Dot" or len(refusal.shapes) != 2:
        return None
    pair = list(axes) if isinstance(axes, list | tuple) else [axes, axes]
    if len(pair) != 2 or not all(isinstance(axis, int) for axis in pair):
        return None
    left, right = refusal.shapes
    one, two = pair
    assert isinstance(one, int) and isinstance(two, int)
    if not (-len(left) <= one < len(left) and -len(right) <= two < len(right)) or left[one] == right[two]:
        return None
    axes_of = product(range(1, len(left)), range(1, len(right)))
    fitting = [[first, second] for first, second in axes_of if left[first] == right[second]]
    mend = f"axes: {fitting[-1]} fits" if fitting else "no two axes of them are equal"
    names = [
        f'axis {axis} of "{read.name}" ({size})'
        for axis, read, size in zip((one, two), refusal.reads, (left[one], right[two]), strict=True)
    ]
    return f"Dot multiplies {names[0]} with {names[1]}{refusal.got}: they must be equal; {mend}"


def multiplied(refusal: Refusal) -> str | None:
    """Matrix products: the last axis of the first meets the second-last of the second."""
    if refusal.callee not in ("ops.matmul", "ops.dot") or len(refusal.shapes) != 2:
        return None
    left, right = refusal.shapes
    if len(left) < 2 or len(right) < 2 or left[-1] == right[-2] or None in (left[-1], right[-2]):
        return None
    first, second = refusal.reads[0].name, refusal.reads[1].name
    turned = "ops.swapaxes: {axis1: -2, axis2: -1}"
    if left[-1] == right[-1]:
        mend = f'turn "{second}" round first: {turned}'
    elif left[-2] == right[-2]:
        mend = f'turn "{first}" round first: {turned}'
    else:
        mend = f'"{second}" must have {left[-1]} there'
    return (
        f'{refusal.callee} multiplies the last axis of "{first}" with the second-last of "{second}"'
        f"{refusal.got}: {left[-1]} and {right[-2]}; {mend}"
    )
