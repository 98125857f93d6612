"""What `yamlnet data` tells: against pandas-like counts made by hand, and each warning once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from msgspec import to_builtins

import yamlnet
from yamlnet.cli.main import main
from yamlnet.data.report.described import Column, describe, tells
from yamlnet.data.report.report import Report, report
from yamlnet.data.streams import spool
from yamlnet.data.summary import Sample
from yamlnet.data.table import Table

HEAD = """yamlnet: 1
name: visits
model:
  inputs: {x: [2], c: [3]}
  layers:
    - Concatenate: {from: [x, c]}
    - Dense: {units: 2, as: kind}
"""
DATA = """data:
  train: {Csv: rows.csv}
  split: {column: part}
  inputs:
    x: {columns: [age, size], missing: mean, normalize: standard}
    c: {column: colour, encode: one-hot}
  targets: {kind: {column: kind, encode: index}}
train:
  loss: {SparseCategoricalCrossentropy: {from_logits: true}}
"""
COLOURS, KINDS = ["red", "blue", "green"], ["well", "ill"]
ROWS = [
    (20 + number, number / 4, COLOURS[number % 3], KINDS[number % 4 // 3], ["train", "test"][number % 5 // 4])
    for number in range(40)
]


def written(folder: Path, rows: list[Any], text: str = HEAD + DATA) -> Path:
    lines = ["age,size,colour,kind,part,code", *(",".join(map(str, (*row, f"no-{row[3]}"))) for row in rows)]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "visits.yaml").write_text(text, encoding="utf-8")
    return folder / "visits.yaml"


def told(path: Path) -> Report:
    loaded = yamlnet.load(path)
    steps: list[tuple[str, float]] = []
    found, error = report(loaded.plan, path.parent, lambda what, done: steps.append((what, done)))
    assert error is None
    assert "column age" in dict(steps)
    assert [done for _, done in steps] == sorted(done for _, done in steps)
    return found


def kinds(path: Path) -> list[tuple[str, str]]:
    return [(warning.kind, warning.message) for warning in told(path).warnings]


def test_it_knows_parts_columns_tensors_and_facts(tmp_path: Path) -> None:
    rows = [*ROWS]
    rows[7] = ("", *rows[7][1:])
    found = told(written(tmp_path, rows))
    assert found.rows == {"train": 32, "test": 8}
    age, _, colour = found.columns[:3]
    ages = [row[0] for row in rows if row[0] != ""]
    assert (age.missing, age.first_missing, age.distinct) == (1, 8, 39)
    assert (age.least, age.most) == (min(ages), max(ages))
    assert age.mean == pytest.approx(np.mean(ages))
    assert (colour.dtype, colour.distinct) == ("text", 3)
    assert colour.values == {
        name: {part: sum(row[2] == name and row[4] == part for row in rows) for part in ("train", "test")}
        for name in COLOURS
    }
    x, c, kind = found.tensors
    assert (x.role, x.dtype, x.shape, c.shape) == ("input", "float32", [2], [3])
    assert x.mean == pytest.approx(0, abs=1e-6)
    assert x.examples[0].raw == ["20", "0"]
    assert c.examples[0].tensor == "[0, 0, 1]"
    assert kind.classes == {"ill": {"train": 8, "test": 2}, "well": {"train": 24, "test": 6}}
    assert found.facts["data.kind.classes"] == 2
    assert found.facts["data.c.labels"] == sorted(COLOURS)
    assert found.facts["data.train.rows"] == 32
    assert found.warnings == []


def test_duplicates_across_the_split_are_counted_and_named(tmp_path: Path) -> None:
    rows = [*ROWS, (*ROWS[0][:4], "test"), (*ROWS[2][:4], "test")]
    assert kinds(written(tmp_path, rows)) == [
        ("duplicates", "2 of 10 test rows have the inputs of a training row (row 41 as 1, 42 as 3)")
    ]


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (lambda row, at: (30, *row[1:]), "constant", '"age"'),
        (lambda row, at: (*row[:3], "odd" if at == 0 else row[3], row[4]), "class-of-one", 'alone of "odd"'),
        (
            lambda row, at: (*row[:3], "odd" if at == 0 else row[3], row[4]),
            "class-missing",
            'no test row of "odd"',
        ),
        (
            lambda row, at: (*row[:3], "ill" if at < 1 else "well", row[4]),
            "unbalanced",
            '39 rows of "well" and 1',
        ),
    ],
)
def test_what_looks_wrong(tmp_path: Path, change: Any, kind: str, message: str) -> None:
    found = kinds(written(tmp_path, [change(row, at) for at, row in enumerate(ROWS)]))
    assert [text for name, text in found if name == kind and message in text], found


@pytest.mark.parametrize(
    ("old", "new", "kind", "message"),
    [
        (", normalize: standard", "", "scale", 'feature 0 of the input "x" goes from 20 to 58'),
        (", normalize: standard", ", scale: 0.00001", "scale", "hardly differ"),
        ("column: colour", "column: kind", "leak", 'the input "kind" is the target'),
        ("column: colour", "column: code", "leak", 'the input "code" tells the target "kind" in every row'),
    ],
)
def test_what_looks_wrong_in_a_blueprint(tmp_path: Path, old: str, new: str, kind: str, message: str) -> None:
    text = (HEAD + DATA).replace(old, new).replace("c: [3]", "c: [2]" if "column" in new else "c: [3]")
    found = kinds(written(tmp_path, ROWS, text))
    assert [what for name, what in found if name == kind and message in what], found


def test_columns_are_shown_also_where_tensors_cannot_be_made(tmp_path: Path) -> None:
    rows = [("", *row[1:]) if at == 3 else row for at, row in enumerate(ROWS)]
    path = written(tmp_path, rows, (HEAD + DATA).replace("missing: mean, ", ""))
    ran = CliRunner().invoke(main, ["data", str(path)])
    assert ran.exit_code == 1
    assert "age" in ran.stdout and "1 of 40 rows" in " ".join(ran.stdout.split())
    assert "missing: mean [missing-value]" in ran.stderr
    as_json = CliRunner().invoke(main, ["data", str(path), "--format", "json"])
    assert [one["check"] for one in json.loads(as_json.stdout)] == ["missing-value"]


def test_folds_are_counted(tmp_path: Path) -> None:
    text = (HEAD + DATA).replace("split: {column: part}", "folds: 4\n  split: {stratify: kind}")
    found = told(written(tmp_path, ROWS, text))
    assert found.folds == [10, 10, 10, 10]


def test_the_command_tells_people_and_machines_without_keras(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS)
    ran = CliRunner().invoke(main, ["data", str(path), "--format", "json"])
    assert json.loads(ran.stdout)["rows"] == {"train": 32, "test": 8}
    code = (
        "import atexit, sys; atexit.register(lambda: print('keras' in sys.modules));"
        f"sys.argv = ['yamlnet', 'data', {str(path)!r}]; from yamlnet.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *shown, keras = done.stdout.splitlines()
    assert keras == "False"
    text = "\n".join(shown)
    assert "visits: rows" in text and "${data.kind.labels}" in text and "█" in text


def test_a_blueprint_without_data_has_nothing_to_show(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(HEAD)
    ran = CliRunner().invoke(main, ["data", str(tmp_path / "m.yaml")])
    assert (ran.exit_code, "no data section" in ran.stderr) == (1, True)


def test_wide_data_is_shown_in_part_and_nothing_in_it_is_markup(tmp_path: Path) -> None:
    names = ["[red]x[/red]", *(f"c{number}" for number in range(70))]
    lines = [",".join([*(str(row + at) for at in range(71)), f"[b]{row % 30}"]) for row in range(90)]
    (tmp_path / "rows.csv").write_text("\n".join([",".join([*names, "kind"]), *lines]), encoding="utf-8")
    columns = json.dumps(names)
    (tmp_path / "wide.yaml").write_text(
        "yamlnet: 1\nmodel: {inputs: {x: [71]}, layers: [{Dense: {units: 30, as: kind}}]}\ndata:\n"
        f"  train: {{Csv: rows.csv}}\n  inputs: {{x: {{columns: {columns}, normalize: standard}}}}\n"
        "  targets: {kind: {column: kind, encode: index}}\n",
        encoding="utf-8",
    )
    ran = CliRunner().invoke(main, ["data", str(tmp_path / "wide.yaml")])
    assert ran.exit_code == 0, ran.output
    for text in ("[red]x[/red]", "… 12 more", "… 10 more", "… (71)", "[b]12"):
        assert text in ran.stdout, text


def column(values: Any) -> Column:
    return describe("x", {"train": Table({"x": np.asarray(values)}, "t")})


TEXTS = np.array([f"k{number % 3}" for number in range(60)], dtype=object)
TELLING: dict[str, tuple[Any, Any, bool]] = {
    "equal": (np.arange(60.0), np.arange(60), True),
    "one to one": (np.array([f"code-{text}" for text in TEXTS], dtype=object), TEXTS, True),
    "many to one": (np.array([f"code-{n % 6}" for n in range(60)], dtype=object), TEXTS, False),
    "ranges": (np.arange(60) + np.tile([0, 100, 200], 20), TEXTS, True),
    "ranges that touch": (np.tile([1, 1, 2], 20), TEXTS, False),
    "mixed": (np.arange(60), TEXTS, False),
    "all different": (np.arange(60), np.array([f"n{n}" for n in range(60)], dtype=object), False),
    "constant": (np.zeros(60), TEXTS, False),
    "gaps": (np.where(np.arange(60) == 4, np.nan, np.tile([0.0, 1, 2], 20)), TEXTS, False),
}


@pytest.mark.parametrize(("first", "second", "expected"), TELLING.values(), ids=TELLING)
def test_a_column_that_tells_another(first: Any, second: Any, expected: bool) -> None:
    assert tells(column(first), column(second), [(first, second)]) is expected


STREAMED = {
    "a column": "split: {column: part}",
    "classes": "split: {stratify: kind}\n  test: 0.3",
    "folds": "split: {time: size}\n  test: 0.2\n  folds: 3",
}


@pytest.mark.parametrize("words", STREAMED.values(), ids=STREAMED)
def test_of_streamed_rows_the_same_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr(spool, "CHUNK_ROWS", 13)
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "cache"))
    rows = [*ROWS * 3, (*ROWS[0][:4], "test"), ("", *ROWS[7][1:])]
    text = (HEAD + DATA).replace("split: {column: part}", words).replace(", normalize: standard", "")
    held = to_builtins(told(written(tmp_path, rows, text)))
    streamed = to_builtins(told(written(tmp_path, rows, text.replace("data:\n", "data:\n  stream: true\n"))))
    assert held["warnings"] and "scale" in {one["kind"] for one in held["warnings"]}
    for one, other in ((held["columns"], streamed["columns"]), (held["tensors"], streamed["tensors"])):
        for before, after in zip(one, other, strict=True):
            assert before.pop("mean") == pytest.approx(after.pop("mean"))
    for fact, value in held.pop("facts").items():
        floats = isinstance(value, list) and all(isinstance(one, float) for one in value)
        assert streamed["facts"][fact] == (pytest.approx(value) if floats else value), fact
    del streamed["facts"]
    assert held == streamed


def test_of_streamed_rows_it_is_told_what_is_not_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yamlnet.data.report.report.MOST_DISTINCT", 20)
    monkeypatch.setattr(Sample.__init__, "__defaults__", (10,))
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "cache"))
    text = (HEAD + DATA).replace("data:\n", "data:\n  stream: true\n").replace("standard", "robust")
    path = written(tmp_path, ROWS, text)
    assert [one for one in kinds(path) if one[0] == "streamed"] == [
        ("streamed", '"age", "size": more than 20 distinct values, which are not counted further'),
        ("streamed", 'the quantiles of "x" are those of 10 rows, drawn at random'),
    ]
    ran = CliRunner().invoke(main, ["data", str(path)])
    assert "over 20" in ran.stdout
