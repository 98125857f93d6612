"""Windows over rows: `window`, `horizon` and `shift` give a tensor several rows for each row.

All tensors of the data are taken at the same rows: those that have every row that any tensor asks of them,
before and after, in their own series and in their own part of the data. Where no series are told apart and
every row has the same distance to the next, windows are a view of the rows and take no room
(`numpy.lib.stride_tricks.sliding_window_view`).

A column of lists (a text as its tokens) is a series for each row; its items are what is counted then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.lib.stride_tricks import sliding_window_view

from yamlnet.data.columns.distinct import distinct
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import TensorPlan


class Reach(Struct, frozen=True):
    """What tensors ask of a row: how many rows before and after it, and at which rows they are taken.

    `stride` is the distance between rows that are taken, `by` the column that tells series apart.
    """

    before: int
    after: int
    stride: int
    by: str | None


class Within(Struct, frozen=True):
    """The rows of a table that windows are taken at, where it has others around them.

    Attributes:
        first, end: where they begin and end in the table.
        passed: how many rows of the table's first series stand before the table.
    """

    first: int
    end: int
    passed: int


class Anchors(Struct, frozen=True):
    """The rows at which windows are taken.

    Attributes:
        order: every row's index, series by series; None where that is the order that they have.
        at: places in that order, ascending.
        rows: how many rows there are.
    """

    order: Array | None
    at: Array
    rows: int

    def take(self, values: Array, tensor: TensorPlan) -> Array:
        """One tensor at the anchors: (anchors, *row), or (anchors, length, *row) with a window."""
        ordered = values if self.order is None else values[self.order]
        window = tensor.window
        if window is None or window.length is None:
            rows: Array = ordered[self.at + (window.offset if window is not None else 0)]
            return rows
        if window.length > len(ordered):
            return np.empty((0, window.length, *ordered.shape[1:]), dtype=ordered.dtype)
        views = np.moveaxis(sliding_window_view(ordered, window.length, axis=0), -1, 1)
        starts = self.at + (window.offset - window.length + 1)
        steps = np.diff(starts)
        if len(starts) and (steps == (steps[0] if len(steps) else 1)).all():
            return views[starts[0] : starts[-1] + 1 : int(steps[0]) if len(steps) else 1]
        copied: Array = views[starts]
        return copied


def reach(tensors: Iterable[TensorPlan]) -> Reach | None:
    """What tensors ask of each row together; None where no tensor has a word about rows.

    Raises:
        DataError: they disagree about `stride` or `by`.
    """
    asking = [(tensor, tensor.window) for tensor in tensors if tensor.window is not None]
    if not asking:
        return None
    return Reach(
        before=max(0, *(window.length - 1 - window.offset for _, window in asking if window.length), 0),
        after=max(0, *(window.offset for _, window in asking)),
        stride=_agreed("stride", [(tensor, window.stride) for tensor, window in asking]) or 1,
        by=_agreed("by", [(tensor, window.by) for tensor, window in asking]),
    )


def _agreed(word: str, given: Sequence[tuple[TensorPlan, Any]]) -> Any:
    """The one value that is written; tensors where none is go along."""
    written = [(tensor, value) for tensor, value in given if value is not None]
    for tensor, value in written:
        first, wanted = written[0]
        if value != wanted:
            message = f'all tensors are taken at the same rows, and "{first.name}" has {word}: {wanted}, '
            raise DataError(f'{message}"{tensor.name}" {word}: {value}', path=tensor.path, check="window")
    return written[0][1] if written else None


def anchors(
    asked: Reach,
    table: Table,
    lengths: Array | None,
    tensors: Sequence[TensorPlan],
    within: Within | None = None,
) -> Anchors:
    """Where windows are taken in a table.

    Args:
        asked: from `reach`.
        table: the rows of one part.
        lengths: how many items each row's list has, where it is items that are counted.
        tensors: for messages.
        within: where the table is a piece of a longer one, in the order of its series: which rows count.

    Raises:
        DataError: no row has as many before and after it as are asked for; of a piece there may be none.
    """
    order, sizes = _series(asked, table, lengths, tensors)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    if within is not None and lengths is None:
        starts[0] -= within.passed
    at = [
        np.arange(start + asked.before, end - asked.after, asked.stride)
        for start, end in zip(starts, ends, strict=True)
    ]
    if within is not None and lengths is not None:
        at = at[within.first : within.end]
    found = np.concatenate(at) if at else np.empty(0, dtype=np.intp)
    if within is None:
        require_reach(asked, table.source, sizes, lengths is not None, tensors)
    elif lengths is None:
        found = found[(found >= within.first) & (found < within.end)]
    return Anchors(order, found, int(np.sum(sizes)))


def _series(
    asked: Reach, table: Table, lengths: Array | None, tensors: Sequence[TensorPlan]
) -> tuple[Array | None, Array]:
    """The rows series by series, each in the order of the file, and how long each series is."""
    if lengths is not None:
        return None, lengths
    if asked.by is None:
        return None, np.array([table.rows])
    codes = distinct([table.column(asked.by, tensors[0].path)]).inverse
    return np.argsort(codes, kind="stable"), np.bincount(codes)


def require_reach(
    asked: Reach, source: str, sizes: Array, items: bool, tensors: Sequence[TensorPlan]
) -> None:
    """Refuse rows of which no window can be taken.

    Args:
        asked: from `reach`.
        source: where they come from.
        sizes: how many rows each series of this part has.
        items: whether the items of lists are counted.
        tensors: for messages.

    Raises:
        DataError: no series is long enough.
    """
    longest = int(max(sizes, default=0))
    needed = asked.before + 1 + asked.after
    if longest >= needed:
        return
    words = {
        (word, tensor.window.length)
        for tensor in tensors
        if tensor.window is not None and tensor.window.length is not None
        for word in ["horizon" if tensor.window.offset >= tensor.window.length else "window"]
    }
    noun = "items" if items else "rows"
    has = f"this part of {source} has {longest}"
    if len(sizes) > 1:
        has = f"the longest of {len(sizes)} series in this part of {source} has {longest}"
    said = " with ".join(f"{word}: {length}" for word, length in sorted(words, reverse=True)) or "shift"
    message = f"{said} takes {needed} {noun} one after another, and {has}"
    place = next((tensor.path for tensor in tensors if tensor.window is not None), ())
    raise DataError(f"{message}; shorten it, or give more {noun}", path=place, check="window")


def items(values: Array) -> tuple[Array, Array | None]:
    """A column of lists as all their items in one array, and how many each list has; others as they are."""
    if values.ndim == 2 and len(values) == 1:  # one text: its items, for one row has no other rows around it
        return values[0], np.array([values.shape[1]])
    lists = values.dtype.kind == "O" and all(isinstance(value, list | tuple | np.ndarray) for value in values)
    if not lists or not len(values):
        return values, None
    lengths = np.array([len(value) for value in values], dtype=np.intp)
    return np.concatenate([np.asarray(value) for value in values]), lengths


def agreed_lengths(found: Mapping[str, Array | None], tensors: Mapping[str, TensorPlan]) -> Array | None:
    """How many items each row has, in every column alike; None where all columns have a value a row.

    Raises:
        DataError: columns differ.
    """
    first = next(iter(found))
    for column, lengths in found.items():
        other = found[first]
        if (lengths is None) != (other is None):
            lists, single = (column, first) if other is None else (first, column)
            message = f'windows go over the items of "{lists}", and column "{single}" has one value a row'
        elif lengths is not None and other is not None and not np.array_equal(lengths, other):
            message = f'the lists of columns "{first}" and "{column}" have different lengths'
        else:
            continue
        raise DataError(message, path=next(iter(tensors.values())).path, check="window")
    return found[first]
