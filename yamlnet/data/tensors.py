"""From columns to one tensor: transforms in order, then the dtype and the shape that the model wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.data.numbers import of_one_length, refuse_missing, require_numbers
from yamlnet.data.place import Place
from yamlnet.data.rows import Rows
from yamlnet.data.table import Array, Table
from yamlnet.data.transforms import TRANSFORMS
from yamlnet.data.transforms.transform import Chunks
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import TensorPlan

Shape = tuple[int | None, ...]
Fitted = list[dict[str, Any]]
"""For each column, the states of its transforms by word: JSON-able."""


class Fitting(Struct, frozen=True):
    """What fitting one tensor gave: its states, and the facts that they tell."""

    states: Fitted
    facts: dict[str, object]


def fit_tensor(plan: TensorPlan, train: Rows) -> Fitting:
    """Fit every transform of a tensor, each on what the ones before it give, on training rows alone.

    Raises:
        DataError: a column is missing or holds what a transform cannot take.
    """
    states: Fitted = []
    for column in plan.columns:
        learnt: dict[str, Any] = {}
        for count, (word, argument) in enumerate(plan.transforms):
            chunks = _chunks(plan, column, train, learnt, count)
            learnt[word] = dict(TRANSFORMS[word].fit(argument, chunks, (*plan.path, word)))
        states.append(learnt)
    return Fitting(states, stored_facts(plan, states))


def stored_facts(plan: TensorPlan, states: Fitted) -> dict[str, object]:
    """What the states of a tensor's transforms tell.

    Of several columns it is a list, a value for each; of several transforms that tell the same, the last's.
    But `missing` counts what is missing as the columns come, in all of them.
    """
    told = [_column_facts(plan, learnt) for learnt in states]
    if len(told) == 1:
        return told[0]
    shared = [name for name in told[0] if all(name in one for one in told)]
    facts: dict[str, object] = {name: [one[name] for one in told] for name in shared}
    return facts | ({"missing": sum(one["missing"] for one in told)} if "missing" in facts else {})


def _column_facts(plan: TensorPlan, learnt: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for word, argument in plan.transforms:
        first = {name: facts[name] for name in ("missing",) if name in facts}
        facts |= TRANSFORMS[word].facts(argument, learnt[word]) | first
    return facts


def _chunks(plan: TensorPlan, column: str, train: Rows, learnt: dict[str, Any], count: int) -> Chunks:
    """The training rows of a column after the first transforms, with the place of the next."""
    word, _ = plan.transforms[count]
    for table in train.chunks([column]):
        values = _transformed(plan.transforms[:count], plan, column, table, learnt)
        yield values, Place(column, (*plan.path, word), table)


def _transformed(
    transforms: Sequence[tuple[str, object]],
    plan: TensorPlan,
    column: str,
    table: Table,
    learnt: dict[str, Any],
) -> Array:
    values = table.column(column, plan.path)
    for word, argument in transforms:
        place = Place(column, (*plan.path, word), table)
        values = TRANSFORMS[word].apply(argument, values, learnt[word], place)
    return values


def make_tensor(plan: TensorPlan, table: Table, states: Fitted, shape: Shape | None) -> Array:
    """One tensor of (rows, *shape) from a table's columns.

    Floats become float32 and whole numbers int32 unless `dtype` says otherwise.

    Args:
        plan: the columns and their transforms.
        table: any rows.
        states: from `fit_tensor`.
        shape: what the model wants, without the batch axis; None where nothing is known.

    Raises:
        DataError: missing columns, values that are no numbers, shapes that do not fit.
    """
    parts = [
        _column(plan, column, table, learnt) for column, learnt in zip(plan.columns, states, strict=True)
    ]
    values = parts[0] if len(parts) == 1 else _joined(parts, plan)
    return _shaped(values, plan, shape)


def _column(plan: TensorPlan, column: str, table: Table, learnt: dict[str, Any]) -> Array:
    values, place = (
        _transformed(plan.transforms, plan, column, table, learnt),
        Place(column, plan.path, table),
    )
    values = of_one_length(values, place)
    require_numbers(values, place)
    refuse_missing(values, place)
    return values if any(word == "dtype" for word, _ in plan.transforms) else _model_dtype(values)


def _model_dtype(values: Array) -> Array:
    if values.dtype.kind == "f":
        return np.ascontiguousarray(values, dtype=np.float32)
    if values.dtype.kind == "b":
        return values.astype(np.float32)
    return np.ascontiguousarray(values, dtype=np.int32)


def _joined(parts: Sequence[Array], plan: TensorPlan) -> Array:
    """Several columns as features of the last axis: single values are stacked, vectors joined."""
    columns = [part[:, None] if part.ndim == 1 else part for part in parts]
    leading = {part.shape[:-1] for part in columns}
    if len(leading) > 1:
        shapes = ", ".join(
            f"{name}: {list(part.shape[1:])}" for name, part in zip(plan.columns, parts, strict=True)
        )
        message = f'the columns of "{plan.name}" cannot be joined on their last axis ({shapes})'
        raise DataError(message, path=plan.path, check="data-shape")
    return np.concatenate(columns, axis=-1)


def _shaped(values: Array, plan: TensorPlan, shape: Shape | None) -> Array:
    if shape is None or _fits(values.shape[1:], shape):
        return values
    # Grey images come without their one channel, and single features without their axis.
    if _fits((*values.shape[1:], 1), shape):
        return values[..., None]
    found = list(values.shape[1:])
    wanted = f"[{', '.join('null' if axis is None else str(axis) for axis in shape)}]"
    sizes = [axis for axis in shape if axis is not None]
    same = len(sizes) == len(shape) and int(np.prod(found, dtype=int)) == int(np.prod(sizes, dtype=int))
    mend = f"; reshape: {sizes}" if same else "; change the input's shape, or the columns"
    message = f'"{plan.name}" has rows of shape {found}, and the model takes {wanted}{mend}'
    raise DataError(message, path=plan.path, check="data-shape")


def _fits(found: tuple[int, ...], wanted: Shape) -> bool:
    return len(found) == len(wanted) and all(
        axis is None or axis == size for size, axis in zip(found, wanted, strict=True)
    )
