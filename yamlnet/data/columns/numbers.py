"""Looking at numbers before they are used: texts among them, missing and infinite ones."""

from __future__ import annotations

import numpy as np

from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import DataError

SEEN = 1_000
"""Rows that are looked at to tell a column of texts from one with a text among its numbers."""


def numbers(values: Array, place: Place) -> Array:
    """The values as float64, NaN where there is none.

    Raises:
        DataError: naming the first row that is no number, or the lengths of lists that differ.
    """
    values = of_one_length(values, place)
    require_numbers(values, place)
    return np.asarray(values, dtype=np.float64)


def read_as_numbers(values: Array, place: Place) -> Array:
    """Texts that all are numbers (`007`, which no source takes for one): whole ones as int64, else float64.

    Raises:
        DataError: as in `numbers`.
    """
    found = numbers(values, place)
    return found.astype(np.int64) if np.equal(np.floor(found), found).all() else found


def of_one_length(values: Array, place: Place) -> Array:
    """Lists of numbers of one length as an array of (rows, length, …); all else as it is.

    Raises:
        DataError: the lists have different lengths, or one has no numbers in it.
    """
    if values.dtype.kind != "O" or not are_lists(values):
        return values
    missing = [row for row, value in enumerate(values) if value is None]
    if missing:
        message = f"{place.row(missing[0])} holds no list, as others do; give it one, or leave the row out"
        raise DataError(message, path=place.path, check="missing-value")
    lengths = {len(value) for value in values}
    if len(lengths) > 1:
        found = f'column "{place.column}" has lists of different lengths ({min(lengths)} to {max(lengths)})'
        raise DataError(f"{found}; give them one: length: {max(lengths)}", path=place.path, check="ragged")
    return stacked(list(values), values, place)


def are_lists(values: Array) -> bool:
    """Whether a column of objects holds lists, by its first value that is there."""
    first = next((value for value in values if value is not None), None)
    return isinstance(first, list | tuple | np.ndarray)


def stacked(items: list[object], values: Array, place: Place) -> Array:
    """Numbers, or vectors of one length, as one array; `values` are the rows that they stand in.

    Raises:
        DataError: naming the first row that holds something else.
    """
    try:
        found = np.array(items)
        if found.dtype.kind in "biuf":
            return found
    except ValueError:  # vectors of different lengths
        pass
    row = next((row for row, value in enumerate(values) if not _is_array(value)), 0)
    message = f"{place.row(row)} holds a list of something else than numbers, or vectors of different lengths"
    mend = "lists of categories take encode: multi-hot"
    raise DataError(f"{message}; {mend}", path=place.path, check="text-in-numbers")


def _is_array(value: object) -> bool:
    try:
        return value is None or np.array(value).dtype.kind in "biuf"
    except ValueError:
        return False


def require_numbers(values: Array, place: Place) -> None:
    """Refuse a column of texts where numbers are needed.

    Raises:
        DataError: naming the first row that is no number.
    """
    if values.dtype.kind in "biuf":
        return
    row = next((index for index, value in enumerate(values) if not _is_number(value)), None)
    if row is None:
        return
    found = f'row {place.table.number(row)} is "{_short(values[row])}"'
    message = f'column "{place.column}" holds numbers for this, but {found}'
    if not any(_is_number(value) and value is not None for value in values[:SEEN]):
        mend = "tokenize: words" if " " in str(values[row]).strip() else "encode: index"
        message = f'column "{place.column}" holds texts ({found}); make them numbers: {mend}'
    raise DataError(message, path=place.path, check="text-in-numbers")


def _is_number(value: object) -> bool:
    """Also of a text that reads as one: a column of numbers with a text among them is read as texts."""
    try:
        float(str(value))
    except ValueError:
        return value is None
    return True


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def is_missing(values: Array) -> Array:
    """Which values are not there: NaN among numbers, None among objects; the shape of `values`."""
    if values.dtype.kind == "O":
        return np.array([value is None for value in values], dtype=bool)
    return np.isnan(values) if values.dtype.kind in "fmM" else np.zeros(values.shape, dtype=bool)


def refuse_missing(values: Array, place: Place) -> None:
    """Refuse NaN and infinity, and objects that are not there.

    Raises:
        DataError: naming the first row that has one, and how many there are.
    """
    _refuse(values, ~np.isfinite(values) if values.dtype.kind == "f" else is_missing(values), place)


def refuse_infinity(values: Array, place: Place) -> None:
    """Refuse infinity among numbers; NaN, a missing one, may be there.

    Raises:
        DataError: naming the first row that has one, and how many there are.
    """
    if values.dtype.kind == "f":
        _refuse(values, np.isinf(values), place)


def _refuse(values: Array, bad: Array, place: Place) -> None:
    if not bad.any():
        return
    rows = np.flatnonzero(bad.reshape(len(values), -1).any(axis=1))
    value = values[rows[0]]
    what, mend = "no value", '; say what stands for it: missing: "…"'
    if values.dtype.kind == "f":
        first = np.asarray(value).reshape(-1)[bad[rows[0]].reshape(-1)][0]
        what = "no number (NaN)" if np.isnan(first) else "infinity"
        mend = "; say what stands for it: missing: mean" if np.isnan(first) else ""
    others = len(rows) - 1
    more = f", and {others} more row{'s' if others > 1 else ''}" if others else ""
    message = f"{place.row(rows[0])} holds {what}{more}{mend}"
    raise DataError(message, path=place.path, check="missing-value")
