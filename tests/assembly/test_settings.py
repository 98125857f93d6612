"""`--set` of a parameter that is a path: from the folder one is in, not from the blueprint's."""

from __future__ import annotations

from pathlib import Path

import pytest

import yamlnet

BLUEPRINT = """\
yamlnet: 1
params:
  rows: {default: own.csv, type: path, help: a table}
  word: own.csv
model:
  inputs: {x: [1]}
  layers: [Dense: {units: 1, as: y}]
data:
  train: {Csv: "${rows}"}
  validation: {Csv: "${word}"}
train: {loss: mse}
"""


@pytest.fixture
def blueprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A blueprint in one folder, seen from another."""
    (tmp_path / "gallery").mkdir()
    (tmp_path / "here").mkdir()
    path = tmp_path / "gallery" / "blueprint.yaml"
    path.write_text(BLUEPRINT, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    return path


def read(blueprint: Path, *settings: str) -> tuple[object, object]:
    """What training and validation read, as the plan says it."""
    data = yamlnet.load(blueprint, settings).plan.data
    assert data is not None
    assert data.validation is not None and not isinstance(data.validation, float)
    return data.train.arguments["path"], data.validation.arguments["path"]


def test_a_path_is_set_from_where_one_is(blueprint: Path) -> None:
    assert read(blueprint, "rows=mine.csv") == ("../here/mine.csv", "own.csv")
    assert read(blueprint, "params.rows=more/mine.csv")[0] == "../here/more/mine.csv"
    assert read(blueprint, "rows=../gallery/other.csv")[0] == "other.csv"


def test_its_default_stays_the_blueprint_s(blueprint: Path) -> None:
    assert read(blueprint) == ("own.csv", "own.csv")


@pytest.mark.parametrize("written", ["/data/rows.csv", "https://example.org/rows.csv"])
def test_what_is_no_relative_path_is_taken_as_it_is(blueprint: Path, written: str) -> None:
    assert read(blueprint, f"rows={written}")[0] == written


def test_a_text_is_no_path(blueprint: Path) -> None:
    assert read(blueprint, "word=mine.csv")[1] == "mine.csv"


def test_a_blueprint_in_the_folder_one_is_in(blueprint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(blueprint.parent)
    assert read(Path("blueprint.yaml"), "rows=mine.csv")[0] == "mine.csv"


def test_what_the_user_names_is_not_warned_of(blueprint: Path) -> None:
    loaded = yamlnet.load(blueprint, ["rows=/data/mine.csv"])
    assert not loaded.warnings
    loaded = yamlnet.load(blueprint, ["data.train.Csv=/data/mine.csv"])
    assert not loaded.warnings
