"""Parts of rows whose order is time: the last rows are for test, those before them for validation.

Where windows are taken, a division at random would leak: a window of training rows would hold the rows of
its neighbour in the test. The rows are taken in the order that they have; of several series each is divided
by itself. Windows of validation and test rows may reach back to the rows before these, which are known when
something is told of them: so every row of these parts is told, and not only those that have a whole window of
their part before them. A text that is one row is divided inside, at the end of a line or a word.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from yamlnet.data.columns.distinct import distinct
from yamlnet.data.parts.split_columns import by_time
from yamlnet.data.parts.splits import PARTS, Shares
from yamlnet.data.rows import Rows
from yamlnet.data.table import Array, Table, objects
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.resolver.plan import SplitPlan

MEASURED = ("validation", "test")
"""The parts whose windows may reach back."""


def parts_in_order(rows: int, shares: Shares, series: Array | None = None) -> Array:
    """Divide rows by their order: the part of each, as `assign` gives it.

    Args:
        rows: how many there are.
        shares: which fractions of them go where.
        series: a number for each row that tells series apart, each of which is divided by itself.
    """
    ordered = np.full(rows, PARTS["train"], dtype=np.int8)
    end = 0
    for size in [rows] if series is None else np.bincount(series).tolist():
        end += size
        tests, validates = round(size * shares.test), round(size * shares.validation)
        ordered[end - tests - validates : end - tests] = PARTS["validation"]
        ordered[end - tests : end] = PARTS["test"]
    if series is None:
        return ordered
    codes = np.empty_like(ordered)
    codes[np.argsort(series, kind="stable")] = ordered
    return codes


def reaches_back(split: SplitPlan) -> bool:
    """Whether windows of a part may hold rows before it; in a run of version 0.3 they do not."""
    return split.kind in ("random", "time", "column") and split.form > 1


def rows_before(codes: Array, part: int, count: int, series: Array | None = None) -> Array:
    """Whether each row is one of the last so many before a part's first, in its own series: (rows,) bool.

    Args:
        codes: the part of each row, in the order of time.
        part: the one whose windows reach back.
        count: how many rows; none if it is negative.
        series: a number for each row that tells series apart.
    """
    found = np.zeros(len(codes), dtype=bool)
    order = np.arange(len(codes)) if series is None else np.argsort(series, kind="stable")
    first = 0
    for size in [len(codes)] if series is None else np.bincount(series).tolist():
        own = order[first : first + size]
        first += size
        of_part = np.flatnonzero(codes[own] == part)
        if len(of_part):
            found[own[max(int(of_part[0]) - max(count, 0), 0) : of_part[0]]] = True
    return found


def series_of(rows: Rows, by: str, path: KeyPath) -> Array:
    """A number for each row, (rows,), that tells its series from others and sorts as the series' names do.

    Raises:
        DataError: there is no such column.
    """
    return distinct(table.column(by, path) for table in rows.chunks([by])).inverse


def require_order(rows: Rows, split: SplitPlan, by: str | None) -> None:
    """Refuse a division that windows cannot stand on.

    Args:
        rows: all of them.
        split: what divides them; `random` is none of its kinds here.
        by: the column that tells series apart, or None.

    Raises:
        DataError: rows are divided within classes, or those of a series are not in the order of time.
    """
    if split.kind == "stratify":
        message = "a split within classes takes rows out of their order, which windows need"
        raise DataError(f"{message}; write split: {{time: …}}", path=split.path, check="split")
    if split.kind != "time":
        return
    times = by_time(rows, split)
    if by is None:
        back = np.flatnonzero(times[1:] < times[:-1]) + 1
    else:
        series = series_of(rows, by, ())
        order = np.argsort(series, kind="stable")
        times, series = times[order], series[order]
        back = order[1:][(times[1:] < times[:-1]) & (series[1:] == series[:-1])]
    if len(back):
        message = (
            f'row {rows.number(int(back[0]))} is earlier by column "{split.column}" than the row before it'
        )
        raise DataError(
            f"{message}, and windows take rows in their order; sort the file", path=split.path, check="split"
        )


def is_one_text(table: Table) -> bool:
    """Whether a table is one row that holds a text: a corpus."""
    return table.rows == 1 and any(isinstance(values[0], str) for values in table.columns.values())


def text_in_order(table: Table, fractions: Mapping[str, float]) -> dict[str, Table]:
    """The parts of one text: training first, then validation and test.

    Args:
        table: one row; every text in it is divided, everything else is the same in all parts.
        fractions: how much of the text is for `validation` and `test`.
    """
    ends = {"train": 1 - sum(fractions.values())}
    for part in ("validation", "test"):
        if part in fractions:
            ends[part] = max(ends.values()) + fractions[part]
    found, start = {}, 0.0
    for part, end in ends.items():
        columns = {name: _piece(values, start, end) for name, values in table.columns.items()}
        found[part] = Table(columns, table.source, table.kept, table.first, table.folder)
        start = end
    return found


def _piece(values: Array, start: float, end: float) -> Array:
    text = values[0]
    if not isinstance(text, str):
        return values
    return objects([text[_cut(text, start) : _cut(text, end)]])


def _cut(text: str, share: float) -> int:
    """A place near a share of a text where a line begins, or else a word."""
    place = round(len(text) * share)
    if place <= 0 or share >= 1 - 1e-9:
        return 0 if place <= 0 else len(text)
    near = text[place : place + 1000]
    for sign in ("\n", " "):
        if sign in near:
            return place + near.index(sign) + 1
    return place
