"""Operations that multiply tensors or solve with them: matrices, Einstein sums, decompositions."""

from __future__ import annotations

from collections.abc import Mapping

from yamlnet.checks.shapes.call import Call, Rule
from yamlnet.checks.shapes.shape import (
    Given,
    NotKnown,
    Shape,
    at,
    broadcast,
    product,
    reduced,
    times,
    with_new_axis,
    without,
)


def _matmul(call: Call) -> Shape:
    one, other = call.shape("x1"), call.shape("x2")
    left, right = (one if len(one) > 1 else (1, *one)), (other if len(other) > 1 else (*other, 1))
    _require_equal(left[-1], right[-2])
    rows = () if len(one) == 1 else (left[-2],)
    columns = () if len(other) == 1 else (right[-1],)
    return (*broadcast(left[:-2], right[:-2]), *rows, *columns)


def _require_equal(one: int | None, other: int | None) -> None:
    if one is not None and other is not None and one != other:
        raise NotKnown


def _dot(call: Call) -> Shape:
    one, other = call.shape("x1"), call.shape("x2")
    if not one or not other:
        return one or other
    _require_equal(one[-1], other[0] if len(other) == 1 else other[-2])
    return (*one[:-1], *(() if len(other) == 1 else without(other, -2)))


def _inner(call: Call) -> Shape:
    one, other = call.shape("x1"), call.shape("x2")
    if not one or not other:
        return one or other
    _require_equal(one[-1], other[-1])
    return (*one[:-1], *other[:-1])


def _outer(call: Call) -> Shape:
    return (product(call.shape("x1")), product(call.shape("x2")))


def _tensordot(call: Call) -> Shape:
    one, other, axes = call.shape("x1"), call.shape("x2"), call.value("axes", 2)
    if isinstance(axes, list | tuple):
        left, right = (list(axis) if isinstance(axis, list | tuple) else [axis] for axis in axes)
        for left_axis, right_axis in zip(left, right, strict=True):
            _require_equal(one[at(left_axis, len(one))], other[at(right_axis, len(other))])
        return (*reduced(one, left), *reduced(other, right))
    count = call.whole("axes", 2)
    return (*(one[:-count] if count > 0 else one), *other[max(count, 0) :])


def _einsum(call: Call) -> Shape:
    """Each letter of what is given stands for an axis, `...` for those without a letter."""
    written = call.text("subscripts", "").split("->")
    specs, shapes = written[0].split(","), call.shapes("operands")
    letters = [letter for letter in written[0] if letter.isalpha()]
    once = sorted(letter for letter in set(letters) if letters.count(letter) == 1)
    target = written[1] if len(written) == 2 else "..." + "".join(once)
    each = zip(shapes, specs, strict=True)
    return broadcast(*(_laid_out(shape, spec, target) for shape, spec in each))


def _laid_out(shape: Shape, spec: str, target: str) -> Shape:
    """An operand's axes as the sum gives them: 1 where it has not such an axis."""
    before, dots, after = spec.partition("...")
    if len(before) + len(after) > len(shape) or (not dots and len(before) != len(shape)):
        raise NotKnown
    if not ("a" + before + after + target.replace("...", "")).isalpha():
        raise NotKnown
    end = len(shape) - len(after)
    lengths: dict[str, int | None] = {}
    for letter, length in (*zip(before, shape, strict=False), *zip(after, shape[end:], strict=True)):
        lengths.setdefault(letter, length)
    front, with_dots, back = target.partition("...")
    between = shape[len(before) : end] if dots and with_dots else ()
    return (*(lengths.get(one, 1) for one in front), *between, *(lengths.get(one, 1) for one in back))


def _kron(call: Call) -> Shape:
    one, other = call.shape("x1"), call.shape("x2")
    pairs = zip(one, other, strict=False)
    return tuple(None if right is None else times(left, right) for left, right in pairs)


def _cross(call: Call) -> Shape:
    one, other = call.shape("x1"), call.shape("x2")
    if call.value("axis", None) is not None:
        of_one = of_other = of_given = call.whole("axis")
    else:
        of_one, of_other, of_given = (call.whole(f"axis{which}", -1) for which in "abc")
    lengths = one[at(of_one, len(one))], other[at(of_other, len(other))]
    if not {*lengths} <= {2, 3, None}:
        raise NotKnown
    found = broadcast(without(one, of_one), without(other, of_other))
    if 3 not in lengths:
        if None in lengths:
            raise NotKnown  # of length 3 there is another axis, of length 2 there is none
        return found
    return with_new_axis(found, at(of_given, len(found) + 1), 3)


def _distances(call: Call) -> Shape:
    one, other = call.shape("x"), call.shape("y")
    _require_equal(one[-1], other[-1])
    return (*broadcast(one[:-2], other[:-2]), one[-2], other[-2])


def _correlated(call: Call) -> Shape:
    (one,), (other,) = call.shape("x1"), call.shape("x2")
    if one is None or other is None:
        raise NotKnown
    found = {"valid": abs(one - other) + 1, "same": max(one, other), "full": one + other - 1}
    return (found[call.text("mode", "valid")],)


def _square(call: Call) -> Shape:
    shape = call.shape("x")
    _require_equal(shape[-1], shape[-2])
    return shape


def _eigen(call: Call) -> Given:
    shape = _square(call)
    return [shape[:-1], shape]


def _sides(call: Call) -> tuple[Shape, int, int]:
    *batch, rows, columns = call.shape("x")
    if rows is None or columns is None:
        raise NotKnown
    return tuple(batch), rows, columns


def _lu(call: Call) -> Given:
    batch, rows, columns = _sides(call)
    return [(*batch, rows, columns), (*batch, min(rows, columns))]


def _qr(call: Call) -> Given:
    batch, rows, columns = _sides(call)
    if call.text("mode", "reduced") == "reduced":
        short = min(rows, columns)
        return [(*batch, rows, short), (*batch, short, columns)]
    return [(*batch, rows, rows), (*batch, rows, columns)]


def _svd(call: Call) -> Given:
    batch, rows, columns = _sides(call)
    short = min(rows, columns)
    if not call.flag("compute_uv", True):
        return (*batch, short)
    if call.flag("full_matrices", True):
        return [(*batch, rows, rows), (*batch, short), (*batch, columns, columns)]
    return [(*batch, rows, short), (*batch, short), (*batch, short, columns)]


def _pseudo_inverse(call: Call) -> Shape:
    *batch, rows, columns = call.shape("x")
    return (*batch, columns, rows)


def _least_squares(call: Call) -> Shape:
    rows, columns = call.shape("a")
    found = call.shape("b")
    _require_equal(rows, found[0])
    return (columns, *found[1:])


RULES: Mapping[str, Rule] = {
    "cdist": _distances,
    **dict.fromkeys(("cholesky", "cholesky_inverse", "inv"), _square),
    "correlate": _correlated,
    "cross": _cross,
    "dot": _dot,
    **dict.fromkeys(("eig", "eigh"), _eigen),
    "einsum": _einsum,
    "inner": _inner,
    "kron": _kron,
    "lstsq": _least_squares,
    "lu_factor": _lu,
    "matmul": _matmul,
    "outer": _outer,
    "pinv": _pseudo_inverse,
    "qr": _qr,
    "svd": _svd,
    "tensordot": _tensordot,
}
