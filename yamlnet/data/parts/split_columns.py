"""The columns that a split goes by: their distinct values as names, or in the order of time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np

from yamlnet.data.columns.distinct import Distinct, distinct
from yamlnet.data.rows import Rows
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import SplitPlan

ISO = re.compile(r"\d{4}-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?)?\Z")
"""A month, a day or a time of ISO 8601: all of them sort as texts where none has a zone."""

ANY_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}\b")
"""`05/01/2024`: as a text it sorts by its day or its month."""

LONGEST = 26
"""Characters of a time up to microseconds."""


def by_text(rows: Rows, split: SplitPlan) -> Distinct:
    """Values as texts, so that the group 7 is the group "7", in a file that has other groups too.

    Raises:
        DataError: there is no such column, it has no single values, or a row has none.
    """
    return distinct(_values(table, split) for table in rows.chunks([split.column]))


def by_time(rows: Rows, split: SplitPlan) -> Array:
    """A number for each row, (rows,), that is the larger the later the row is, and equal for equal times.

    Columns hold numbers, ISO dates and times, or texts that sort. Eight bytes a row are held; of texts that
    are neither numbers nor dates of one form, the distinct ones and four bytes a row.

    Raises:
        DataError: as `by_text`; a date that does not sort, or dates beside what is none.
    """
    found, first = list[Array](), _First()
    for table in rows.chunks([split.column]):
        values = _values(table, split)
        moments = values if values.dtype.kind != "O" else first.moments(values, table, split)
        if moments is None:
            return distinct(_sorting(rows, first, split)).inverse
        found.append(moments)
    return np.concatenate(found)


class _First:
    """What the first text of a column is, which all others are held against."""

    text: str | None = None
    row = kind = ""

    def begin(self, text: str, table: Table) -> None:
        """Look at the first one."""
        if self.text is None:
            self.text, self.kind, self.row = text, _kind(text), str(table.number(0))

    def require(self, texts: Sequence[str], table: Table, split: SplitPlan) -> None:
        """Refuse what does not sort by time, and what is of another kind than the first.

        Raises:
            DataError: naming the row.
        """
        self.begin(texts[0], table)
        _refuse_mixed(texts, {text: _kind(text) for text in set(texts)}, self, table, split)

    def moments(self, values: Array, table: Table, split: SplitPlan) -> Array | None:
        """The texts as numbers; None where only the texts themselves sort.

        Raises:
            DataError: as `require`.
        """
        texts = [str(value) for value in values]
        self.begin(texts[0], table)
        if self.kind == "a date" and (found := _of_one_form(texts, str(self.text))) is not None:
            return found
        self.require(texts, table, split)
        if self.kind == "a number":
            return np.array(texts, dtype=np.float64)
        if self.kind == "a time with its zone":
            return np.array([datetime.fromisoformat(text).timestamp() for text in texts])
        return None


def _of_one_form(texts: Sequence[str], first: str) -> Array | None:
    """Dates as microseconds since 1970, if all are written as the first: so they sort as the texts do."""
    if len(first) > LONGEST:
        return None
    try:
        found = np.array([first, *texts], dtype="S")
        signs = found.view(np.uint8).reshape(len(found), -1)
        form = np.where((signs >= ord("0")) & (signs <= ord("9")), ord("0"), signs)
        return found[1:].astype("datetime64[us]").view(np.int64) if (form == form[0]).all() else None
    except ValueError:  # other letters than ASCII's; the 99th of a month sorts, too
        return None


def _sorting(rows: Rows, first: _First, split: SplitPlan) -> Iterator[Array]:
    """The column once more, all of it looked at."""
    for table in rows.chunks([split.column]):
        values = _values(table, split)
        first.require([str(value) for value in values], table, split)
        yield values


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


def _refuse_mixed(
    texts: Sequence[str], kinds: dict[str, str], first: _First, table: Table, split: SplitPlan
) -> None:
    if first.kind == "a date of another form":
        message = (
            f'row {first.row} of column "{split.column}" is "{first.text}", which does not sort by time; '
            "write dates as 2024-01-31"
        )
        raise DataError(message, path=split.path, check="split")
    if set(kinds.values()) == {first.kind}:
        return
    row = next(row for row, text in enumerate(texts) if kinds[text] != first.kind)
    message = (
        f'column "{split.column}" does not sort by time: row {first.row} is {first.kind} '
        f'("{first.text}"), and row {table.number(row)} is {kinds[texts[row]]} ("{texts[row]}")'
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
