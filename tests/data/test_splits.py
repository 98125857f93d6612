"""Splits by content and batches by position: what must hold of any rows."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from yamlnet import run_rows
from yamlnet.data.batches import Split, epoch_order, steps_per_epoch
from yamlnet.data.parts.row_numbers import OLDER, row_numbers
from yamlnet.data.parts.splits import PARTS, TEST, TRAIN, VALIDATION, Shares, assign
from yamlnet.data.table import Table
from yamlnet.resolver.plan import DataPlan, ObjectivePlan, SourcePlan, SplitPlan, TensorPlan

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


def mixed(state: int) -> int:
    """The step of SplitMix64, as its paper has it."""
    state = (state + 0x9E3779B97F4A7C15) % 2**64
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB % 2**64
    return state ^ (state >> 31)


def spelt_out(columns: list[bytes | str], seed: int) -> float:
    """The number of one row: its columns in order of their names, numbers as bytes."""
    state = mixed(seed % 2**64)
    for column in columns:
        data = column if isinstance(column, bytes) else column.encode()
        head = [len(data)] if isinstance(column, str) else []
        state ^= 255 if head else len(data)
        if head and len(data) > 64:
            data = hashlib.blake2b(data, digest_size=8).digest()
        data = data.ljust(-(-len(data) // 8) * 8, b"\0")
        for word in (*head, *struct.unpack(f"<{len(data) // 8}Q", data)):
            state = mixed(state ^ word)
    return (state >> 11) / 2**53


def test_the_mixing_step_is_that_of_the_paper() -> None:
    """The first numbers of SplitMix64 from the seed 1234567, as its reference implementation gives them."""
    state, found = 1234567, []
    for _ in range(3):
        found.append(mixed(state))
        state = (state + 0x9E3779B97F4A7C15) % 2**64
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@given(
    st.lists(
        st.tuples(st.floats(width=32, allow_nan=False), st.text(max_size=90), st.integers(-9, 2**40)),
        min_size=1, max_size=20,
    ),
    st.integers(-5, 2**40),
)  # fmt: skip
def test_the_numbers_are_the_same_on_every_machine(rows: list[tuple[float, str, int]], seed: int) -> None:
    floats, words, whole = zip(*rows, strict=True)
    found = Table(
        {
            "d": np.array(floats, dtype="float32"),
            "c": np.array([*words, None], dtype=object)[:-1],
            "b": np.array(whole),
            "a": np.array([[one % 7, one % 5, 3] for one in whole], dtype="int32"),
        },
        "test",
    )
    expected = [
        spelt_out(
            [
                struct.pack("<3i", one % 7, one % 5, 3),
                struct.pack("<q", one),
                word,
                struct.pack("<f", number),
            ],
            seed,
        )
        for number, word, one in rows
    ]
    assert row_numbers(found, seed).tolist() == expected


def test_the_numbers_are_even_and_each_bit_of_a_row_moves_them() -> None:
    rows = np.arange(200_000)
    found = row_numbers(Table({"n": rows}, "test"), 0)
    counts = np.bincount((found * 1000).astype(int), minlength=1000)
    assert scipy.stats.chisquare(counts).pvalue > 1e-3
    for bit in range(64):
        other = row_numbers(
            Table({"n": rows[:5000] ^ np.int64(1 << bit if bit < 63 else -(2**63))}, "test"), 0
        )
        assert abs(np.corrcoef(found[:5000], other)[0, 1]) < 0.08
    assert abs(np.corrcoef(found, row_numbers(Table({"n": rows}, "test"), 1))[0, 1]) < 0.01


def test_a_run_of_version_0_3_is_divided_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Else its training rows would be among those that it is tested on."""
    pyarrow.csv.write_csv(pyarrow.table({"n": np.arange(500)}), tmp_path / "rows.csv")
    n = TensorPlan("n", ("n",), (), ())
    source = SourcePlan("Csv", {"path": "rows.csv"}, ())
    data = DataPlan(source, None, 0.3, {"n": n}, {"y": n}, 8, True)
    model = SimpleNamespace(inputs=())
    plan = SimpleNamespace(data=data, seed=7, models={"model": model}, fed=(), objective=ObjectivePlan())
    monkeypatch.setattr(run_rows, "reload", lambda run: SimpleNamespace(plan=plan))
    for manifest, form in (({}, 1), ({"split_form": 2}, 2)):
        (tmp_path / "resolved.yaml").write_text("yamlnet: 1\n", encoding="utf-8")
        run: Any = SimpleNamespace(
            manifest={"data_root": str(tmp_path), **manifest},
            data_root=tmp_path,
            folder=tmp_path,
            fitted={"n": [{}], "y": [{}]},
        )
        _, found = run_rows.run_data(run, tmp_path)
        expected = np.flatnonzero(row_numbers(Table({"n": np.arange(500)}, "t"), 7, form) < 0.3)
        assert found.test is not None
        np.testing.assert_array_equal(found.test.first().inputs["n"], expected)


def test_the_older_numbers_are_the_same_on_every_machine() -> None:
    """Spelt out: the seed as key, then each column in order of its name, with its length, little-endian."""
    rows = Table({"b": np.array(["é", "b"], dtype=object), "a": np.array([1.5, 2.5], dtype="float32")}, "t")
    expected = []
    for text, number in (("é", 1.5), ("b", 2.5)):
        digest = hashlib.blake2b(key=struct.pack("<q", 7), digest_size=8)
        for part in (struct.pack("<f", number), text.encode()):
            digest.update(struct.pack("<I", len(part)) + part)
        expected.append(struct.unpack("<Q", digest.digest())[0] / 2**64)
    assert row_numbers(rows, 7, OLDER).tolist() == expected


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
