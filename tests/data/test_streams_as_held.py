"""What rows that are held can do, streamed rows can: the same parts, facts and tensors of the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest
from PIL import Image

from yamlnet.data.dataset import Dataset, load
from yamlnet.data.media.file_split import FileSplit
from yamlnet.data.streams import other_order, spool
from yamlnet.data.streams.stream import Stream
from yamlnet.data.streams.streamed_split import StreamedSplit
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, SplitPlan, TensorPlan, WindowPlan

ROWS = 600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows whose times are out of order, in classes and groups of many sizes, some of them twice."""
    place, random = tmp_path_factory.mktemp("rows"), np.random.default_rng(0)
    days = np.datetime64("2024-01-01") + random.integers(0, 90, ROWS)
    table = pyarrow.table(
        {
            "n": np.arange(ROWS),
            "a": np.round(random.normal(5, 3, ROWS), 1),
            "when": random.integers(0, 200, ROWS),
            "day": days.astype(str),
            "month": [str(day)[: 7 if index % 2 else 10] for index, day in enumerate(days)],
            "moment": [f"{day}T10:00:00+0{index % 3}:00" for index, day in enumerate(days)],
            "kind": random.choice(["a", "b", "c"], ROWS, p=[0.7, 0.2, 0.1]),
            "number": random.choice([7.0, 8.5], ROWS),
            "house": random.integers(0, 40, ROWS),
            "name": [f"house {one}" for one in random.integers(0, 9, ROWS)],
            "person": [f"person {one}" for one in random.integers(0, 60, ROWS)],
            "step": np.arange(ROWS) // 3,
            "part": random.choice(["train", "validation", "test"], ROWS, p=[0.6, 0.2, 0.2]),
        }
    )
    pyarrow.parquet.write_table(table, place / "rows.parquet", row_group_size=47)
    pyarrow.csv.write_csv(table, place / "rows.csv")
    return place


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spool, "CHUNK_ROWS", 53)
    monkeypatch.setattr(other_order, "HEAPS", 4)
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "cache"))


def tensor(name: str, *columns: str, window: WindowPlan | None = None, **words: Any) -> TensorPlan:
    return TensorPlan(name, columns, tuple(words.items()), ("data", "inputs", name), window)


PLAIN = (tensor("x", "a", normalize="standard"), tensor("k", "kind", encode="index"), tensor("n", "n"))


def read(
    folder: Path, stream: bool, tensors: tuple[TensorPlan, ...] = PLAIN, name: str = "Parquet", **more: Any
) -> Dataset:
    source = SourcePlan(name, {"path": f"rows.{name.lower()}"}, ("data", "train"))
    given: dict[str, Any] = {"validation": 0.2, "test": 0.1} | more
    *inputs, target = tensors
    plan = DataPlan(
        train=source,
        inputs={one.name: one for one in inputs},
        targets={target.name: target},
        batch_size=32,
        shuffle=True,
        stream=stream,
        **given,
    )
    return load(plan, folder, 3, {})


def whole(split: Any) -> dict[str, np.ndarray[Any, Any]]:
    pieces = [{**piece.inputs, **piece.targets} for piece in split.pieces()]
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def assert_alike(held: Dataset, streamed: Dataset) -> None:
    """The same parts, the same rows in the same order, and what is learnt of them."""
    for part in ("train", "validation", "test"):
        one, other = getattr(held, part), getattr(streamed, part)
        assert (one is None) == (other is None)
        if one is None:
            continue
        assert not isinstance(one, StreamedSplit) and isinstance(other, StreamedSplit | FileSplit)
        assert other.rows == one.rows
        expected, found = whole(one), whole(other)
        for name, values in expected.items():
            assert found[name].dtype == values.dtype
            np.testing.assert_allclose(found[name], values, rtol=1e-6)
    assert held.facts.keys() == streamed.facts.keys()
    for name, facts in held.facts.items():
        for fact, value in facts.items():
            expected_value = pytest.approx(value) if isinstance(value, float) else value
            assert streamed.facts[name][fact] == expected_value, (name, fact)


SPLITS = {
    "random": {},
    "column": {"split": SplitPlan("column", "part"), "validation": None, "test": None},
    "group": {"split": SplitPlan("group", "house")},
    "a group of texts": {"split": SplitPlan("group", "person")},
    "time": {"split": SplitPlan("time", "when")},
    "time by days": {"split": SplitPlan("time", "day")},
    "time by months and days": {"split": SplitPlan("time", "month")},
    "time with zones": {"split": SplitPlan("time", "moment")},
    "time without a test": {"split": SplitPlan("time", "day"), "test": None},
    "classes": {"split": SplitPlan("stratify", "kind")},
    "classes that are numbers": {"split": SplitPlan("stratify", "number")},
    "folds": {"validation": None, "folds": 5, "fold": 2},
    "folds without a test": {"validation": None, "test": None, "folds": 3, "fold": 3},
    "folds of a column": {
        "split": SplitPlan("column", "part"), "validation": None, "test": None, "folds": 3, "fold": 1
    },
    "folds of groups": {"split": SplitPlan("group", "person"), "validation": None, "folds": 4, "fold": 1},
    "folds of times": {"split": SplitPlan("time", "day"), "validation": None, "folds": 4, "fold": 2},
    "folds of classes": {"split": SplitPlan("stratify", "kind"), "validation": None, "folds": 3, "fold": 2},
    "folds that are not trained": {"validation": None, "folds": 3},
}  # fmt: skip


@pytest.mark.parametrize("words", SPLITS.values(), ids=SPLITS)
def test_every_split(folder: Path, words: dict[str, Any]) -> None:
    assert_alike(read(folder, stream=False, **words), read(folder, stream=True, **words))


@pytest.mark.parametrize("words", ["time by months and days", "classes", "folds of groups"])
def test_a_csv_file_is_divided_likewise(folder: Path, words: str) -> None:
    held = read(folder, False, name="Csv", **SPLITS[words])
    assert_alike(held, read(folder, True, name="Csv", **SPLITS[words]))


def windows(length: int = 4, steps: int = 2, shift: int = 0, **walk: Any) -> tuple[TensorPlan, ...]:
    return (
        tensor("x", "a", "n", window=WindowPlan(length, 0, **walk)),
        tensor("k", "kind", encode="index", window=WindowPlan(2, 0)),
        tensor("now", "n"),
        tensor("y", "a", window=WindowPlan(steps, steps + shift), normalize="min-max"),
    )


IN_ORDER = {"split": SplitPlan("time", "step")}
WINDOWS = {
    "plain": (windows(), {}),
    "as long as several chunks": (windows(130, 3), {"test": 0.3, "validation": 0.25}),
    "undivided": (windows(), {"validation": None, "test": None}),
    "strides": (windows(5, 3, stride=7), {}),
    "a shift": (windows(3, 1, shift=2), {}),
    "by time": (windows(4), IN_ORDER),
    "folds of time": (windows(3), {**IN_ORDER, "validation": None, "folds": 4, "fold": 2}),
    "a column": (windows(3), {"split": SplitPlan("column", "part"), "validation": None, "test": None}),
    "series": (windows(3, 1, by="name"), {}),
    "series of numbers": (windows(2, 1, by="house"), {"test": 0.3}),
    "series with strides": (windows(3, 2, by="name", stride=3), {}),
    "series by time": (windows(3, 1, by="name"), IN_ORDER),
    "series in their order": (windows(2, 1, by="step"), {"validation": None, "test": None}),
    "series of groups": (windows(2, 1, by="house"), {"split": SplitPlan("group", "house")}),
    "series undivided": (windows(2, 1, by="name"), {"validation": None, "test": None}),
}  # fmt: skip


@pytest.mark.parametrize(("tensors", "words"), WINDOWS.values(), ids=WINDOWS)
def test_every_window(folder: Path, tensors: tuple[TensorPlan, ...], words: dict[str, Any]) -> None:
    held = read(folder, False, tensors, **words)
    streamed = read(folder, True, tensors, **words)
    assert_alike(held, streamed)
    batches = list(streamed.train.batches(10, seed=1))
    rows = [batch.inputs["now"] for batch in batches]
    assert all((batch.inputs["x"][:, -1, 1] == batch.inputs["now"]).all() for batch in batches)
    for one, other in zip(batches[2:], streamed.train.batches(10, seed=1, start=2), strict=True):
        np.testing.assert_array_equal(one.targets["y"], other.targets["y"])
    assert sorted(np.concatenate(rows).tolist()) == sorted(held.train.first().inputs["now"].tolist())


def test_windows_over_the_items_of_lists(tmp_path: Path) -> None:
    """Each row's list is a series of its own, so that no row is read beside its chunk's."""
    lists = [list(range(row, row + 3 + row % 5)) for row in range(120)]
    pyarrow.parquet.write_table(pyarrow.table({"v": lists}), tmp_path / "rows.parquet", row_group_size=17)
    tensors = (tensor("x", "v", window=WindowPlan(3, 0)), tensor("y", "v", window=WindowPlan(1, 1)))
    held, streamed = (read(tmp_path, stream, tensors, test=0.3) for stream in (False, True))
    assert_alike(held, streamed)
    with pytest.raises(DataError, match="takes 9 items one after another, and the longest of"):
        read(tmp_path, True, (tensor("x", "v", window=WindowPlan(9, 0)), tensor("y", "v")))


@pytest.mark.parametrize("by", [None, "name"])
def test_windows_that_are_too_long_are_refused_in_the_same_words(folder: Path, by: str | None) -> None:
    told = []
    for stream in (False, True):
        with pytest.raises(DataError, match="horizon: 2 takes 502 rows") as refused:
            read(folder, stream, windows(500, by=by))
        told.append(str(refused.value))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("words", "by"), [(SPLITS["classes"], None), (SPLITS["time by days"], None), (SPLITS["folds"], None)]
)
def test_what_windows_cannot_stand_on_is_refused_in_the_same_words(
    folder: Path, words: dict[str, Any], by: str | None
) -> None:
    told = []
    for stream in (False, True):
        with pytest.raises(DataError) as refused:
            read(folder, stream, windows(by=by), **words)
        told.append(str(refused.value))
    assert told[0] == told[1]
    assert "windows" in told[0]


@pytest.mark.parametrize("column", ["a", "no"])
def test_what_is_wrong_is_told_with_its_row_also_in_other_orders(
    folder: Path, tmp_path: Path, column: str
) -> None:
    table = pyarrow.parquet.read_table(folder / "rows.parquet")
    values = table.column("a").to_pylist()
    values[431] = float("nan")
    table = table.set_column(table.column_names.index("a"), "a", [values])
    pyarrow.parquet.write_table(table, tmp_path / "rows.parquet", row_group_size=47)
    tensors = (tensor("x", column, window=WindowPlan(2, 0, by="name")), tensor("y", "n"))
    told = []
    for stream in (False, True):
        with pytest.raises(
            DataError, match="row 432 of column" if column == "a" else "it has n, a,"
        ) as refused:
            read(tmp_path, stream, tensors)
        told.append(str(refused.value))
    assert told[0] == told[1]


PICTURES = (
    tensor("x", "file", channels=1, resize={"size": [4, 4], "mode": "stretch"}),
    tensor("n", "n"),
)


@pytest.mark.parametrize("words", [{}, {"split": SplitPlan("time", "n")}, {"validation": None, "test": None}])
def test_broken_files_are_left_out(tmp_path: Path, words: dict[str, Any]) -> None:
    lines = ["n,file"]
    for row in range(130):
        path = tmp_path / f"{row}.png"
        Image.new("L", (5, 5), row).save(path)
        if row % 9 == 4:
            path.write_text("no image")
        lines.append(f"{row},{path.name}")
    (tmp_path / "rows.csv").write_text("\n".join(lines))
    held, streamed = (
        read(tmp_path, stream, PICTURES, "Csv", on_error="skip", **words) for stream in (False, True)
    )
    assert_alike(held, streamed)
    assert held.skipped == streamed.skipped
    assert sum(map(len, streamed.skipped.values())) == 14
    with pytest.raises(DataError, match="windows take rows one after another, so none can be left out"):
        in_windows = (tensor("x", "file", channels=1, window=WindowPlan(2, 0)), PICTURES[1])
        read(tmp_path, True, in_windows, "Csv", on_error="skip", validation=None, test=None)


def test_rows_that_are_all_broken_are_refused(tmp_path: Path) -> None:
    (tmp_path / "no.png").write_text("no image")
    (tmp_path / "rows.csv").write_text("n,file\n" + "1,no.png\n" * 100)
    for stream in (False, True):
        with pytest.raises(DataError, match="every one of 100 rows is broken; of the first: row 1 of"):
            read(tmp_path, stream, PICTURES, "Csv", on_error="skip", validation=None, test=None)


def test_a_text_in_one_row_is_divided_inside(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("one two three " * 200)
    source = SourcePlan("TextFile", {"path": "text.txt", "by": "whole"}, ("data", "train"))
    x = tensor("x", "text", tokenize="characters", window=WindowPlan(8, 0))
    y = tensor("y", "text", tokenize={"like": "x"}, window=WindowPlan(1, 1))
    plan = DataPlan(source, None, 0.25, {"x": x}, {"y": y}, 32, True, stream=True)
    data = load(plan, tmp_path, 3, {})
    assert data.test is not None
    assert data.train.rows + data.test.rows == 2800 - 2 * 8


def test_series_are_put_into_their_order_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(folder, True, windows(2, 1, by="name"))
    monkeypatch.setattr(other_order, "_heaped", None)
    assert read(folder, True, windows(2, 1, by="name")).train.rows


def test_a_part_holds_a_byte_a_row_whatever_divides(folder: Path) -> None:
    train = read(folder, True, **SPLITS["classes"]).train
    assert isinstance(train, StreamedSplit) and isinstance(train.stream, Stream)
    assert sum(codes.nbytes for codes in train.stream.codes or ()) == ROWS
