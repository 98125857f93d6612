"""Moments in time from what columns hold of them: ISO 8601 texts, numbers since 1970, or NumPy's datetimes.

Texts go through Apache Arrow at once; where one is written in another way of ISO 8601, Python's
`datetime.fromisoformat` reads them. A moment is the clock as it was written: zones and offsets are left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from yamlnet.data.columns.categories import arrow_texts
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import DataError

PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
FIRST, LAST = -62_135_596_800, 253_402_300_800
"""Seconds since 1970 of the years 1 and 10000."""


def moments(values: Array, unit: str, place: Place) -> Array:
    """Each row's moment as datetime64[us], none of them missing.

    Args:
        values: rank 1, none missing.
        unit: what numbers count since 1970-01-01 00:00 UTC: s, ms, us or ns.
        place: where they come from.

    Raises:
        DataError: naming the first row that is no date.
    """
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]")
    if values.dtype.kind in "iuf":
        return _since_1970(values, unit, place)
    if values.dtype.kind != "O":
        raise _no_date(0, values[0], place)
    return _from_texts(arrow_texts(values, place), place)


def _since_1970(values: Array, unit: str, place: Place) -> Array:
    seconds = values / PER_SECOND[unit]
    bad = (seconds < FIRST) | (seconds >= LAST)
    if bad.any():
        row = int(np.argmax(bad))
        mend = f"; numbers count {unit} since 1970, or what is written: date: {{parts: […], unit: ms}}"
        raise _no_date(row, values[row], place, mend)
    if values.dtype.kind == "f":
        return np.asarray(np.round(seconds * 1e6).astype("datetime64[us]"))
    whole, rest = np.divmod(values.astype(np.int64), PER_SECOND[unit])
    microseconds = whole * 1_000_000 + rest * 1_000_000 // PER_SECOND[unit]
    return np.asarray(microseconds.astype("datetime64[us]"))


def _from_texts(texts: Any, place: Place) -> Array:
    import pyarrow

    try:
        found = texts.cast(pyarrow.timestamp("us"))
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype="datetime64[us]")
    except pyarrow.ArrowInvalid:
        pass
    found = texts.dictionary_encode()
    written = found.dictionary.to_pylist()
    read = [_read(text) for text in written]
    rows = found.indices.to_numpy(zero_copy_only=False)
    wrong = np.array([one is None for one in read])[rows]
    if wrong.any():
        row = int(np.argmax(wrong))
        raise _no_date(row, written[rows[row]], place)
    return np.asarray(np.array(read, dtype="datetime64[us]")[rows])


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def _no_date(row: int, value: object, place: Place, mend: str = "") -> DataError:
    message = f'{place.row(row)} is no date: "{value}"'
    mend = mend or "; dates are written 2026-11-25, moments 2026-11-25 13:45"
    return DataError(f"{message}{mend}", path=place.path, check="date")
