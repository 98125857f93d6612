"""Lists of any length as one array: padded where they are shorter, cut where they are longer."""

from __future__ import annotations

from itertools import chain
from typing import Literal

import numpy as np
from msgspec import Struct

from yamlnet.data.columns.numbers import are_lists, require_numbers, stacked
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import DataError

Side = Literal["left", "right"]


class Ragged(Struct, frozen=True):
    """Rows of any length: all their items one after another, and how many each row has."""

    flat: Array
    lengths: Array


def lengths_of(values: Array, place: Place) -> Array:
    """How many items each row has, int64 of rank 1.

    Raises:
        DataError: a row has no list.
    """
    if values.ndim > 1:
        return np.full(len(values), values.shape[1])
    if values.dtype.kind != "O":
        message = f'column "{place.column}" holds one number a row, and length is that of lists'
        raise DataError(f"{message}; leave it out", path=place.path, check="ragged")
    if not are_lists(values):
        require_numbers(values, place)
    wrong = next(
        (row for row, one in enumerate(values) if not isinstance(one, list | tuple | np.ndarray)), None
    )
    if wrong is not None:
        message = f"{place.row(wrong)} holds no list; an empty one is []"
        raise DataError(message, path=place.path, check="missing-value")
    return np.fromiter(map(len, values), np.int64, len(values))


def padded(values: Array, to: int, pad: float, side: Side, cut: Side, place: Place) -> Array:
    """All rows with `to` items.

    Args:
        values: lists of numbers or of vectors of one length, or an array of (rows, items, …).
        to: how many items each row gets.
        pad: what stands where a row has none.
        side: where that is put.
        cut: where items of longer rows are left out.
        place: where they come from.

    Returns:
        (rows, to, …): whole numbers where all items and `pad` are.

    Raises:
        DataError: a row has no list, or one of something else than numbers.
    """
    rows = Ragged(_flat(values, place), lengths_of(values, place))
    whole = rows.flat.dtype.kind in "biu" and float(pad).is_integer()
    return filled(rows, to, side, cut, np.full((), pad, dtype=np.int64 if whole else np.float64))


def filled(rows: Ragged, to: int, side: Side, cut: Side, pad: Array) -> Array:
    """The same of rows that are in one array already; `pad` is a single value, whose dtype all get."""
    kept = np.minimum(rows.lengths, to)
    flat = rows.flat[places_of(rows, kept, cut)] if (kept < rows.lengths).any() else rows.flat
    made: Array = np.full((len(kept), to, *flat.shape[1:]), pad)
    column = np.arange(to)
    here = column >= (to - kept)[:, None] if side == "left" else column < kept[:, None]
    made[here] = flat
    return made


def places_of(rows: Ragged, kept: Array, cut: Side) -> Array:
    """Which items stay where each row keeps so many of them, those of its end left out or of its begin."""
    starts = np.cumsum(rows.lengths) - rows.lengths + (rows.lengths - kept if cut == "left" else 0)
    return np.asarray(np.arange(kept.sum()) + np.repeat(starts - (np.cumsum(kept) - kept), kept))


def _flat(values: Array, place: Place) -> Array:
    """The items of all rows, one after the other."""
    if values.ndim > 1:
        require_numbers(values, place)
        return values.reshape(-1, *values.shape[2:])
    if all(isinstance(one, np.ndarray) and one.dtype.kind in "biuf" and one.ndim == 1 for one in values):
        return np.concatenate(list(values)) if len(values) else np.zeros(0)
    items = list(chain.from_iterable(values))
    return stacked(items, values, place) if items else np.zeros(0, dtype=np.int64)
