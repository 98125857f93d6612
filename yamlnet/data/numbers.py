"""Looking at numbers before they are used: texts among them, missing and infinite ones."""

from __future__ import annotations

import numpy as np

from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import DataError, KeyPath


def require_numbers(values: Array, column: str, path: KeyPath) -> None:
    """Refuse a column of texts where numbers are needed.

    Raises:
        DataError: naming the first row that is no number.
    """
    if values.dtype.kind in "biuf":
        return
    row, text = next((index, value) for index, value in enumerate(values.tolist()) if not _is_number(value))
    message = f'column "{column}" holds numbers for this, but row {row + 1} is "{text}"'
    if not any(_is_number(value) for value in values[:1000].tolist()):
        message = (
            f'column "{column}" holds texts (row {row + 1} is "{text}"); make them numbers: encode: index'
        )
    raise DataError(message, path=path, check="text-in-numbers")


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def refuse_missing(values: Array, column: str, path: KeyPath) -> None:
    """Refuse NaN and infinity.

    Raises:
        DataError: naming the first row that has one, and how many there are.
    """
    if values.dtype.kind != "f":
        return
    bad = ~np.isfinite(values)
    if not bad.any():
        return
    rows = np.flatnonzero(bad.reshape(len(values), -1).any(axis=1))
    value = values[rows[0]].reshape(-1)[bad[rows[0]].reshape(-1)][0]
    what = "no number (NaN)" if np.isnan(value) else "infinity"
    others = len(rows) - 1
    more = f", and {others} more row{'s' if others > 1 else ''}" if others else ""
    mend = "; say what stands for it: missing: mean" if np.isnan(value) else ""
    message = f'row {rows[0] + 1} of column "{column}" holds {what}{more}{mend}'
    raise DataError(message, path=path, check="missing-value")
