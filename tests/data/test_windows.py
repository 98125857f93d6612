"""Windows over rows: against NumPy and a table made by hand; nothing that another part tests is told."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from yamlnet.data.dataset import Dataset, load, pipeline_inputs
from yamlnet.data.parts.in_order import parts_in_order, series_of, text_in_order
from yamlnet.data.parts.splits import TEST, TRAIN, VALIDATION, Shares
from yamlnet.data.table import Array, Table, objects
from yamlnet.data.tensors import make_tensors
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, SplitPlan, TensorPlan, WindowPlan


def tensor(name: str, *columns: str, window: WindowPlan | None = None, **words: Any) -> TensorPlan:
    return TensorPlan(name, columns, tuple(words.items()), ("data", "inputs", name), window)


def window(length: int | None, offset: int = 0, **walk: Any) -> WindowPlan:
    return WindowPlan(length, offset, **walk)


def horizon(steps: int, shift: int = 0, **walk: Any) -> WindowPlan:
    return WindowPlan(steps, steps + shift, **walk)


def made(columns: dict[str, Any], *tensors: TensorPlan, every_row: bool = False) -> dict[str, Array]:
    table = Table({name: np.asarray(values) for name, values in columns.items()}, "rows.csv")
    states = {one.name: [{word: {} for word, _ in one.transforms} for _ in one.columns] for one in tensors}
    return make_tensors({one.name: one for one in tensors}, {}, table, states, {}, every_row)[0]


def test_a_table_by_hand() -> None:
    found = made(
        {"load": [10, 11, 12, 13, 14, 15], "hot": [0, 1, 0, 1, 0, 1]},
        tensor("x", "load", window=window(3)),
        tensor("now", "hot"),
        tensor("y", "load", window=horizon(2)),
        tensor("later", "hot", window=window(None, 1)),
    )
    assert found["x"].tolist() == [[10, 11, 12], [11, 12, 13]]
    assert found["now"].tolist() == [0, 1]
    assert found["y"].tolist() == [[13, 14], [14, 15]]
    assert found["later"].tolist() == [1, 0]


@given(
    rows=st.integers(2, 40), length=st.integers(1, 9), steps=st.integers(1, 6),
    shift=st.integers(0, 4), stride=st.integers(1, 5),
)  # fmt: skip
def test_windows_are_those_of_numpy(rows: int, length: int, steps: int, shift: int, stride: int) -> None:
    values = np.arange(rows * 2, dtype=np.int32).reshape(rows, 2)
    tensors = (
        tensor("x", "v", window=window(length, stride=stride)),
        tensor("y", "v", window=horizon(steps, shift)),
    )
    count = rows - length - steps - shift + 1
    if count <= 0:
        with pytest.raises(DataError, match=f"takes {length + steps + shift} rows"):
            made({"v": values}, *tensors)
        return
    found = made({"v": values}, *tensors)
    views = np.moveaxis(sliding_window_view(values, length, axis=0), -1, 1)
    np.testing.assert_array_equal(found["x"], views[:count:stride])
    ahead = np.moveaxis(sliding_window_view(values, steps, axis=0), -1, 1)[length + shift :]
    np.testing.assert_array_equal(found["y"], ahead[:count:stride])
    alone = made({"v": values}, tensors[0], every_row=True)
    np.testing.assert_array_equal(alone["x"], views)


def test_windows_of_one_series_take_no_room() -> None:
    found = made({"v": np.zeros(10_000, np.float32)}, tensor("x", "v", window=window(1000)))["x"]
    assert found.shape == (9001, 1000)
    assert found.base is not None
    assert not found.flags.c_contiguous


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=40), st.integers(1, 5), st.integers(1, 3))
def test_windows_stay_in_their_series(series: list[str], length: int, steps: int) -> None:
    values = np.arange(len(series))
    columns = {"v": values, "s": np.array(series, dtype=object)}
    tensors = tensor("x", "v", window=window(length, by="s")), tensor("y", "v", window=horizon(steps))
    expected = []
    for one in sorted(set(series)):
        own = values[np.array(series) == one]
        for at in range(length - 1, len(own) - steps):
            expected.append((own[at - length + 1 : at + 1].tolist(), own[at + 1 : at + 1 + steps].tolist()))
    if not expected:
        with pytest.raises(DataError, match="takes"):
            made(columns, *tensors)
        return
    found = made(columns, *tensors)
    assert list(zip(found["x"].tolist(), found["y"].tolist(), strict=True)) == expected


def test_words_that_disagree_are_refused() -> None:
    with pytest.raises(DataError, match=r'"x" has stride: 2, "y" stride: 3'):
        made(
            {"v": np.arange(20)},
            tensor("x", "v", window=window(2, stride=2)),
            tensor("y", "v", window=horizon(2, stride=3)),
        )


def test_a_corpus_is_cut_into_what_comes_next() -> None:
    tokens = objects([list(range(10)), list(range(100, 104))])
    found = made(
        {"text": tokens},
        tensor("x", "text", window=window(4, stride=2)),
        tensor("y", "text", window=window(4, 1)),
    )
    assert found["x"].tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7]]
    assert found["y"].tolist() == [[1, 2, 3, 4], [3, 4, 5, 6], [5, 6, 7, 8]]
    with pytest.raises(DataError, match='windows go over the items of "text", and column "n" has one value'):
        made({"text": tokens, "n": np.arange(2)}, tensor("x", "text", window=window(2)), tensor("y", "n"))


def test_one_text_is_one_series_however_it_is_held() -> None:
    x, y = tensor("x", "t", window=window(3, stride=3)), tensor("y", "t", window=window(3, 1))
    for tokens in (np.arange(8)[None], objects([list(range(8))]), objects([np.arange(8)])):
        found = made({"t": tokens}, x, y)
        assert found["x"].tolist() == [[0, 1, 2], [3, 4, 5]]
        assert found["y"].tolist() == [[1, 2, 3], [4, 5, 6]]


def series(folder: Path, text: str, *tensors: TensorPlan, **more: Any) -> Dataset:
    (folder / "rows.csv").write_text(text, encoding="utf-8")
    given: dict[str, Any] = {"validation": None, "test": None, "batch_size": 4, "shuffle": True}
    source = SourcePlan("Csv", {"path": "rows.csv"}, ("data", "train", "Csv"))
    plan = DataPlan(source, inputs={tensors[0].name: tensors[0]}, targets={tensors[1].name: tensors[1]},
                    **(given | more))  # fmt: skip
    return load(plan, folder, 7, {})


def test_nothing_is_told_of_rows_of_another_part(tmp_path: Path) -> None:
    """The rows are their own numbers, so that each window tells which rows it saw."""
    text = "v\n" + "\n".join(str(one) for one in range(100))
    data = series(
        tmp_path, text, tensor("x", "v", window=window(5)), tensor("y", "v", window=horizon(3)),
        validation=0.2, test=0.3,
    )  # fmt: skip
    told = {}
    for part, first, last in (("train", 5, 50), ("validation", 50, 70), ("test", 70, 100)):
        split = getattr(data, part)
        rows = np.concatenate([split.inputs["x"], split.targets["y"]], axis=1)
        np.testing.assert_array_equal(np.diff(rows, axis=1), 1)
        told[part] = set(split.targets["y"].ravel().tolist())
        assert told[part] == set(range(first, last))  # every row of validation and test is told
    assert not told["train"] & told["validation"] | told["train"] & told["test"]
    assert data.facts["train"]["rows"] == 50 - 5 - 3 + 1


def test_what_is_learnt_of_itself_stays_in_its_part(tmp_path: Path) -> None:
    """Without targets a window is what is told, so none of its rows may be a training row."""
    (tmp_path / "rows.csv").write_text("v\n" + "\n".join(map(str, range(100))), encoding="utf-8")
    source, x = SourcePlan("Csv", {"path": "rows.csv"}, ()), tensor("x", "v", window=window(5))
    data = load(DataPlan(source, 0.2, 0.3, {"x": x}, {}, 4, True), tmp_path, 7, {})
    assert data.validation is not None and data.test is not None
    assert (data.validation.inputs["x"].min(), data.test.inputs["x"].min()) == (50, 70)


def test_a_run_of_version_0_3_keeps_the_windows_that_it_was_measured_by(tmp_path: Path) -> None:
    text = "v\n" + "\n".join(str(one) for one in range(100))
    x, y = tensor("x", "v", window=window(5)), tensor("y", "v", window=horizon(3))
    before = series(tmp_path, text, x, y, validation=0.2, test=0.3, split=SplitPlan(form=1))
    assert before.test is not None
    assert before.test.inputs["x"].min() == 70
    assert before.test.rows == 30 - 5 - 3 + 1


@given(
    names=st.lists(st.sampled_from("ab"), min_size=12, max_size=60), length=st.integers(1, 6),
    steps=st.integers(1, 3), shift=st.integers(0, 2), stride=st.integers(1, 3), single=st.booleans(),
    streamed=st.booleans(),
)  # fmt: skip
def test_a_part_is_told_from_all_that_came_before(
    names: list[str], length: int, steps: int, shift: int, stride: int, single: bool, streamed: bool
) -> None:
    """Against a search by hand: windows whose targets lie in the part, the first as early as they can."""
    by = None if single else "s"
    x = tensor("x", "v", window=window(length, by=by, stride=stride))
    y = tensor("y", "v", window=horizon(steps, shift))
    expected: dict[str, list[tuple[list[int], list[int]]]] = {"train": [], "validation": [], "test": []}
    for name in ["a"] if single else sorted(set(names)):
        own = [row for row, one in enumerate(names) if single or one == name]
        tests, validates = round(len(own) * 0.3), round(len(own) * 0.2)
        cuts = [0, len(own) - tests - validates, len(own) - tests, len(own)]
        for part, first, end in zip(expected, cuts, cuts[1:], strict=False):
            if first == end:
                continue
            back = 0 if part == "train" else first
            at = max(length - 1, first - shift - 1) if back else first + length - 1
            for now in range(at, end - shift - steps, stride):
                ahead = own[now + shift + 1 : now + shift + 1 + steps]
                expected[part].append((own[now - length + 1 : now + 1], ahead))
    text = "v,s\n" + "\n".join(f"{row},{one}" for row, one in enumerate(names))
    with tempfile.TemporaryDirectory() as folder:
        try:
            data = series(Path(folder), text, x, y, validation=0.2, test=0.3, stream=streamed)
        except DataError:
            assert not all(expected.values())
            return
        for part, wanted in expected.items():
            pieces = [getattr(data, part)] if not streamed else list(getattr(data, part).pieces())
            found = [
                pair
                for piece in pieces
                for pair in zip(piece.inputs["x"].tolist(), piece.targets["y"].tolist(), strict=True)
            ]
            assert found == wanted


def test_what_is_fitted_is_fitted_on_the_first_rows_alone(tmp_path: Path) -> None:
    text = "v\n" + "\n".join(str(one) for one in range(100))
    normal = {"normalize": "min-max"}
    data = series(
        tmp_path, text, tensor("x", "v", window=window(5), **normal), tensor("y", "v", window=horizon(1)),
        test=0.5,
    )  # fmt: skip
    (learnt,) = data.fitted["x"]
    assert (learnt["normalize"]["shift"], learnt["normalize"]["spread"]) == (0.0, 49.0)


def test_each_series_is_divided_by_itself() -> None:
    names = np.array([*"aabbaabbaabbaabbaabb"], dtype=object)
    series = series_of(Table({"s": names}, "rows"), "s", ())
    parts = parts_in_order(len(names), Shares(0.2, 0.3), series)
    for name in "ab":
        own = parts[names == name]
        assert own.tolist() == [TRAIN] * 5 + [VALIDATION] * 2 + [TEST] * 3


def test_one_text_is_divided_inside_between_words() -> None:
    text = " ".join(f"word{one}" for one in range(200))
    parts = text_in_order(Table({"t": objects([text])}, "a text"), {"validation": 0.1, "test": 0.2})
    pieces = [parts[part].columns["t"][0] for part in ("train", "validation", "test")]
    assert "".join(pieces) == text
    assert all(piece.split()[0].startswith("word") for piece in pieces)
    assert [round(len(piece) / len(text), 1) for piece in pieces] == [0.7, 0.1, 0.2]


def test_raw_rows_have_a_prediction_for_each_full_window() -> None:
    x = tensor("x", "v", window=window(4, stride=3))
    plan = DataPlan(SourcePlan("Csv", {}, ()), None, None, {"x": x}, {}, 4, True)
    found = pipeline_inputs(Table({"v": np.arange(10)}, "rows"), plan.inputs, {"x": [{}]}, {"x": (4, 1)})
    assert found["x"].shape == (7, 4, 1)
    assert found["x"][-1, :, 0].tolist() == [6, 7, 8, 9]


def test_batches_of_windows_are_those_rows(tmp_path: Path) -> None:
    text = "v\n" + "\n".join(str(one) for one in range(30))
    data = series(tmp_path, text, tensor("x", "v", window=window(4)), tensor("y", "v", window=horizon(1)))
    seen = []
    for batch in data.train.batches(4, seed=1):
        seen += zip(batch.inputs["x"][:, -1].tolist(), batch.targets["y"][:, 0].tolist(), strict=True)
    assert sorted(seen) == [(one, one + 1) for one in range(3, 29)]
