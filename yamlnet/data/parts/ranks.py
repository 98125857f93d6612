"""Where rows stand among others by a number of theirs, without a sorted copy of all rows where it can be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from yamlnet.data.table import Array

FEW = 64
"""Up to so many classes, each is looked for by itself, which holds a byte a row; more are sorted."""


def from_row(values: Array, place: int, later: bool = True) -> Array:
    """Which rows come from a place on, bool (rows,), where equal values stay together.

    They begin where a value does, as near to the place as can be.

    Args:
        values: (rows,), in any order.
        place: how many rows are wanted before, up to all of them.
        later: of two beginnings that are as near, whether the later is taken.
    """
    if place >= len(values):
        return np.zeros(len(values), dtype=bool)
    value = np.partition(values, place)[place]
    first, end = int(np.count_nonzero(values < value)), int(np.count_nonzero(values <= value))
    after = end - place < place - first or (later and end - place == place - first)
    return np.asarray(values > value if after else values >= value)


def first_places(values: Array) -> Array:
    """Each row's place in the order of the values, from 0, int64 (rows,); equal ones share the first."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    found = np.arange(len(values))
    found[1:][ordered[1:] == ordered[:-1]] = 0
    np.maximum.accumulate(found, out=found)
    places = np.empty_like(found)
    places[order] = found
    return places


def rows_of_each(classes: Array, count: int) -> Iterator[Array]:
    """The rows of each class, one class after the other: which they are, to index with.

    Args:
        classes: whole numbers from 0, (rows,).
        count: how many classes there are.
    """
    if count <= FEW:
        yield from (classes == index for index in range(count))
        return
    order = np.argsort(classes, kind="stable")
    yield from np.split(order, np.cumsum(np.bincount(classes, minlength=count))[:-1])
