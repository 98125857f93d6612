"""From columns to one tensor: transforms in order, then the dtype and the shape that the model wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from yamlnet.data.columns.numbers import of_one_length, read_as_numbers, refuse_missing, require_numbers
from yamlnet.data.media.columns import decoded, fit_files
from yamlnet.data.media.decoding import kind_of
from yamlnet.data.place import Place
from yamlnet.data.rows import Rows
from yamlnet.data.table import Array, Table, together
from yamlnet.data.transforms import TRANSFORMS
from yamlnet.data.transforms.transform import Chunks
from yamlnet.data.windows import Within, agreed_lengths, anchors, items, reach, require_reach
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
        learnt: dict[str, Any] = fit_files(plan, column, train)
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
    values, transforms = decoded(plan, transforms, column, table, learnt)
    for word, argument in transforms:
        place = Place(column, (*plan.path, word), table)
        values = TRANSFORMS[word].apply(argument, values, learnt[word], place)
    return values


def make_tensor(plan: TensorPlan, table: Table, states: Fitted, shape: Shape | None) -> Array:
    """One tensor of (rows, *shape) from a table's columns, a row of it for each of theirs.

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
    return _shaped(_joined(parts, plan), plan, shape)


def make_tensors(
    inputs: Mapping[str, TensorPlan],
    targets: Mapping[str, TensorPlan],
    table: Table,
    states: Mapping[str, Fitted],
    shapes: Mapping[str, Shape],
    every_row: bool = False,
    within: Within | None = None,
) -> tuple[dict[str, Array], int]:
    """Tensors that belong together, all with the same rows, and how many those are.

    Where a tensor has words about rows (`window`, `horizon`, `shift`), these are the rows that have all the
    rows around them that any tensor asks for; with `every_row` each of them, whatever `stride` is written,
    and only those `within` where the table is a piece of more rows: none need be in it.

    Raises:
        DataError: as in `make_tensor`; or there are no such rows.
    """
    plans = {**inputs, **targets}
    asked = reach(inputs.values(), targets.values())
    if asked is None:
        found = {name: make_tensor(one, table, states[name], shapes.get(name)) for name, one in plans.items()}
        return found, table.rows
    whole, rows = (table, within) if table.past is None else _with_past(table, table.past)
    lengths: dict[str, Array | None] = {}
    joined = {name: _joined(_items(one, whole, states[name], lengths), one) for name, one in plans.items()}
    asked = replace(asked, stride=1) if every_row else asked
    counted, tensors = agreed_lengths(lengths, plans), list(plans.values())
    taken = anchors(asked, whole, counted, tensors[0].path, rows)
    if within is None:
        require_reach(asked, table.source, taken.sizes, taken.past, counted is not None, tensors)
    return {
        name: _shaped(taken.take(joined[name], one), one, shapes.get(name)) for name, one in plans.items()
    }, len(taken.at)


def _with_past(table: Table, past: Table) -> tuple[Table, Within]:
    """A part and the rows before it as one table, and which of them are the part's."""
    whole = together([past, replace(table, past=None)])
    return whole, Within(0, whole.rows, 0, np.arange(whole.rows) < past.rows)


def _items(plan: TensorPlan, table: Table, states: Fitted, lengths: dict[str, Array | None]) -> list[Array]:
    """A tensor's columns, lists in them as all their items; `lengths` learns how many each row has."""
    parts = []
    for column, learnt in zip(plan.columns, states, strict=True):
        values, lengths[column] = items(_transformed(plan.transforms, plan, column, table, learnt))
        parts.append(_numeric(plan, column, table, values))
    return parts


def _column(plan: TensorPlan, column: str, table: Table, learnt: dict[str, Any]) -> Array:
    return _numeric(plan, column, table, _transformed(plan.transforms, plan, column, table, learnt))


def _numeric(plan: TensorPlan, column: str, table: Table, values: Array) -> Array:
    place = Place(column, plan.path, table)
    values = of_one_length(values, place)
    require_numbers(values, place)
    refuse_missing(values, place)
    if values.dtype.kind == "O":
        values = read_as_numbers(values, place)
    return values if any(word == "dtype" for word, _ in plan.transforms) else _model_dtype(values)


def _model_dtype(values: Array) -> Array:
    if values.dtype.kind == "f":
        return np.ascontiguousarray(values, dtype=np.float32)
    if values.dtype.kind == "b":
        return values.astype(np.float32)
    return np.ascontiguousarray(values, dtype=np.int32)


def _joined(parts: Sequence[Array], plan: TensorPlan) -> Array:
    """Several columns as features of the last axis: single values are stacked, vectors joined."""
    if len(parts) == 1:
        return parts[0]
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
    mend = f"; reshape: {sizes}" if same else _shape_mend(plan, values.shape[1:], shape)
    message = f'"{plan.name}" has rows of shape {found}, and the model takes {wanted}{mend}'
    raise DataError(message, path=plan.path, check="data-shape")


def _shape_mend(plan: TensorPlan, found: tuple[int, ...], wanted: Shape) -> str:
    """What makes images, sounds and windows of another shape fit."""
    if plan.window is not None and len(found) == len(wanted) - 1 and wanted[-1] == 1:
        found = (*found, 1)  # one column has no axis of its own
    asked = [axis if axis is not None else size for size, axis in zip(found, wanted, strict=False)]
    words = []
    if len(found) == len(wanted) == 3 and plan.window is None:
        if found[:2] != tuple(asked[:2]):
            words.append(f"resize: [{asked[0]}, {asked[1]}]")
        if found[2] != asked[2] and {found[2], asked[2]} <= {1, 3, 4}:
            words.append(f"channels: {asked[2]}")
    elif plan.window is not None and len(found) == len(wanted) and found[1:] == tuple(asked[1:]):
        words.append(f"window: {asked[0]}")
    elif len(found) == len(wanted) == 1 and kind_of(plan.transforms) == "sound":
        words.append(f"samples: {asked[0]}")
    return f"; write {', '.join(words)}" if words else "; change the input's shape, or the columns"


def _fits(found: tuple[int, ...], wanted: Shape) -> bool:
    return len(found) == len(wanted) and all(
        axis is None or axis == size for size, axis in zip(found, wanted, strict=True)
    )
