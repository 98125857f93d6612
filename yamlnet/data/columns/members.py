"""The categories of rows that have several: lists of them, or texts with something between them."""

from __future__ import annotations

from itertools import chain

import numpy as np

from yamlnet.data.columns.categories import arrow_texts
from yamlnet.data.columns.numbers import are_lists, refuse_missing
from yamlnet.data.place import Place
from yamlnet.data.table import Array, objects
from yamlnet.diagnostics.diagnostic import DataError


def members(values: Array, separator: str | None, place: Place) -> tuple[Array, Array]:
    """All categories of some rows, and the row of each, both of rank 1.

    Args:
        values: lists of texts or numbers, an array of (rows, several), or texts.
        separator: what stands between the categories of a text; a text without it is one category, and
            an empty text, or the empty cell of a file, has none. None: a text is one category.
        place: where they come from.

    Raises:
        DataError: a list is missing, or holds something else.
    """
    if values.ndim == 2:
        return values.reshape(-1), np.repeat(np.arange(len(values)), values.shape[1])
    if values.ndim > 2:
        message = f'column "{place.column}" holds rows of shape {list(values.shape[1:])}'
        raise DataError(f"{message}; multi-hot takes lists of categories", path=place.path, check="encode")
    if separator is not None and values.dtype.kind == "O":
        values = objects(["" if value is None else value for value in values])
    refuse_missing(values, place)
    if values.dtype.kind != "O":
        return values, np.arange(len(values))
    if are_lists(values):
        return _of_lists(values, place)
    return _of_texts(values, separator, place)


def _of_lists(values: Array, place: Place) -> tuple[Array, Array]:
    lengths = np.fromiter(map(len, values), np.int64, len(values))
    rows = np.repeat(np.arange(len(values)), lengths)
    flat = list(chain.from_iterable(values))
    if all(isinstance(one, int | float | np.number) for one in flat):
        return np.array(flat, dtype=None if flat else np.int64), rows
    for row, one in zip(rows, flat, strict=True):
        if not isinstance(one, str):
            message = f"{place.row(int(row))} has something else than texts in its list: {str(one)[:40]}"
            raise DataError(message, path=place.path, check="encode")
    return objects(flat), rows


def _of_texts(values: Array, separator: str | None, place: Place) -> tuple[Array, Array]:
    from pyarrow import compute

    texts = arrow_texts(values, place)
    if separator is None:
        return values, np.arange(len(values))
    lists = compute.split_pattern(texts, separator)
    rows = compute.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    flat = compute.utf8_trim_whitespace(compute.list_flatten(lists))
    there = compute.not_equal(flat, "").to_numpy(zero_copy_only=False)
    return flat.to_numpy(zero_copy_only=False)[there], rows[there]
