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
        DataError: naming the first row that is no number.
    """
    require_numbers(values, place)
    return np.asarray(values, dtype=np.float64)


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
    if isinstance(values[row], list):
        lengths = {len(value) for value in values if isinstance(value, list)}
        sizes = f"{min(lengths)} to {max(lengths)} items" if len(lengths) > 1 else "texts"
        message = f'column "{place.column}" holds lists of {sizes} ({found}), and this takes numbers'
        raise DataError(message, path=place.path, check="ragged")
    message = f'column "{place.column}" holds numbers for this, but {found}'
    if not any(_is_number(value) and value is not None for value in values[:SEEN]):
        message = f'column "{place.column}" holds texts ({found}); make them numbers: encode: index'
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


def refuse_missing(values: Array, place: Place) -> None:
    """Refuse NaN and infinity, and objects that are not there.

    Raises:
        DataError: naming the first row that has one, and how many there are.
    """
    if values.dtype.kind == "O":
        bad = np.array([value is None for value in values], dtype=bool)
    elif values.dtype.kind == "f":
        bad = ~np.isfinite(values)
    else:
        return
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
