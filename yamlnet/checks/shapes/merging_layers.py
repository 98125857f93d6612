"""Layers that read several tensors: sums, concatenations, products, attention."""

from __future__ import annotations

from collections.abc import Mapping

from yamlnet.checks.shapes.call import Call, Rule, shape_of
from yamlnet.checks.shapes.shape import Given, NotKnown, Shape, at, total, with_axis, without


def _merged(call: Call) -> Shape:
    """An operation on each element; ranks may differ, and an axis free in one is free in all."""
    first, *others = call.all()
    merged = first[1:]
    for other in others:
        merged = _stretched(merged, other[1:])
    batches = {shape[0] for shape in (first, *others)} - {None}
    if len(batches) > 1:
        raise NotKnown
    return (next(iter(batches), None), *merged)


def _stretched(one: Shape, other: Shape) -> Shape:
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    kept = len(longer) - len(shorter)
    pairs = zip(longer[kept:], shorter, strict=True)
    return (*longer[:kept], *(_length(left, right) for left, right in pairs))


def _length(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return None
    if one != other and 1 not in (one, other):
        raise NotKnown
    return other if one == 1 else one


def _concatenated(call: Call) -> Shape:
    shapes, axis = call.all(), call.whole("axis", -1)
    first = shapes[0]
    if any(len(shape) != len(first) for shape in shapes):
        raise NotKnown
    index = at(axis, len(first))
    return with_axis(first, index, total(shape[index] for shape in shapes))


def _dot(call: Call) -> Shape:
    one, other = call.all()
    axes = call.wholes("axes")
    if len(axes) == 1:
        axes = (at(axes[0], len(one)), at(axes[0], len(other)))
    of_one, of_other = axes
    left, right = without(one, of_one), without(other, of_other)[1:]
    found = (*left, *right)
    return (*found, 1) if len(found) == 1 else found


def _attention(call: Call) -> Given:
    query, value, *key = call.all()
    given = (*query[:-1], value[-1])
    if call.asked("return_attention_scores"):
        return [given, (*query[:-1], (key[0] if key else value)[-2])]
    return given


def _multi_head_attention(call: Call) -> Given:
    query = _query(call)
    given = query
    if call.value("output_shape", None) is not None:
        given = (*query[:-1], *call.wholes("output_shape"))
    if call.asked("return_attention_scores"):
        return [given, (query[0], call.whole("num_heads"), query[1], query[1])]
    return given


def _grouped_attention(call: Call) -> Given:
    query = _query(call)
    if call.asked("return_attention_scores"):
        key = call.read(2, "key") or call.read(1, "value")
        return [query, (query[0], call.whole("num_query_heads"), query[1], shape_of(key)[1])]
    return query


def _query(call: Call) -> Shape:
    return shape_of(call.read(0, "query"))


def _sampling(call: Call) -> Shape:
    return shape_of(call.read(0, "mean"))


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"), _merged),
    "Concatenate": _concatenated,
    "Dot": _dot,
    **dict.fromkeys(("AdditiveAttention", "Attention"), _attention),
    "MultiHeadAttention": _multi_head_attention,
    "GroupQueryAttention": _grouped_attention,
    "Sampling": _sampling,
}
