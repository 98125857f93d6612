"""From files to tensors, against scikit-learn and NumPy; mistakes at the place that asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from sklearn import datasets
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from yamlnet.data.dataset import Dataset, load, pipeline_inputs
from yamlnet.data.given_rows import read_rows
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, TensorPlan

CSV = "size,colour,price\n1,red,10.5\n2,blue,20\n3,red,30\n4,green,40\n5,blue,\n6,red,60\n"


def tensor(name: str, *columns: str, **transforms: Any) -> TensorPlan:
    return TensorPlan(name, columns, tuple(transforms.items()), ("data", "inputs", name))


def plan(source: SourcePlan, *tensors: TensorPlan, **more: Any) -> DataPlan:
    given: dict[str, Any] = {
        "validation": None,
        "test": None,
        "targets": {},
        "batch_size": 4,
        "shuffle": True,
    }
    return DataPlan(train=source, inputs={one.name: one for one in tensors}, **(given | more))


def csv(**arguments: Any) -> SourcePlan:
    return SourcePlan("Csv", {"path": "rows.csv", **arguments}, ("data", "train", "Csv"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rows.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


def read(folder: Path, *tensors: TensorPlan, **more: Any) -> Dataset:
    return load(plan(more.pop("source", csv()), *tensors, **more), folder, 7, more.pop("shapes", {}))


def test_columns_become_float32_and_int32(folder: Path) -> None:
    data = read(folder, tensor("n", "size"), tensor("both", "size", "price", missing=0))
    assert data.train.inputs["n"].dtype == np.int32
    assert data.train.inputs["n"].tolist() == [1, 2, 3, 4, 5, 6]
    assert data.train.inputs["both"].shape == (6, 2)
    assert data.train.inputs["both"][4].tolist() == [5, 0]


def test_missing_numbers_take_the_mean_of_the_others(folder: Path) -> None:
    data = read(folder, tensor("price", "price", missing="mean"))
    assert data.train.inputs["price"][4] == pytest.approx((10.5 + 20 + 30 + 40 + 60) / 5)


def test_classes_are_those_of_scikit_learn(folder: Path) -> None:
    colours = np.array([line.split(",")[1] for line in CSV.splitlines()[1:]])
    data = read(folder, tensor("i", "colour", encode="index"), tensor("o", "colour", encode="one-hot"))
    expected = OneHotEncoder(sparse_output=False).fit_transform(colours[:, None])
    np.testing.assert_array_equal(data.train.inputs["o"], expected)
    np.testing.assert_array_equal(data.train.inputs["i"], expected.argmax(axis=1))
    assert data.facts["i"]["classes"] == 3
    assert data.facts["i"]["labels"] == ["blue", "green", "red"]


@pytest.mark.parametrize(("word", "scaler"), [("standard", StandardScaler()), ("min-max", MinMaxScaler())])
def test_normalising_is_that_of_scikit_learn_on_training_rows_alone(word: str, scaler: Any) -> None:
    source = SourcePlan("Sklearn", {"name": "wine"}, ("data", "train"))
    data = load(
        plan(source, tensor("x", "features", normalize=word), tensor("raw", "features"), test=0.3),
        Path(),
        0,
        {},
    )
    assert data.test is not None
    scaler.fit(data.train.inputs["raw"].astype("float64"))
    for split in (data.train, data.test):
        np.testing.assert_allclose(
            split.inputs["x"], scaler.transform(split.inputs["raw"].astype("float64")), rtol=1e-4, atol=1e-5
        )


def test_transforms_work_in_the_order_in_which_they_are_written(folder: Path) -> None:
    first = read(folder, tensor("n", "size", scale=10, normalize="min-max")).train.inputs["n"]
    second = read(folder, tensor("n", "size", normalize="min-max", scale=10)).train.inputs["n"]
    assert (first.max(), second.max()) == (1, 10)


def test_images_gain_the_axis_that_the_model_wants() -> None:
    source = SourcePlan("Sklearn", {"name": "digits"}, ("data", "train"))
    data = load(plan(source, tensor("image", "image", scale=1 / 16)), Path(), 0, {"image": (8, 8, 1)})
    np.testing.assert_allclose(data.train.inputs["image"][..., 0], datasets.load_digits().images / 16)


def test_every_format_gives_the_same_rows(folder: Path) -> None:
    numbers = {"a": [1.5, 2.5, 3.5], "b": [1, 2, 3]}
    table = pyarrow.table(numbers)
    pyarrow.parquet.write_table(table, folder / "rows.parquet")
    (folder / "rows.json").write_text("\n".join(json.dumps(row) for row in table.to_pylist()))
    (folder / "rows.tsv").write_text("a\tb\n1.5\t1\n2.5\t2\n3.5\t3\n")
    np.savez(folder / "rows.npz", **{name: np.array(values) for name, values in numbers.items()})
    for name, arguments in {
        "Parquet": {"path": "rows.parquet"},
        "Json": {"path": "rows.json"},
        "Csv": {"path": "rows.tsv", "sep": "\t"},
        "Npz": {"path": "rows.npz"},
    }.items():
        data = read(folder, tensor("a", "a"), tensor("b", "b"), source=SourcePlan(name, arguments, ()))
        assert data.train.inputs["a"].tolist() == numbers["a"], name
        assert data.train.inputs["b"].tolist() == numbers["b"], name


def test_lists_in_a_column_are_rows_of_an_array(folder: Path) -> None:
    (folder / "rows.json").write_text('{"v": [1, 2]}\n{"v": [3, 4]}\n')
    data = read(folder, tensor("v", "v"), source=SourcePlan("Json", {"path": "rows.json"}, ()))
    assert data.train.inputs["v"].tolist() == [[1, 2], [3, 4]]


def test_new_rows_are_transformed_by_what_training_learnt(folder: Path) -> None:
    wanted = plan(csv(), tensor("n", "size", normalize="standard"), tensor("c", "colour", encode="index"))
    fitted = load(wanted, folder, 7, {}).fitted
    assert json.loads(json.dumps(fitted)) == fitted
    (folder / "new.csv").write_text("size,colour\n3.5,red\n", encoding="utf-8")
    rows = pipeline_inputs(read_rows(folder / "new.csv"), wanted.inputs, fitted, {})
    assert rows["n"].tolist() == [0.0]
    assert rows["c"].tolist() == [2]


def test_the_digest_knows_every_value(folder: Path) -> None:
    first = read(folder, tensor("n", "size")).digest
    assert read(folder, tensor("n", "size")).digest == first
    (folder / "rows.csv").write_text(CSV.replace("6,red", "7,red"), encoding="utf-8")
    assert read(folder, tensor("n", "size")).digest != first


MISTAKES = {
    "no such file": (csv(path="rwos.csv"), tensor("n", "size"), 'did you mean "rows.csv"'),
    "no such folder": (csv(path="no/rows.csv"), tensor("n", "size"), "paths are relative to the blueprint"),
    "a folder": (csv(path="."), tensor("n", "size"), "is a folder"),
    "no such column": (csv(), tensor("n", "sise"), 'no column "sise"; did you mean "size"'),
    "texts for numbers": (csv(), tensor("n", "colour"), "make them numbers: encode: index"),
    "missing numbers": (csv(), tensor("n", "price"), "row 5 of column \"price\" holds no number (NaN)"),
    "scaled texts": (csv(), tensor("n", "colour", scale=2), "holds texts"),
    "rows that cannot take a shape": (csv(), tensor("n", "size", reshape=[2]), "cannot take [2]"),
    "not Parquet": (
        SourcePlan("Parquet", {"path": "rows.csv"}, ("data", "train")), tensor("n", "size"), "no Parquet file"
    ),
    "not an archive": (
        SourcePlan("Npz", {"path": "rows.csv"}, ("data", "train")), tensor("n", "size"), "not an archive"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_at_the_place_that_asked(name: str, folder: Path) -> None:
    source, wanted, told = MISTAKES[name]
    with pytest.raises(DataError) as refused:
        read(folder, wanted, source=source)
    assert told in str(refused.value)
    assert refused.value.path[:1] == ("data",)


def test_a_category_that_training_never_saw_is_told(folder: Path) -> None:
    wanted = plan(csv(), tensor("c", "colour", encode="index"))
    fitted = load(wanted, folder, 7, {}).fitted
    (folder / "new.csv").write_text("colour\nred\ngren\n", encoding="utf-8")
    with pytest.raises(DataError, match=r'row 2 .* "gren".*did you mean "green"'):
        pipeline_inputs(read_rows(folder / "new.csv"), wanted.inputs, fitted, {})


def test_a_shape_that_the_model_does_not_take_is_told_with_a_mend(folder: Path) -> None:
    source = SourcePlan("Sklearn", {"name": "digits"}, ("data", "train"))
    with pytest.raises(DataError, match=r"reshape: \[64\]"):
        load(plan(source, tensor("x", "image")), folder, 0, {"x": (64,)})


def test_pickles_are_refused(folder: Path) -> None:
    np.savez(folder / "rows.npz", a=np.array([{"code": 1}], dtype=object))
    with pytest.raises(DataError, match="plain arrays"):
        read(folder, tensor("a", "a"), source=SourcePlan("Npz", {"path": "rows.npz"}, ()))


@pytest.mark.parametrize(("validation", "test"), [(0.5, 0.5), (0.9, 0.2)])
def test_nothing_left_to_train_on_is_refused(folder: Path, validation: float, test: float) -> None:
    with pytest.raises(DataError, match="leaves none"):
        read(folder, tensor("n", "size"), validation=validation, test=test)
