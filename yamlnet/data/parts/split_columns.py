"""The columns that a split goes by: their distinct values as names, or in the order of time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import SplitPlan

ISO = re.compile(r"\d{4}-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?)?\Z")
"""A month, a day or a time of ISO 8601: all of them sort as texts where none has a zone."""

ANY_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}\b")
"""`05/01/2024`: as a text it sorts by its day or its month."""


class Distinct(Struct, frozen=True):
    """The distinct values of a column, in order, and for each row the index of its own, (rows,) int64."""

    values: Sequence[str]
    inverse: Array


def by_text(table: Table, split: SplitPlan) -> Distinct:
    """Values as texts, so that the group 7 is the group "7", in a file that has other groups too.

    Raises:
        DataError: there is no such column, it has no single values, or a row has none.
    """
    values = _values(table, split)
    if values.dtype.kind != "O":
        found, inverse = np.unique(values, return_inverse=True)
        return Distinct([_as_text(value) for value in found.tolist()], inverse.reshape(-1))
    return _sorted([_as_text(value) for value in values])


def _sorted(texts: Sequence[str]) -> Distinct:
    distinct = sorted(set(texts))
    index = {text: position for position, text in enumerate(distinct)}
    return Distinct(distinct, np.array([index[text] for text in texts], dtype=np.int64))


def _as_text(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole and isinstance(value, float) else str(value)


def by_time(table: Table, split: SplitPlan) -> Distinct:
    """Values in the order of time: numbers, ISO dates and times, or texts that sort.

    Raises:
        DataError: as `by_text`; a date that does not sort, or dates beside what is none.
    """
    values = _values(table, split)
    if values.dtype.kind != "O":
        found, inverse = np.unique(values, return_inverse=True)
        return Distinct([str(value) for value in found.tolist()], inverse.reshape(-1))
    texts = [str(value) for value in values]
    kinds = {text: _kind(text) for text in set(texts)}
    _refuse_mixed(texts, kinds, table, split)
    if kinds[texts[0]] == "a number":
        found, inverse = np.unique(np.array(texts, dtype=np.float64), return_inverse=True)
        return Distinct([str(value) for value in found.tolist()], inverse)
    if kinds[texts[0]] == "a time with its zone":
        moments = {text: datetime.fromisoformat(text).timestamp() for text in kinds}
        found, inverse = np.unique([moments[text] for text in texts], return_inverse=True)
        return Distinct([str(value) for value in found.tolist()], inverse)
    return _sorted(texts)


def _kind(text: str) -> str:
    iso = ISO.match(text)
    if iso is not None:
        return "a time with its zone" if iso["zone"] else "a date"
    if ANY_DATE.match(text):
        return "a date of another form"
    try:
        float(text)
    except ValueError:
        return "a text"
    return "a number"


def _refuse_mixed(texts: Sequence[str], kinds: dict[str, str], table: Table, split: SplitPlan) -> None:
    wanted = kinds[texts[0]]
    if wanted == "a date of another form":
        message = (
            f'row {table.number(0)} of column "{split.column}" is "{texts[0]}", which does not sort by time; '
            "write dates as 2024-01-31"
        )
        raise DataError(message, path=split.path, check="split")
    row = next((row for row, text in enumerate(texts) if kinds[text] != wanted), None)
    if row is not None:
        message = (
            f'column "{split.column}" does not sort by time: row {table.number(0)} is {wanted} '
            f'("{texts[0]}"), and row {table.number(row)} is {kinds[texts[row]]} ("{texts[row]}")'
        )
        raise DataError(message, path=split.path, check="split")


def _values(table: Table, split: SplitPlan) -> Array:
    """One value for each row."""
    values = table.column(split.column, split.path)
    if values.ndim != 1 or any(isinstance(value, list) for value in values[:1]):
        message = f'"{split.kind}" takes a column of values, and each row of "{split.column}" holds several'
        raise DataError(message, path=split.path, check="split")
    if values.dtype.kind == "O":
        missing = np.array([value is None or value == "" for value in values], dtype=bool)
    else:
        missing = np.isnat(values) if values.dtype.kind in "mM" else values != values
    if missing.any():
        row = table.number(int(np.flatnonzero(missing)[0]))
        message = f'row {row} of column "{split.column}" holds no value, and "{split.kind}" goes by it'
        raise DataError(message, path=split.path, check="missing-value")
    return values
