"""Rows some after others are the rows all at once: the same values, types and numbers, in bounded memory."""

from __future__ import annotations

import csv as python_csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from yamlnet.data.sources import CHUNKED, SOURCES, csv_files, json_files, parquet_files, size
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
numbers = st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False, width=32)
cells = (
    st.sampled_from(["", "1", "007", "1.5", "true", "NA", "x", "2020-01-01", "1e3", "a\nb", 'q"q', "-3"])
    | texts
)
columns = st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=12)


def both(source: str, arguments: dict[str, Any], folder: Path, rows: int) -> tuple[Table, list[Table]]:
    path = ("data", "train", source)
    return SOURCES[source](arguments, folder, path), list(CHUNKED[source](arguments, folder, path, rows))


def assert_alike(whole: Table, parts: list[Table], rows: int) -> None:
    assert [part.rows for part in parts[:-1]] == [rows] * (len(parts) - 1)
    assert [part.first for part in parts] == [rows * number for number in range(len(parts))]
    for name, values in whole.columns.items():
        pieces = [part.columns[name] for part in parts]
        assert {piece.dtype for piece in pieces} == {values.dtype}, name
        assert _listed(np.concatenate(pieces)) == _listed(values)


def _listed(values: Array) -> list[Any]:
    return [repr(value) for value in values.tolist()]  # NaN is NaN


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rows=columns, count=st.integers(1, 5), block=st.integers(40, 200))
def test_csv(rows: list[list[str]], count: int, block: int, tmp_path: Path) -> None:
    text = io.StringIO()
    python_csv.writer(text, lineterminator="\n", quoting=python_csv.QUOTE_MINIMAL).writerows(
        [["a", "b", "c"], *rows]
    )
    (tmp_path / "rows.csv").write_text(text.getvalue(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "BLOCK", block)
        csv_files._settled.cache_clear()
        whole, parts = both("Csv", {"path": "rows.csv"}, tmp_path, count)
    assert whole.rows == len(rows)
    assert_alike(whole, parts, count)


records = st.lists(
    st.fixed_dictionaries(
        {"n": numbers | st.none(), "s": texts | st.none()},
        optional={
            "v": st.lists(st.integers(0, 9), min_size=2, max_size=2),
            "r": st.lists(st.integers(0, 9), max_size=3),
            "o": st.fixed_dictionaries({"x": st.booleans()}),
        },
    ),
    min_size=1,
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rows=records, count=st.integers(1, 5), block=st.integers(20, 200), is_list=st.booleans())
def test_json(rows: list[dict[str, Any]], count: int, block: int, is_list: bool, tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    written = json.dumps(rows, indent=1) if is_list else lines
    (tmp_path / "rows.json").write_text(written, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_files, "BLOCK", block)
        json_files._settled.cache_clear()
        whole, parts = both("Json", {"path": "rows.json"}, tmp_path, count)
    assert_alike(whole, parts, count)
    assert whole.columns["s"].tolist() == [row["s"] for row in rows] or all(row["s"] is None for row in rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(rows=records, count=st.integers(1, 5), group=st.integers(1, 4), footer=st.booleans())
def test_parquet(rows: list[dict[str, Any]], count: int, group: int, footer: bool, tmp_path: Path) -> None:
    every = {name: [row.get(name) for row in rows] for name in ("s", "v", "r")}
    table = pyarrow.table({**every, "n": pyarrow.array([row["n"] for row in rows], pyarrow.float64())})
    table = table.append_column(
        "i", pyarrow.array([row.get("o", {}).get("x") for row in rows], pyarrow.bool_())
    )
    whole_numbers = [len(row["s"]) if row["s"] else None for row in rows]
    table = table.append_column("w", pyarrow.array(whole_numbers, pyarrow.int32()))
    parquet.write_table(table, tmp_path / "rows.parquet", row_group_size=group, write_statistics=footer)
    whole, parts = both("Parquet", {"path": "rows.parquet"}, tmp_path, count)
    assert list(whole.columns) == list(parts[0].columns)
    assert_alike(whole, parts, count)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    lines=st.lists(texts, min_size=1),
    count=st.integers(1, 5),
    by=st.sampled_from(["line", "paragraph", "whole"]),
)
def test_text_files(lines: list[str], count: int, by: str, tmp_path: Path) -> None:
    text = "\n".join([*lines, "end"])
    (tmp_path / "corpus.txt").write_bytes(text.replace("\n", "\r\n").encode())
    whole, parts = both("TextFile", {"path": "corpus.txt", "by": by}, tmp_path, count)
    assert_alike(whole, parts, count)
    if by == "line":
        assert whole.columns["text"].tolist() == text.split("\n")
    elif by == "whole":
        assert whole.columns["text"].tolist() == [text]
    else:
        joined = "\n\n".join(whole.columns["text"])
        assert [line for line in joined.split("\n") if line] == [
            line for line in text.split("\n") if line.strip()
        ]


def test_what_the_footer_of_a_parquet_file_says_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pyarrow.table({"a": [1, 2, None, 4], "b": [1, 2, 3, 4], "c": [True, None, False, True]})
    parquet.write_table(table, tmp_path / "rows.parquet", row_group_size=2)
    monkeypatch.setattr(parquet_files, "_parts", None)
    stream = parquet_files.row_groups({"path": "rows.parquet"}, tmp_path, (), 1 << 20)
    assert stream is not None
    kinds = {name: values.dtype.kind for name, values in stream.chunk(0).columns.items()}
    assert kinds == {"a": "f", "b": "i", "c": "f"}


def test_types_are_settled_over_all_rows_and_files(tmp_path: Path) -> None:
    """What only a late row says: a fraction, a gap, a text among numbers, which keeps `007` as it is."""
    early = "".join(f"{n},{n},{n},00{n % 10}\n" for n in range(200_000))
    (tmp_path / "1.csv").write_text(f"a,b,c,id\n{early}", encoding="utf-8")
    (tmp_path / "2.csv").write_text("b,a,c,id\n,0.5,7,x7\n", encoding="utf-8")
    whole, parts = both("Csv", {"path": "*.csv"}, tmp_path, 60_000)
    assert [(name, values.dtype.kind) for name, values in whole.columns.items()] == [
        ("a", "f"), ("b", "f"), ("c", "i"), ("id", "O"),
    ]  # fmt: skip
    assert (whole.columns["a"][-1], whole.columns["id"][7], whole.columns["id"][-1]) == (0.5, "007", "x7")
    assert np.isnan(whole.columns["b"][-1])
    assert_alike(whole, parts, 60_000)


def test_a_text_in_row_200_000_is_told_with_its_row(tmp_path: Path) -> None:
    from yamlnet.data.columns.numbers import require_numbers
    from yamlnet.data.place import Place

    (tmp_path / "rows.csv").write_text("a,b\n" + "1,2\n" * 199_999 + "many,2\n", encoding="utf-8")
    whole, parts = both("Csv", {"path": "rows.csv"}, tmp_path, 50_000)
    for table in (whole, parts[-1]):
        with pytest.raises(DataError, match='row 200000 is "many"'):
            require_numbers(table.columns["a"], Place("a", (), table))


def test_a_row_may_be_longer_than_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "BLOCK", 1 << 10)
    (tmp_path / "rows.csv").write_text(f"a,b\n1,x\n2,{'long ' * 2000}\n3,y\n")
    whole, parts = both("Csv", {"path": "rows.csv"}, tmp_path, 2)
    assert [len(text) for text in whole.columns["b"]] == [1, 10_000, 1]
    assert_alike(whole, parts, 2)


def test_what_is_wrong_late_is_told_while_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n" + "1,2\n" * 400_000 + "1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"line 400002 of rows\.csv has 1 cell, and the header has 2"):
        list(CHUNKED["Csv"]({"path": "rows.csv"}, tmp_path, (), 1000))
    for source, ending in (("Csv", "csv"), ("Json", "json"), ("TextFile", "txt")):
        (tmp_path / f"none.{ending}").write_text("a\n" if source == "Csv" else "")
        with pytest.raises(DataError, match="has no rows"):
            list(CHUNKED[source]({"path": f"none.{ending}"}, tmp_path, (), 10))


def test_a_file_that_changes_is_looked_at_anew(tmp_path: Path) -> None:
    for text, kind in (("a\n1\n", "i"), ("a\n1.5\nx\n", "O")):
        (tmp_path / "rows.csv").write_text(text)
        assert [
            part.columns["a"].dtype.kind for part in both("Csv", {"path": "rows.csv"}, tmp_path, 9)[1]
        ] == [kind]


def test_size_is_what_lies_on_disk(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a\n1\n")
    (tmp_path / "2.csv").write_text("a\n22\n")
    assert size({"path": "*.csv"}, tmp_path, ()) == 9


MEASURE = """
import resource, sys
from pathlib import Path
from yamlnet.data.sources import CHUNKED
begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = sum(table.rows for table in CHUNKED["Csv"]({"path": "rows.csv"}, Path(sys.argv[1]), (), 4096))
print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begin) >> 10)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="others count memory in other units")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    used = {}
    for rows in (1_000_000, 4_000_000):
        line = b"0.123456,0.234567,0.345678,0.456789,0.567890,0.678901\n"
        (tmp_path / "rows.csv").write_bytes(b"a,b,c,d,e,f\n" + line * rows)
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, tmp_path], capture_output=True, text=True, check=True
        )
        read, used[rows] = map(int, done.stdout.split())
        assert read == rows
    # The larger file has 200 MiB, and its numbers take 180.
    assert used[4_000_000] < used[1_000_000] + 60
