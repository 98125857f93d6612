"""Files and folders that sources find: patterns, packed files, classes, links; NumPy's, Hugging Face's."""

from __future__ import annotations

import bz2
import gzip
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest

from yamlnet.data.files.found import files_at
from yamlnet.data.sources import SOURCES
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import DataError

ROWS = b"a,b\n1,x\n2,y\n"


def read(source: str, folder: Path, **arguments: Any) -> Table:
    return SOURCES[source](arguments, folder, ("data", "train", source))


def write(folder: Path, files: dict[str, bytes | str]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)


@pytest.mark.parametrize(
    ("ending", "pack"),
    [
        ("", bytes),
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".zst", lambda data: pyarrow.compress(data, codec="zstd", asbytes=True)),
    ],
)
def test_packed_files(ending: str, pack: Any, tmp_path: Path) -> None:
    write(tmp_path, {f"rows.csv{ending}": pack(ROWS), f"rows.jsonl{ending}": pack(b'{"a": 1}\n{"a": 2}\n')})
    write(tmp_path, {f"rows.txt{ending}": pack("été\r\nfin\n".encode())})
    assert read("Csv", tmp_path, path=f"rows.csv{ending}").columns["b"].tolist() == ["x", "y"]
    assert read("Json", tmp_path, path=f"rows.jsonl{ending}").columns["a"].tolist() == [1, 2]
    assert read("TextFile", tmp_path, path=f"rows.txt{ending}").columns["text"].tolist() == ["été", "fin"]


def test_an_archive_of_several_members_is_read_to_its_end(tmp_path: Path) -> None:
    write(tmp_path, {"rows.csv.gz": gzip.compress(ROWS) + gzip.compress(b"3,z\n")})
    assert read("Csv", tmp_path, path="rows.csv.gz").columns["a"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1", "cp1252"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    write(tmp_path, {"rows.csv": "größe,art\n1,Rosé\n".encode(encoding), "t.txt": "Rosé\n".encode(encoding)})
    table = read("Csv", tmp_path, path="rows.csv", encoding=encoding)
    assert {name: values.tolist() for name, values in table.columns.items()} == {
        "größe": [1],
        "art": ["Rosé"],
    }
    assert read("TextFile", tmp_path, path="t.txt", encoding=encoding).columns["text"].tolist() == ["Rosé"]


def test_forms_of_csv(tmp_path: Path) -> None:
    write(tmp_path, {"de.csv": "größe;art\n1,5;x\n2;\n", "rows.tsv": "a\tb\n1\tx\n", "bare.csv": ROWS[4:]})
    german = read("Csv", tmp_path, path="de.csv", sep=";", decimal=",")
    assert german.columns["größe"].tolist() == [1.5, 2]
    assert german.columns["art"].tolist() == ["x", None]
    assert read("Csv", tmp_path, path="rows.tsv").columns["a"].tolist() == [1]
    bare = read("Csv", tmp_path, path="bare.csv", header=False, columns=["n", "k"])
    assert {name: values.tolist() for name, values in bare.columns.items()} == {"n": [1, 2], "k": ["x", "y"]}


def test_patterns_give_files_in_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path, {"p/2.csv": "b,a\nz,3\n", "p/1.csv": ROWS, "p/q/3.csv": "a,b\n4,w\n", "p/4.txt": "no"})
    assert read("Csv", tmp_path, path="p/*.csv").columns["a"].tolist() == [1, 2, 3]
    assert read("Csv", tmp_path, path="**/*.csv").columns["a"].tolist() == [1, 2, 3, 4]
    write(tmp_path, {"p/[1].csv": "a,b\n9,v\n"})
    assert read("Csv", tmp_path, path="p/[1].csv").columns["a"].tolist() == [9]  # a file is called so


@pytest.mark.skipif(sys.platform != "linux", reason="where processes are files")
@pytest.mark.parametrize("pattern", ["/pro[c]/self/environ", "/de[v]/../proc/self/status"])
def test_no_pattern_leads_to_a_process(pattern: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="device or a process"):
        read("TextFile", tmp_path, path=pattern)


def test_classes_are_the_first_folders(tmp_path: Path) -> None:
    write(tmp_path, {"ph/dog/1.png": "", "ph/cat/old/2.JPG": "", "ph/cat/.x.png": "", "ph/cat/notes.rst": ""})
    table = read("ImageFolder", tmp_path, path="ph")
    assert table.columns["label"].tolist() == ["cat", "dog"]
    assert table.columns["image"].tolist() == [tmp_path / "ph/cat/old/2.JPG", tmp_path / "ph/dog/1.png"]
    flat = read("ImageFolder", tmp_path, path="ph/dog")
    assert list(flat.columns) == ["image"]
    write(tmp_path, {"w/yes/1.wav": "", "t/good/1.txt": "fine\nreally\n"})
    assert read("AudioFolder", tmp_path, path="w").columns["audio"].tolist() == [tmp_path / "w/yes/1.wav"]
    assert read("TextFolder", tmp_path, path="t").columns["text"].tolist() == ["fine\nreally"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_may_not_lead_out_of_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {"ph/cat/1.png": "", "private/2.png": ""})
    os.symlink(tmp_path / "ph/cat/1.png", tmp_path / "ph/cat/2.png")
    assert read("ImageFolder", tmp_path, path="ph").rows == 2
    for link, target in (("ph/cat/3.png", "private/2.png"), ("ph/dog", "private")):
        os.symlink(tmp_path / target, tmp_path / link)
        with pytest.raises(DataError, match="is a link to elsewhere"):
            read("ImageFolder", tmp_path, path="ph")
        (tmp_path / link).unlink()


def test_a_folder_or_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    if not hasattr(os, "getuid") or os.getuid() == 0:
        pytest.skip("root may read everything")
    write(tmp_path, {"ph/cat/1.png": "", "rows.csv": ROWS})
    (tmp_path / "ph/cat").chmod(0)
    with pytest.raises(DataError, match="the folder cat cannot be read"):
        read("ImageFolder", tmp_path, path="ph")
    (tmp_path / "ph/cat").chmod(0o755)
    (tmp_path / "rows.csv").chmod(0)
    with pytest.raises(DataError, match=r"rows\.csv cannot be read"):
        read("Csv", tmp_path, path="rows.csv")


def test_arrays_of_numpy(tmp_path: Path) -> None:
    np.save(tmp_path / "1.npy", np.arange(6, dtype="float32").reshape(3, 2))
    np.save(tmp_path / "2.npy", np.ones((1, 2), dtype="float32"))
    assert read("Npy", tmp_path, path="1.npy").columns["array"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert read("Npy", tmp_path, path="?.npy").columns["array"].shape == (4, 2)
    np.savez(tmp_path / "1.npz", a=[1], b=["x"])
    np.savez(tmp_path / "2.npz", b=["longer"], a=[2])
    both = read("Npz", tmp_path, path="*.npz")
    assert (both.columns["a"].tolist(), both.columns["b"].tolist()) == ([1, 2], ["x", "longer"])


def test_a_saved_data_set_of_hugging_face(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    features = datasets.Features(
        {
            "text": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["bad", "good"]),
            "image": datasets.Image(decode=False),
            "box": {"width": datasets.Value("float32")},
        }
    )
    rows = {
        "text": ["a", "b", "c"],
        "label": [1, 0, 1],
        "image": [{"bytes": b"png", "path": "gone.png"}] * 3,
        "box": [{"width": 1.0}, {"width": 2.0}, {"width": 3.0}],
    }
    whole = datasets.Dataset.from_dict(rows, features=features)
    chosen = whole.select([2, 0])  # rows by their indices, which the library keeps beside them
    datasets.DatasetDict({"train": whole, "test": chosen}).save_to_disk(tmp_path / "saved")
    table = read("HuggingFace", tmp_path, path="saved", split="test")
    assert {name: values.tolist() for name, values in table.columns.items()} == {
        "text": ["c", "a"], "label": [1, 1], "image": [b"png", b"png"], "box.width": [3, 1],
    }  # fmt: skip
    assert read("HuggingFace", tmp_path, path="saved").rows == 3


def test_the_hub_is_not_asked_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("datasets")
    monkeypatch.setenv("YAMLNET_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(DataError, match="owner/nothing cannot be had from the hub") as refused:
        read("HuggingFace", tmp_path, name="owner/nothing")
    assert (refused.value.check, refused.value.path[-1]) == ("unreachable", "name")


def test_a_file_of_the_folder_one_is_in_is_told_as_the_blueprint_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    (tmp_path / "here" / "rows.csv").write_text("x\n1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(DataError, match=r"which writes .*here.rows.csv for that of this folder"):
        files_at("rows.csv", tmp_path / "there", ())
    with pytest.raises(DataError, match=r"no file is like .*which writes .*here.[*].csv for that"):
        files_at("*.csv", tmp_path / "there", ())
    with pytest.raises(DataError, match=r"relative to the blueprint$"):
        files_at("other.csv", tmp_path / "there", ())
    with pytest.raises(DataError, match=r"relative to the blueprint$"):
        files_at("others.txt", tmp_path / "here", ())
