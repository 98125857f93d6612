"""Rows that are read when they are needed: the same data as when they are held, in bounded memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yamlnet.data.batches import Split
from yamlnet.data.dataset import Dataset, load
from yamlnet.data.streams import spool
from yamlnet.data.streams.stream import Stream
from yamlnet.data.streams.streamed_split import StreamedSplit
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, TensorPlan

ROWS = 1_000
WORDS = ("red", "green", "blue", "white")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("rows")
    numbers = np.random.default_rng(0).normal(5, 3, (ROWS, 2))
    table = pyarrow.table(
        {
            "a": numbers[:, 0],
            "b": numbers[:, 1].astype("float32"),
            "word": [WORDS[index % 4] for index in range(ROWS)],
            "y": np.arange(ROWS) % 3,
        }
    )
    pyarrow.parquet.write_table(table, place / "rows.parquet", row_group_size=130)
    pyarrow.csv.write_csv(table, place / "rows.csv")
    return place


def tensor(name: str, *columns: str, **transforms: Any) -> TensorPlan:
    return TensorPlan(name, columns, tuple(transforms.items()), ("data", "inputs", name))


def read(folder: Path, name: str, stream: bool, **more: Any) -> Dataset:
    source = SourcePlan(name, {"path": f"rows.{name.lower()}"}, ("data", "train"))
    inputs = [tensor("x", "a", "b", normalize="standard"), tensor("w", "word", encode="one-hot")]
    given: dict[str, Any] = {"validation": 0.2, "test": 0.1, "batch_size": 32, "shuffle": True}
    plan = DataPlan(
        train=source,
        inputs={one.name: one for one in inputs},
        targets={"y": tensor("y", "y")},
        stream=stream,
        **(given | more),
    )
    return load(plan, folder, 3, {})


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spool, "CHUNK_ROWS", 90)
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path))


def ordered(split: Any) -> Split:
    pieces = list(split.pieces())
    return Split(
        {name: np.concatenate([piece.inputs[name] for piece in pieces]) for name in pieces[0].inputs},
        {name: np.concatenate([piece.targets[name] for piece in pieces]) for name in pieces[0].targets},
        sum(piece.rows for piece in pieces),
    )


@pytest.mark.parametrize("name", ["Parquet", "Csv"])
def test_a_stream_is_the_same_data_as_rows_that_are_held(folder: Path, name: str) -> None:
    held, streamed = read(folder, name, stream=False), read(folder, name, stream=True)
    for part in ("train", "validation", "test"):
        one, other = getattr(held, part), getattr(streamed, part)
        assert isinstance(one, Split) and isinstance(other, StreamedSplit)
        assert one.rows == other.rows
        whole = ordered(other)
        for tensors, others in ((one.inputs, whole.inputs), (one.targets, whole.targets)):
            for key, values in tensors.items():
                np.testing.assert_allclose(others[key], values, rtol=1e-6)
    for word in ("mean", "deviation"):
        np.testing.assert_allclose(held.facts["x"][word], streamed.facts["x"][word])
    assert {**held.facts["w"]} == {**streamed.facts["w"]}
    assert held.facts["y"] == streamed.facts["y"]


@given(st.integers(1, 70), st.integers(0, 2), st.integers(0, 3), st.integers(0, 20), st.booleans())
@settings(max_examples=40)
def test_an_epoch_has_every_row_once_and_continues_where_it_stopped(
    size: int, seed: int, epoch: int, start: int, shuffle: bool
) -> None:
    counts = (13, 40, 1, 77, 8, 30)
    first = [sum(counts[:index]) for index in range(len(counts))]

    def chunk(index: int, columns: Any) -> dict[str, np.ndarray]:
        return {"n": np.arange(first[index], first[index] + counts[index])}

    codes = [(np.arange(rows) >= rows // 5).astype(np.int8) for rows in counts]
    stream = Stream("test", counts, chunk, counts).of_part(codes, 1)

    def make(table: Table, within: Any) -> Split:
        return Split(dict(table.columns), {}, table.rows)

    split = StreamedSplit(stream, frozenset("n"), make)
    whole = list(split.batches(size, seed, epoch, shuffle=shuffle))
    rows = np.concatenate([batch.inputs["n"] for batch in whole])
    expected = np.concatenate([table.columns["n"] for table in stream.chunks()])
    np.testing.assert_array_equal(np.sort(rows), expected)
    assert {batch.rows for batch in whole[:-1]} <= {size}
    assert shuffle or rows.tolist() == expected.tolist()
    start = min(start, len(whole) - 1)
    rest = list(split.batches(size, seed, epoch, start, shuffle))
    assert len(rest) == len(whole) - start
    for one, other in zip(whole[start:], rest, strict=True):
        np.testing.assert_array_equal(one.inputs["n"], other.inputs["n"])


def test_epochs_have_other_orders_and_mix_rows_from_all_over(folder: Path) -> None:
    split = read(folder, "Parquet", stream=True, validation=None, test=None).train
    one, other = (next(split.batches(64, 0, epoch)).inputs["x"] for epoch in (0, 1))
    assert not np.array_equal(one, other)
    firsts = ordered(split).inputs["x"]
    places = [int(np.flatnonzero((firsts == row).all(axis=1))[0]) // 130 for row in one]
    assert len(set(places)) >= 3, "the rows of a batch come from several row groups"


def test_a_row_that_is_wrong_is_named_by_its_number_in_the_file(folder: Path, tmp_path: Path) -> None:
    table = pyarrow.parquet.read_table(folder / "rows.parquet")
    values = table.column("a").to_pylist()
    values[777] = float("nan")
    pyarrow.parquet.write_table(
        table.set_column(0, "a", [values]), tmp_path / "rows.parquet", row_group_size=100
    )
    with pytest.raises(DataError, match='row 778 of column "a" holds no number'):
        read(tmp_path, "Parquet", stream=True, validation=None, test=None)


def test_a_csv_file_is_parsed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(folder, "Csv", stream=True)
    monkeypatch.setitem(spool.CHUNKED, "Csv", None)
    assert read(folder, "Csv", stream=True).train.rows > 0


@pytest.mark.parametrize(("in_use", "copies"), [(3600, 3), (0, 1)])
def test_copies_of_rows_that_nobody_reads_make_room(
    folder: Path, tmp_path: Path, in_use: float, copies: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "KEPT_BYTES", 70_000)
    monkeypatch.setattr(spool, "IN_USE", in_use)
    for name in ("one", "two", "three"):
        (tmp_path / f"{name}.csv").write_bytes((folder / "rows.csv").read_bytes())
        stream = spool.open_stream(SourcePlan("Csv", {"path": f"{name}.csv"}, ()), tmp_path, True)
        assert stream is not None and stream.chunk(0).rows == 90
        (copy,) = [file for file in (tmp_path / "rows").iterdir() if str(file) == stream.key]
        assert 70_000 / 2 < copy.stat().st_size < 70_000
    assert len(list((tmp_path / "rows").iterdir())) == copies


def test_what_cannot_be_streamed_says_so(folder: Path) -> None:
    source = SourcePlan("Sklearn", {"name": "iris"}, ("data", "train"))
    with pytest.raises(DataError, match=r"Sklearn is read at once; what can be streamed are .*Parquet"):
        spool.open_stream(source, folder, True)
    assert spool.open_stream(source, folder, None) is None


def test_a_disk_that_is_full_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool, "batch", full)
    with pytest.raises(DataError, match=r"rows\.csv is larger than memory should hold.*No space left"):
        read(folder, "Csv", stream=True)
    assert not list((tmp_path / "rows").iterdir()), "what was begun is taken away"


@pytest.mark.parametrize(
    "values",
    [
        [[1, 2, 3], [4, 5, 6]],
        [[1], [4, 5, 6]],
        ["a", None],
        [b"x", b""],
        [1.5, None],
        [True, False],
        [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]],
    ],
)
def test_what_is_spooled_comes_back_as_it_was(tmp_path: Path, values: list[Any]) -> None:
    (tmp_path / "rows.parquet").unlink(missing_ok=True)
    pyarrow.parquet.write_table(pyarrow.table({"v": values}), tmp_path / "rows.parquet")
    source = SourcePlan("Parquet", {"path": "rows.parquet"}, ("data", "train"))
    whole = spool.CHUNKED["Parquet"](source.arguments, tmp_path, (), 10)
    (expected,) = whole
    (found,) = spool.spooled(lambda: iter([expected]), "key", "rows", ()).chunks()
    one, other = expected.columns["v"], found.columns["v"]
    assert (one.dtype, one.shape) == (other.dtype, other.shape)
    for ours, theirs in zip(one.tolist(), other.tolist(), strict=True):
        assert repr(ours) == repr(theirs)
