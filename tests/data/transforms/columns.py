"""Fitting and applying one transform on columns made in a test, in one chunk or in several."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from yamlnet.data.place import Place
from yamlnet.data.table import Array, Table, objects
from yamlnet.data.transforms import TRANSFORMS


def column(values: Any) -> Array:
    """A column as a source gives it: texts and lists of any length are objects."""
    if isinstance(values, np.ndarray):
        return values
    plain = all(isinstance(value, int | float) for value in values)
    return np.array(values) if plain else objects(values)


def place(values: Array, word: str, first: int = 0) -> Place:
    return Place("c", ("data", "inputs", "x", word), Table({"c": values}, "rows.csv", first=first))


def chunks(values: Array, word: str, size: int) -> Iterator[tuple[Array, Place]]:
    for first in range(0, max(len(values), 1), size):
        part = values[first : first + size]
        yield part, place(part, word, first)


def fit(word: str, argument: object, values: Any, size: int = 1 << 30) -> Mapping[str, Any]:
    """The state after chunks of `size` rows; it is plain JSON."""
    found = column(values)
    state = dict(TRANSFORMS[word].fit(argument, chunks(found, word, size), ("data", "inputs", "x", word)))
    assert json.loads(json.dumps(state)) == state
    return state


def apply(word: str, argument: object, values: Any, state: Mapping[str, Any]) -> Array:
    found = column(values)
    return TRANSFORMS[word].apply(argument, found, state, place(found, word))


def made(word: str, argument: object, values: Any, size: int = 1 << 30) -> Array:
    """What becomes of the rows that it was fitted on."""
    return apply(word, argument, values, fit(word, argument, values, size))


def facts(word: str, argument: object, values: Any) -> dict[str, Any]:
    return dict(TRANSFORMS[word].facts(argument, fit(word, argument, values)))
