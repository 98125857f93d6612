"""Through which axes of what a call reads an axis of its result came: the same one, or several joined.

What is not listed passes its axes on: a layer's result has the axis that what it reads has there. Where a
call that is not listed gives more axes or fewer, one of the same size stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from yamlnet.resolver.plan import FunctionCall, LayerCall, Node, SliceCall, TensorRef
from yamlnet.verdicts.verdict import Shape


class Axis(Struct, frozen=True):
    """One axis of a tensor, counted from the last: -1, -2, and so on."""

    ref: TensorRef
    index: int


Reads = Sequence[tuple[TensorRef, Shape | None]]
"""What a call reads, in order, with the shapes as far as they are known."""


def axes_read(node: Node, axis: int, shape: Shape, reads: Reads) -> list[Axis]:
    """The axes that an axis of a call's result is made of; none where that cannot be told.

    Args:
        node: the call.
        axis: of its result, counted from the last.
        shape: of its result, with the batch axis.
        reads: what it reads.
    """
    known = [(ref, read) for ref, read in reads if read is not None]
    if not known:
        return []
    if isinstance(node.callee, SliceCall):
        return _sliced(node.callee.index, axis, shape, known)
    name, arguments = _called(node)
    rule = RULES.get(name)
    if rule is not None:
        return rule(arguments, axis, shape, known)
    return _passed_on(axis, shape, known)


Known = Sequence[tuple[TensorRef, Shape]]
Rule = Callable[[Mapping[str, object], int, Shape, Known], list[Axis]]


def _called(node: Node) -> tuple[str, Mapping[str, object]]:
    if isinstance(node.callee, LayerCall):
        return node.callee.layer.name, node.callee.layer.arguments
    if isinstance(node.callee, FunctionCall):
        return f"ops.{node.callee.function}", node.kwargs
    return "", {}


def _passed_on(axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """The axis of the same place, in what has it as long; where there are more or fewer, the size tells."""
    size, rank = shape[axis], len(shape)
    same = [(ref, read) for ref, read in reads if len(read) == rank]
    for ref, read in same:
        if read[axis] == size:
            return [Axis(ref, axis)]
    if same:
        return [Axis(same[0][0], axis)]
    for ref, read in reads:
        alike = [index for index in range(-1, -len(read), -1) if read[index] == size != 1]
        if alike:
            return [Axis(ref, alike[0])]
    return []


def _joined(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """`Concatenate`: the axis along which it joins is made of all, the others are anyone's."""
    given = arguments.get("axis", -1)
    along = given if isinstance(given, int) else -1
    if (along - len(shape) if along >= 0 else along) != axis:
        return _passed_on(axis, shape, reads)
    return [Axis(ref, axis) for ref, read in reads if len(read) == len(shape)]


def _joined_ops(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    return _joined({"axis": 0, **arguments}, axis, shape, reads)


def _folded(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """`Flatten`, and the axis that a `Reshape` works out: of all axes but the batch."""
    ref, read = reads[0]
    return [Axis(ref, index) for index in range(-1, -len(read), -1)]


def _permuted(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """`Permute` names the axes of what it reads, the first behind the batch as 1."""
    return _turned([0, *_whole(arguments.get("dims"))], axis, shape, reads)


def _transposed(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """`ops.transpose` names them all; without a word it turns them round."""
    axes = _whole(arguments.get("axes")) or list(range(len(shape) - 1, -1, -1))
    return _turned(axes, axis, shape, reads)


def _turned(order: list[int], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    ref, read = reads[0]
    if len(order) != len(shape) or len(read) != len(shape) or not -len(order) <= axis < 0:
        return []
    index = order[axis] - len(read) if order[axis] >= 0 else order[axis]
    return [Axis(ref, index)] if -len(read) < index < 0 else []


def _swapped(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """`ops.swapaxes` exchanges two."""
    ref, read = reads[0]
    two = [arguments.get("axis1"), arguments.get("axis2")]
    ends = [one - len(read) if one >= 0 else one for one in two if isinstance(one, int)]
    if len(ends) != 2 or len(read) != len(shape):
        return []
    index = ends[1 - ends.index(axis)] if axis in ends else axis
    return [Axis(ref, index)] if -len(read) < index < 0 else []


def _multiplied(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """Matrix products: the last axis is the second matrix's, the one before it the first's."""
    if len(reads) != 2 or any(len(read) < 2 for _, read in reads):
        return []
    ref, read = reads[1] if axis == -1 else reads[0]
    return [Axis(ref, axis)] if len(read) > -axis else []


def _embedded(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """An embedding adds the last axis."""
    ref, read = reads[0]
    return [Axis(ref, axis + 1)] if axis < -1 and len(read) == len(shape) - 1 else []


def _pooled(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """`GlobalMaxPooling2D` and its like: only the channels are left, or ones beside them."""
    ref, read = reads[0]
    kept = 1 - len(shape) if arguments.get("data_format") == "channels_first" else -1
    return [Axis(ref, 1 - len(read) if kept != -1 else -1)] if axis == kept else []


def _expanded(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """`ops.expand_dims` puts axes of one between the others."""
    added = _from_last(arguments.get("axis"), len(shape))
    return _between(axis, len(shape), added, reads) if axis not in added else []


def _reduced(arguments: Mapping[str, object], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """`ops.mean` and its like, and `ops.squeeze`: some axes go, the others move together."""
    ref, read = reads[0]
    gone = _from_last(arguments.get("axis"), len(read))
    if len(read) == len(shape):
        return [Axis(ref, axis)] if axis not in gone else []
    return _left(gone, axis, shape, reads)


def _sliced(index: tuple[object, ...], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """A slice: a number takes its axis away."""
    _ref, read = reads[0]
    missing = len(read) - sum(1 for one in index if one is not ...)
    steps: list[object] = []
    for one in index if ... in index else (*index, ...):
        steps += [slice(None)] * missing if one is ... else [one]
    gone = {place - len(read) for place, step in enumerate(steps) if isinstance(step, int)}
    return _left(gone, axis, shape, reads)


def _left(gone: set[int], axis: int, shape: Shape, reads: Known) -> list[Axis]:
    """The axis that stands in a place once some are gone."""
    ref, read = reads[0]
    left = [index for index in range(-len(read), 0) if index not in gone]
    if len(left) != len(shape):
        return []
    return [Axis(ref, left[axis])] if left[axis] > -len(read) else []


def _between(axis: int, rank: int, added: set[int], reads: Known) -> list[Axis]:
    """The axis that stood in a place before some were added."""
    ref, read = reads[0]
    old = [index for index in range(-rank, 0) if index not in added]
    if len(old) != len(read):
        return []
    index = old.index(axis) - len(old)
    return [Axis(ref, index)] if index > -len(read) else []


def _from_last(axes: object, rank: int) -> set[int]:
    """Axes by their numbers, counted from the last."""
    found = axes if isinstance(axes, list | tuple) else [axes]
    return {one - rank if one >= 0 else one for one in found if isinstance(one, int)}


def _whole(value: object) -> list[int]:
    return [one for one in value if isinstance(one, int)] if isinstance(value, list | tuple) else []


RULES: Mapping[str, Rule] = {
    "Concatenate": _joined,
    "ops.concatenate": _joined_ops,
    "Flatten": _folded,
    "Reshape": _folded,
    "ops.reshape": _folded,
    "Permute": _permuted,
    "ops.transpose": _transposed,
    "ops.swapaxes": _swapped,
    "ops.matmul": _multiplied,
    "Embedding": _embedded,
    **{f"Global{kind}Pooling{axes}D": _pooled for kind in ("Max", "Average") for axes in (1, 2, 3)},
    "ops.expand_dims": _expanded,
    **{f"ops.{name}": _reduced for name in ("squeeze", "mean", "sum", "max", "min", "prod", "std", "var")},
}
"""By callee: through which axes one of its result came."""
