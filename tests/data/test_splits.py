"""Splits by content and batches by position: what must hold of any rows."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from yamlnet.data.batches import Split, epoch_order, steps_per_epoch
from yamlnet.data.parts.row_numbers import row_numbers
from yamlnet.data.parts.splits import PARTS, TEST, TRAIN, VALIDATION, Shares, assign
from yamlnet.data.table import Table
from yamlnet.resolver.plan import SplitPlan

values = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 40), st.integers(1, 3)), elements=st.floats(-5, 5, width=32)
)


def table(rows: np.ndarray, names: list[str] | None = None) -> Table:
    return Table({"v": rows, "n": np.array(names or ["x"] * len(rows))}, "test")


@given(values, st.floats(0, 0.5), st.floats(0, 0.4), st.integers(0, 9))
def test_every_row_is_in_one_part(rows: np.ndarray, validation: float, test: float, seed: int) -> None:
    codes = assign(table(rows), SplitPlan(), Shares(validation, test), seed)
    assert codes.shape == (len(rows),)
    assert codes.dtype == np.int8
    assert set(codes.tolist()) <= set(PARTS.values())


@given(values, st.integers(0, 9))
def test_the_order_of_rows_does_not_matter(rows: np.ndarray, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(rows))
    np.testing.assert_array_equal(
        row_numbers(table(rows), seed)[order], row_numbers(table(rows[order]), seed)
    )


@given(values, st.integers(0, 9))
def test_adding_rows_moves_none(rows: np.ndarray, seed: int) -> None:
    more = np.concatenate([rows, rows + 1])
    np.testing.assert_array_equal(row_numbers(table(more), seed)[: len(rows)], row_numbers(table(rows), seed))


def test_equal_rows_share_a_part_and_fractions_are_about_right() -> None:
    rows = np.repeat(np.random.default_rng(0).normal(size=(3000, 2)).astype("float32"), 2, axis=0)
    numbers = row_numbers(table(rows), 1)
    np.testing.assert_array_equal(numbers[::2], numbers[1::2])
    codes = assign(table(rows), SplitPlan(), Shares(0.2, 0.1), 1)
    assert abs((codes == VALIDATION).mean() - 0.2) < 0.03
    assert abs((codes == TEST).mean() - 0.1) < 0.02
    assert abs((codes == TRAIN).mean() - 0.7) < 0.03


def test_columns_are_told_apart() -> None:
    rows = np.zeros((2, 1), dtype="float32")
    first = row_numbers(
        Table({"a": np.array(["xy", "x"], object), "b": np.array(["z", "yz"], object), "v": rows}, "t"), 0
    )
    assert first[0] != first[1]


def test_the_numbers_are_the_same_on_every_machine() -> None:
    """Spelt out: the seed as key, then each column in order of its name, with its length, little-endian."""
    rows = Table({"b": np.array(["é", "b"], dtype=object), "a": np.array([1.5, 2.5], dtype="float32")}, "t")
    expected = []
    for text, number in (("é", 1.5), ("b", 2.5)):
        digest = hashlib.blake2b(key=struct.pack("<q", 7), digest_size=8)
        for part in (struct.pack("<f", number), text.encode()):
            digest.update(struct.pack("<I", len(part)) + part)
        expected.append(struct.unpack("<Q", digest.digest())[0] / 2**64)
    assert row_numbers(rows, 7).tolist() == expected


@given(st.integers(1, 50), st.integers(1, 12), st.integers(0, 5), st.integers(0, 5), st.booleans())
def test_batches_are_one_pass_and_continue_where_they_stopped(
    rows: int, size: int, seed: int, epoch: int, shuffle: bool
) -> None:
    split = Split({"x": np.arange(rows)}, {"y": np.arange(rows) * 2}, rows)
    whole = list(split.batches(size, seed, epoch, shuffle=shuffle))
    assert len(whole) == steps_per_epoch(rows, size)
    seen = np.concatenate([batch.inputs["x"] for batch in whole])
    np.testing.assert_array_equal(np.sort(seen), np.arange(rows))
    np.testing.assert_array_equal(seen, epoch_order(rows, seed, epoch, shuffle))
    np.testing.assert_array_equal(np.concatenate([batch.targets["y"] for batch in whole]), seen * 2)
    for start in range(len(whole) + 1):
        rest = list(split.batches(size, seed, epoch, start, shuffle))
        for one, other in zip(rest, whole[start:], strict=True):
            np.testing.assert_array_equal(one.inputs["x"], other.inputs["x"])


def test_epochs_have_orders_of_their_own() -> None:
    assert epoch_order(50, 1, 0, True).tolist() != epoch_order(50, 1, 1, True).tolist()
    assert epoch_order(50, 1, 0, True).tolist() != epoch_order(50, 2, 0, True).tolist()
