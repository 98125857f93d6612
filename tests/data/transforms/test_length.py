"""Padding and cutting against Keras's pad_sequences as it is documented, written out row by row."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamlnet.diagnostics.diagnostic import DataError

sys.path.insert(0, str(Path(__file__).parent))
from columns import facts, made

SIDES = st.sampled_from(["left", "right"])


def row(items: list[Any], to: int, pad: Any, side: str, cut: str) -> list[Any]:
    kept = items[:to] if cut == "right" else items[max(len(items) - to, 0) :]
    room = [pad] * (to - len(kept))
    return kept + room if side == "right" else room + kept


@given(
    st.lists(st.lists(st.integers(-99, 99), max_size=6), min_size=1, max_size=12).filter(any),
    st.integers(1, 8), st.integers(-1, 1), SIDES, SIDES, st.booleans(),
)  # fmt: skip
def test_lists_are_padded_and_cut(
    values: list[list[int]], to: int, pad: int, side: str, cut: str, as_arrays: bool
) -> None:
    rows: list[Any] = [np.array(one, dtype=np.int32) for one in values] if as_arrays else values
    found = made("length", {"to": to, "pad": pad, "side": side, "cut": cut}, rows)
    assert found.dtype == np.int64
    assert found.tolist() == [row(one, to, pad, side, cut) for one in values]


def test_vectors_are_padded_and_cut() -> None:
    values = [[[1, 2], [3, 4], [5, 6]], [[7, 8]], []]
    assert made("length", 2, values).tolist() == [[[1, 2], [3, 4]], [[7, 8], [0, 0]], [[0, 0], [0, 0]]]


def test_arrays_are_cut_and_fractions_stay() -> None:
    assert made("length", 2, np.array([[1.5, 2, 3]])).tolist() == [[1.5, 2]]
    assert made("length", {"to": 3, "pad": 0.5}, [[1], [2, 3]]).tolist() == [[1, 0.5, 0.5], [2, 3, 0.5]]


def test_facts_tell_the_lengths() -> None:
    told = facts("length", 2, [[1, 2, 3], [], [1], [1, 2]])
    assert told == {"length": 2, "longest": 3, "shortest": 0, "mean_length": 1.5, "cut": 0.25}


MISTAKES: list[tuple[Any, str]] = [
    ([1, 2], "holds one number a row, and length is that of lists"),
    (["a", "b"], "holds texts"),
    ([[1], None], 'row 2 of column "c" holds no list; an empty one is []'),
    ([[1], ["x"]], 'row 2 of column "c" holds a list of something else than numbers'),
    ([[[1, 2]], [[3]]], "vectors of different lengths"),
]


@pytest.mark.parametrize(("values", "told"), MISTAKES)
def test_a_mistake_is_told(values: Any, told: str) -> None:
    with pytest.raises(DataError) as refused:
        made("length", 3, values)
    assert told in str(refused.value)
