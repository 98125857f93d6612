"""`learn_from`: of the rows for training and validation only those whose columns hold certain values.

So an anomaly detector learns what normal rows look like, and test rows, which are left as they are, say
whether it tells others from them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from yamlnet.data.rows import Rows
from yamlnet.data.streams.stream import Stream
from yamlnet.data.table import Array, Table
from yamlnet.data.windows import reach
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.resolver.plan import DataPlan

LEARNT = ("train", "validation")
"""The parts that are learnt from, or watched while learning."""


def only_learnt(plan: DataPlan, parts: Mapping[str, Rows]) -> dict[str, Rows]:
    """The parts, those for training and validation without rows that are not to be learnt from.

    Raises:
        DataError: there is no such column, no row is left, or windows need the rows between.
    """
    if not plan.learn_from:
        return dict(parts)
    path = (*plan.path, "learn_from")
    if reach([*plan.inputs.values(), *plan.targets.values()]) is not None:
        message = "windows take rows one after another, so none can be left out"
        raise DataError(message, path=path, check="window")
    kept = {
        part: _with_values(rows, plan.learn_from, path) if part in LEARNT else rows
        for part, rows in parts.items()
    }
    for part, rows in kept.items():
        if not rows.rows:
            wanted = ", ".join(f"{column}: {value}" for column, value in plan.learn_from.items())
            raise DataError(f"none of the {part} rows has {wanted}", path=path, check="empty-split")
    return kept


def _with_values(rows: Rows, wanted: Mapping[str, object], path: KeyPath) -> Rows:
    if isinstance(rows, Stream):
        left = {index: np.flatnonzero(~_has(table, wanted, path)) for index, table in rows.indexed([*wanted])}
        return rows.without(left)
    (table,) = rows.chunks()
    return table.take(np.flatnonzero(_has(table, wanted, path)))


def _has(table: Table, wanted: Mapping[str, object], path: KeyPath) -> Array:
    """Whether each row has a wanted value in every column, (rows,)."""
    found = np.ones(table.rows, dtype=bool)
    for column, value in wanted.items():
        values = table.column(column, (*path, column))
        if values.ndim != 1:
            message = f'column "{column}" has rows of {list(values.shape[1:])}, and no single value'
            raise DataError(message, path=(*path, column), check="column")
        known = value if isinstance(value, list) else [value]
        found &= np.array([one in known for one in values.tolist()], dtype=bool)
    return found
