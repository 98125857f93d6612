"""Rows given on the command line: a file by its ending, a folder by what is in it, read as the run's own."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest

from yamlnet.data.given_rows import read_rows
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, TensorPlan


def plan(source: str, *columns: str, **arguments: Any) -> DataPlan:
    inputs = {name: TensorPlan(name, (name,), (), ("data", "inputs", name)) for name in columns}
    train = SourcePlan(source, arguments, ("data", "train", source))
    return DataPlan(train, None, None, inputs, {}, 4, True)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["r.csv", "r.CSV", "r.csv.gz", "r.gz", "r.tsv", "r.json", "r.jsonl", "r.npz", "r.db"]
)
def test_files_by_their_ending(name: str) -> None:
    if name.endswith("gz"):
        Path(name).write_bytes(gzip.compress(b"a,b\n1,x\n"))
    elif name.endswith("npz"):
        np.savez(name, a=[1], b=["x"])
    elif name.endswith("db"):
        with sqlite3.connect(name) as database:
            database.execute("CREATE TABLE rows AS SELECT 1 AS a, 'x' AS b")
    else:
        texts = {".tsv": "a\tb\n1\tx\n", ".json": '[{"a": 1, "b": "x"}]', ".jsonl": '{"a": 1, "b": "x"}\n'}
        Path(name).write_text(texts.get(Path(name).suffix, "a,b\n1,x\n"))
    table = read_rows(name, plan("Sql", "a", url="sqlite:///other.db", table="rows"))
    assert {column: values.tolist() for column, values in table.columns.items()} == {"a": [1], "b": ["x"]}


def test_the_run_s_own_arguments_hold() -> None:
    Path("r.csv").write_bytes("1,5;é\n".encode("latin-1"))
    like = plan(
        "Csv", "a", path="x", sep=";", decimal=",", encoding="latin-1", header=False, columns=["a", "b"]
    )
    assert read_rows(Path("r.csv"), like).columns["b"].tolist() == ["é"]
    Path("r.txt").write_text("one\n\ntwo\nthree\n")
    assert read_rows("r.txt", plan("TextFile", "text", path="x", by="paragraph")).rows == 2
    assert read_rows("r.txt", plan("TextFolder", "text", path="x")).columns["text"].tolist() == [
        "one\n\ntwo\nthree"
    ]
    assert read_rows("r.txt").rows == 4


def test_one_image_is_one_row_of_the_column_that_is_read(here: Path) -> None:
    for name in ("photo.png", "word.wav"):
        Path(name).write_bytes(b"")
    assert read_rows("photo.png").columns["image"].tolist() == [here / "photo.png"]
    assert read_rows("photo.png", plan("Csv", "scan", path="x")).columns["scan"].tolist() == [
        here / "photo.png"
    ]
    two = read_rows("photo.png", plan("Csv", "scan", "age", path="x"))
    assert list(two.columns) == ["image"]
    assert read_rows("word.wav", plan("AudioFolder", "audio", path="x")).columns["audio"].tolist() == [
        here / "word.wav"
    ]
    assert read_rows("*.png").rows == 1


def test_folders_by_what_is_in_them(here: Path) -> None:
    for name in (
        "photos/1.png",
        "classes/cat/1.jpg",
        "letters/1.txt",
        "nothing/1.rst",
        "both/1.png",
        "both/1.txt",
    ):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text("text")
    assert read_rows("photos").columns["image"].tolist() == [here / "photos/1.png"]
    assert read_rows("classes").columns["label"].tolist() == ["cat"]
    assert read_rows("letters/").columns["text"].tolist() == ["text"]
    assert read_rows("both", plan("TextFolder", "text", path="x", encoding="ascii")).rows == 1
    with pytest.raises(DataError, match="no images, sounds or texts"):
        read_rows("nothing")


def test_urls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "cache"))
    fsspec.filesystem("memory").pipe({"/given/rows.csv": b"a\n1\n", "/given/photo.png": b"png"})
    assert read_rows("memory://given/rows.csv").columns["a"].tolist() == [1]
    assert read_rows("memory://given/photo.png").columns["image"][0].read_bytes() == b"png"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("rows.xyz", r'"\.xyz" is none of \.csv'),
        ("rows", '"" is none of'),
        ("rwos.csv", 'did you mean "rows.csv"'),
        ("rows.db", "read as the run's own"),
        ("photo.png", "there is no file photo.png"),
    ],
)
def test_mistakes_have_no_place_in_the_blueprint(name: str, told: str) -> None:
    Path("rows.csv").write_text("a\n1\n")
    with pytest.raises(DataError, match=told) as refused:
        read_rows(name, plan("Csv", "a", path="x", sep=","))
    assert refused.value.path == ()
