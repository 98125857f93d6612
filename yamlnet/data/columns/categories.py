"""Categories, counted and looked up a column at a time: by Apache Arrow for texts, by NumPy for numbers.

Texts go through Arrow's dictionary, so a row costs no Python (https://arrow.apache.org/docs/cpp/compute.html).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import DataError

Category = str | int | float | bool


def counted(values: Array, place: Place) -> dict[Category, int]:
    """How often each value occurs: texts, numbers or booleans, of rank 1 and none of them missing.

    Raises:
        DataError: the column holds bytes, files or lists.
    """
    if values.dtype.kind == "O":
        found = arrow_texts(values, place).value_counts()
        return dict(zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True))
    distinct, counts = np.unique(values, return_counts=True)
    return dict(zip(distinct.tolist(), counts.tolist(), strict=True))


def looked_up(values: Array, classes: Sequence[Category], place: Place) -> Array:
    """The position of each value among the classes, int64 of rank 1; -1 where it is none of them.

    Whole numbers are looked up among texts as they are written: a column that was read as texts for one
    of its rows may be read as numbers in a file without that row.
    """
    if any(isinstance(one, str) for one in classes):
        return _among_texts(values, classes, place)
    if values.dtype.kind == "O":
        return np.full(len(values), -1)
    known = np.asarray(classes)
    order = np.argsort(known)
    near = np.minimum(np.searchsorted(known, values, sorter=order), len(known) - 1)
    return np.where(known[order[near]] == values, order[near], -1)


def _among_texts(values: Array, classes: Sequence[Category], place: Place) -> Array:
    import pyarrow
    from pyarrow import compute

    if values.dtype.kind not in "Oiu":
        return np.full(len(values), -1)
    texts = arrow_texts(values, place)
    known = pyarrow.array([str(one) for one in classes], pyarrow.large_string())
    found = compute.index_in(texts, value_set=known)
    return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def arrow_texts(values: Array, place: Place) -> Any:
    """A column of texts as Arrow's, whole numbers as they are written; missing ones are null.

    Raises:
        DataError: the column holds bytes, files, lists or fractions.
    """
    import pyarrow

    if values.dtype.kind in "iu":
        return pyarrow.array(values).cast(pyarrow.large_string())
    try:
        found = pyarrow.array(values, from_pandas=True)
        if pyarrow.types.is_string(found.type) or pyarrow.types.is_null(found.type):
            return found.cast(pyarrow.large_string())
    except (pyarrow.ArrowException, TypeError):
        pass
    row = next((row for row, value in enumerate(values) if not _is_text(value)), 0)
    if isinstance(values[row], int | float | np.number):
        return pyarrow.array([_written(value) for value in values], pyarrow.large_string())
    what = _NAMES.get(type(values[row]).__name__, "objects")
    found = f'column "{place.column}" holds {what} (row {place.table.number(row)})'
    message = f"{found}, and this takes texts or numbers"
    raise DataError(message, path=place.path, check="encode")


def _is_text(value: object) -> bool:
    try:
        return value is None or (isinstance(value, str) and bool(value.encode() or True))
    except UnicodeEncodeError:
        return False


def _written(value: object) -> str | None:
    return None if value is None else str(value)


_NAMES = {
    "bytes": "bytes", "PosixPath": "files", "WindowsPath": "files", "list": "lists", "tuple": "lists",
    "ndarray": "lists", "str": "surrogates",
}  # fmt: skip
