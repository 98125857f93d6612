"""Codes of digits (`00123`) keep their zeros, whether a file is read whole or some rows at a time."""

from __future__ import annotations

import csv
import gzip
import io
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yamlnet.data.dataset import load
from yamlnet.data.files import leading_zeros
from yamlnet.data.sources import CHUNKED, SOURCES
from yamlnet.resolver.plan import DataPlan, SourcePlan, TensorPlan

CELLS = st.sampled_from(
    ["0", "7", "-7", "10", "007", "00", "-01", "0.5", "-0.5", "01.5", "", "1e05", "x", "x 07"]
)


def columns(folder: Path, rows: int | None = None, **more: Any) -> dict[str, list[Any]]:
    """A file's columns, read whole or some rows at a time."""
    arguments = {"path": "rows.csv", **more}
    if rows is None:
        return {
            name: values.tolist() for name, values in SOURCES["Csv"](arguments, folder, ()).columns.items()
        }
    parts = list(CHUNKED["Csv"](arguments, folder, (), rows))
    return {name: [one for part in parts for one in part.columns[name].tolist()] for name in parts[0].columns}


@settings(max_examples=40)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), st.booleans())
def test_a_column_with_a_code_is_texts_as_they_are_written(rows: list[tuple[str, str]], quoted: bool) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\n")
    writer.writerows([("a", "b"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rows.csv").write_text(text.getvalue(), encoding="utf-8")
        whole = columns(Path(folder))
        for name, cells in zip("ab", zip(*rows, strict=True), strict=True):
            if any(re.match(r"-?0\d", cell) for cell in cells) or "x" in "".join(cells):
                assert whole[name] == [cell or None for cell in cells]
            else:
                np.testing.assert_array_equal(
                    np.array(whole[name], float), [float(one or "nan") for one in cells]
                )
        assert repr(columns(Path(folder), 1)) == repr(whole)
        assert repr(columns(Path(folder), 4)) == repr(whole)


@given(st.lists(CELLS, min_size=1, max_size=8), st.integers(1, 9))
def test_blocks_of_a_file_are_looked_through_as_one(cells: list[str], size: int) -> None:
    text = "\n".join(cells)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(leading_zeros, "BLOCK", size)
        file = Path(folder) / "rows.csv"
        file.write_text(text, encoding="utf-8")
        found = leading_zeros.may_hold_codes(leading_zeros.File(file, "rows.csv"), ",", "utf-8", ())
    assert found == bool(re.search(r"(^|[,\n \t])[-+]?0\d", text))


def test_other_files_and_forms(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a;b\n01;0,5\n2;1\n", encoding="utf-16")
    assert columns(tmp_path, sep=";", decimal=",", encoding="utf-16") == {"a": ["01", "2"], "b": [0.5, 1]}
    (tmp_path / "rows.csv").write_text("08\t1\n", encoding="utf-8")
    assert columns(tmp_path, sep="\t", header=False, columns=["a", "b"]) == {"a": ["08"], "b": [1]}
    (tmp_path / "rows.csv").unlink()
    (tmp_path / "1.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    (tmp_path / "2.csv.gz").write_bytes(gzip.compress(b"a,b\n01,2\n"))
    for rows in (None, 1):
        assert columns(tmp_path, rows, path="*.csv.gz") == {"a": ["1", "01"], "b": [2, 2]}, (
            "in one of several files"
        )


@pytest.mark.parametrize(
    ("words", "expected", "dtype"),
    [
        ((("encode", "index"),), [1, 0, 2], np.int32),
        ((), [7, 0, 10], np.int32),
        ((("scale", 2),), [14, 0, 20], np.float32),
        ((("normalize", "min-max"),), [0.7, 0, 1], np.float32),
    ],
)
def test_codes_are_classes_and_numbers_where_these_are_asked_for(
    words: Any, expected: list[float], dtype: Any, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text("a\n07\n00\n10\n", encoding="utf-8")
    tensor = TensorPlan("x", ("a",), words, ("data", "inputs", "x"))
    source = SourcePlan("Csv", {"path": "rows.csv"}, ("data", "train", "Csv"))
    data = load(DataPlan(source, None, None, {"x": tensor}, {}, 4, True), tmp_path, 0, {})
    assert data.train.inputs["x"].dtype == dtype
    np.testing.assert_allclose(data.train.inputs["x"], expected, rtol=1e-6)
    if words[:1] == (("encode", "index"),):
        assert data.facts["x"]["labels"] == ["00", "07", "10"]


def test_codes_with_fractions_are_numbers_too(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a\n01.5\n2\n", encoding="utf-8")
    tensor = TensorPlan("x", ("a",), (), ("data", "inputs", "x"))
    source = SourcePlan("Csv", {"path": "rows.csv"}, ("data", "train", "Csv"))
    data = load(DataPlan(source, None, None, {"x": tensor}, {}, 4, True), tmp_path, 0, {})
    assert data.train.inputs["x"].tolist() == [1.5, 2]
