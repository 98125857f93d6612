"""Parts of rows whose order is time: the last rows are for test, those before them for validation.

Where windows are taken, a division at random would leak: a window of training rows would hold the rows of
its neighbour in the test. The rows are taken in the order that they have; of several series each is divided
by itself. A text that is one row is divided inside, at the end of a line or a word.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from yamlnet.data.parts.split_columns import by_time
from yamlnet.data.table import Array, Table, objects
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import SplitPlan


class Parts(Struct, frozen=True):
    """Row indices of each part, ascending."""

    train: Array
    validation: Array
    test: Array


def parts_in_order(table: Table, validation: float, test: float, series: Array | None = None) -> Parts:
    """Divide rows by their order.

    Args:
        table: the rows, first come first.
        validation: fraction of all rows, 0 for none.
        test: likewise.
        series: a column that tells series apart, each of which is divided by itself.
    """
    keys = np.zeros(table.rows) if series is None else np.array([str(value) for value in series])
    _, codes, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    order = np.argsort(codes, kind="stable")
    places = np.arange(table.rows) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    size = np.repeat(sizes, sizes)
    tests = places >= size - np.round(size * test)
    validates = ~tests & (places >= size - np.round(size * test) - np.round(size * validation))
    return Parts(
        train=np.sort(order[~tests & ~validates]),
        validation=np.sort(order[validates]),
        test=np.sort(order[tests]),
    )


def require_order(table: Table, split: SplitPlan, by: str | None) -> None:
    """Refuse a division that windows cannot stand on.

    Args:
        table: all rows.
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
    times = by_time(table, split).inverse
    series = np.zeros(table.rows) if by is None else np.array([str(one) for one in table.column(by, ())])
    order = np.argsort(series, kind="stable")
    back = (np.diff(times[order]) < 0) & (series[order][1:] == series[order][:-1])
    if back.any():
        row = table.number(int(order[1:][back][0]))
        message = f'row {row} is earlier by column "{split.column}" than the row before it'
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
