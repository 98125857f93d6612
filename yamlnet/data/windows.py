"""Windows over rows: `window`, `horizon` and `shift` give a tensor several rows for each row.

All tensors of the data are taken at the same rows: those that have every row that any tensor asks of them,
before and after, in their own series. What is told of a row, its targets, lies in its own part of the data;
what it is told by may reach back over the rows before that part, which are known by then. Where no series
are told apart and every row has the same distance to the next, windows are a view of the rows and take no
room (`numpy.lib.stride_tricks.sliding_window_view`).

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
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.resolver.plan import TensorPlan


class Reach(Struct, frozen=True):
    """What tensors ask of a row: how many rows before and after it, and at which rows they are taken.

    Attributes:
        before, after: the rows that any tensor asks for.
        told: how many rows before it the first that a target asks for lies, negative where it comes later:
            from there on the rows are of the same part.
        stride: the distance between rows that are taken.
        by: the column that tells series apart.
    """

    before: int
    after: int
    told: int
    stride: int
    by: str | None

    @property
    def past(self) -> int:
        """How many rows before a part the windows of its first row reach back to."""
        return self.before - self.told


class Within(Struct, frozen=True):
    """The rows of a table that windows are taken at, where it has others around them.

    Attributes:
        first, end: where they begin and end in the table.
        passed: how many rows of the table's first series stand before the table.
        past: whether each row of the table stands before the part, (rows,); None where none does.
        passed_past: how many of those that are `passed` do.
    """

    first: int
    end: int
    passed: int
    past: Array | None = None
    passed_past: int = 0


class Anchors(Struct, frozen=True):
    """The rows at which windows are taken.

    Attributes:
        order: every row's index, series by series; None where that is the order that they have.
        at: places in that order, ascending.
        sizes: how many rows each series has.
        past: how many of these stand before the part.
    """

    order: Array | None
    at: Array
    sizes: Array
    past: Array

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


def reach(inputs: Iterable[TensorPlan], targets: Iterable[TensorPlan] = ()) -> Reach | None:
    """What tensors ask of each row together; None where no tensor has a word about rows.

    Without targets it is the inputs that are learnt, and all of their rows are of one part.

    Raises:
        DataError: they disagree about `stride` or `by`.
    """
    told, tensors = list(targets), [*inputs]
    asking = [(tensor, tensor.window) for tensor in (*tensors, *told) if tensor.window is not None]
    if not asking:
        return None
    before = max(0, *(_before(tensor) for tensor, _ in asking))
    return Reach(
        before=before,
        after=max(0, *(window.offset for _, window in asking)),
        told=max(map(_before, told), default=before),
        stride=_agreed("stride", [(tensor, window.stride) for tensor, window in asking]) or 1,
        by=_agreed("by", [(tensor, window.by) for tensor, window in asking]),
    )


def _before(tensor: TensorPlan) -> int:
    """How many rows before a row the first of a tensor's lies; negative where it comes later."""
    window = tensor.window
    return 0 if window is None else (window.length or 1) - 1 - window.offset


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
    path: KeyPath,
    within: Within | None = None,
) -> Anchors:
    """Where windows are taken in a table: nowhere, if no row has as many around it as are asked for.

    Args:
        asked: from `reach`.
        table: the rows of one part, or a piece of them, and others around them.
        lengths: how many items each row's list has, where it is items that are counted.
        path: a tensor's place, for messages.
        within: which rows of the table count; None: all.

    Raises:
        DataError: there is no column that tells series apart.
    """
    if lengths is not None:
        return _of_lists(asked, lengths, within)
    order, sizes = _series(asked, table, path)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    past = np.zeros_like(sizes)
    if within is not None and within.past is not None:
        ordered = within.past if order is None else within.past[order]
        past = np.add.reduceat(ordered, starts, dtype=np.intp)
    if within is not None:
        starts[0] -= within.passed
        past[0] += within.passed_past
    firsts = starts + np.maximum(asked.before, past + asked.told)
    at = [np.arange(first, end - asked.after, asked.stride) for first, end in zip(firsts, ends, strict=True)]
    found = np.concatenate(at)
    if within is not None:
        found = found[(found >= within.first) & (found < within.end)]
    return Anchors(order, found, sizes, past)


def _of_lists(asked: Reach, lengths: Array, within: Within | None) -> Anchors:
    """Where windows are taken in lists, each of which is a series; those before a part are none of it."""
    own = np.ones(len(lengths), dtype=bool)
    if within is not None:
        own[: within.first] = own[within.end :] = False
        own &= True if within.past is None else ~within.past
    ends = np.cumsum(lengths)
    at = [
        np.arange(end - size + asked.before, end - asked.after, asked.stride)
        for size, end in zip(lengths[own], ends[own], strict=True)
    ]
    found = np.concatenate([*at, np.empty(0, dtype=np.intp)])
    return Anchors(None, found, lengths[own], np.zeros(np.count_nonzero(own), dtype=np.intp))


def _series(asked: Reach, table: Table, path: KeyPath) -> tuple[Array | None, Array]:
    """The rows series by series, each in the order of the file, and how long each series is."""
    if asked.by is None:
        return None, np.array([table.rows])
    codes = distinct([table.column(asked.by, path)]).inverse
    return np.argsort(codes, kind="stable"), np.bincount(codes)


def require_reach(
    asked: Reach, source: str, sizes: Array, past: Array, items: bool, tensors: Sequence[TensorPlan]
) -> None:
    """Refuse rows of which no window can be taken.

    Args:
        asked: from `reach`.
        source: where they come from.
        sizes: how many rows each series has in this part and before it.
        past: how many of these stand before it.
        items: whether the items of lists are counted.
        tensors: for messages.

    Raises:
        DataError: no series is long enough.
    """
    needed, of_part = asked.before + 1 + asked.after, asked.told + 1 + asked.after
    if ((sizes >= needed) & (sizes - past >= of_part)).any():
        return
    longest = int(max(sizes - past, default=0))
    before = int(max(past, default=0))
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
    takes = f"takes {needed} {noun} one after another"
    if before:
        takes, has = f"{takes}, {of_part} of them in one part", f"{has}, with {before} before it"
    message = f"{said} {takes}, and {has}"
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
