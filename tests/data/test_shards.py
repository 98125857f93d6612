"""A process's share of each batch: all shares together are the batch that one process has, row for row."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from yamlnet.data.batches import Batch, Shard, Split
from yamlnet.data.dataset import AnySplit
from yamlnet.data.streams.stream import Stream
from yamlnet.data.streams.streamed_split import StreamedSplit
from yamlnet.data.table import Table


def held(rows: int) -> Split:
    return Split({"n": np.arange(rows)}, {"twice": 2 * np.arange(rows)}, rows)


def streamed(rows: int) -> StreamedSplit:
    """The same rows in chunks of seven."""
    counts = tuple(min(7, rows - first) for first in range(0, rows, 7))

    def chunk(index: int, columns: Any) -> dict[str, np.ndarray]:
        return {"n": np.arange(7 * index, 7 * index + counts[index])}

    def make(table: Table, within: Any) -> Split:
        return Split(dict(table.columns), {"twice": 2 * table.columns["n"]}, table.rows)

    return StreamedSplit(Stream("test", counts, chunk, counts), frozenset("n"), make)


def assert_shares(split: AnySplit, processes: int, devices: int, size: int, **position: Any) -> None:
    """The batches of every process, side by side, are those of one alone: whole, or each row once."""
    alone = list(split.batches(size, **position))
    of_each = [
        list(split.batches(size, **position, shard=Shard(index, processes, devices)))
        for index in range(processes)
    ]
    for batch, *shares in zip(alone, *of_each, strict=True):
        divided = batch.rows % (processes * devices) == 0
        assert {share.divided for share in shares} == {divided}
        for share in shares:
            assert share.rows == (batch.rows // processes if divided else batch.rows)
        joined = [together(shares)] if divided else [together([share]) for share in shares]
        for found in joined:
            for name, values in together([batch]).items():
                np.testing.assert_array_equal(found[name], values)


def together(shares: list[Batch]) -> dict[str, np.ndarray]:
    tensors = [{**share.inputs, **share.targets} for share in shares]
    return {name: np.concatenate([one[name] for one in tensors]) for name in tensors[0]}


POSITIONS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 3),
        "epoch": st.integers(0, 3),
        "start": st.integers(0, 2),
        "shuffle": st.booleans(),
    }
)


@given(st.integers(1, 60), st.integers(1, 4), st.integers(1, 3), st.integers(1, 13), POSITIONS)
@settings(max_examples=60)
def test_shares_of_rows_that_are_held(
    rows: int, processes: int, devices: int, size: int, position: dict[str, Any]
) -> None:
    assert_shares(held(rows), processes, devices, size, **position)


@given(st.integers(1, 60), st.integers(1, 3), st.integers(1, 13), POSITIONS)
@settings(max_examples=15)
def test_shares_of_rows_that_are_streamed(
    rows: int, processes: int, size: int, position: dict[str, Any]
) -> None:
    last = -(-rows // size) - 1
    begun = position | {"start": min(position["start"], last)}
    assert_shares(streamed(rows), processes, 1, size, **begun)
