"""`--set` of what is a path: from the folder one is in, not from the blueprint's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import yamlnet
from yamlnet.assembly.settings import apply_settings
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.problems import Problems
from yamlnet.pipeline import parse_file

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


def test_the_default_of_a_base_stays_the_base_s(blueprint: Path) -> None:
    own = Path("own.yaml")
    own.write_text("yamlnet: 1\nextends: ../gallery/blueprint.yaml\n", encoding="utf-8")
    assert read(own)[0] == "../gallery/own.csv"
    assert read(own, "rows=mine.csv")[0] == "mine.csv"
    own.write_text(
        "yamlnet: 1\nextends: ../gallery/blueprint.yaml\nparams: {rows: mine.csv}\n", encoding="utf-8"
    )
    assert read(own)[0] == "mine.csv"


@pytest.mark.parametrize("written", ["/data/rows.csv", "https://example.org/rows.csv"])
def test_what_is_no_relative_path_is_taken_as_it_is(blueprint: Path, written: str) -> None:
    assert read(blueprint, f"rows={written}")[0] == written


SETTINGS = {
    "data.train.Csv=mine.csv": ("data", "train", "Csv"),
    "data.train={Csv: {path: mine.csv, sep: ';'}}": ("data", "train", "Csv", "path"),
    "data.train={Sql: {url: 'sqlite:///mine.csv', query: SELECT 1}}": ("data", "train", "Sql", "url"),
    "data.inputs={x: {column: t, tokenize: {run: mine.csv}}}": ("data", "inputs", "x", "tokenize", "run"),
    "train.initialize=mine.csv": ("train", "initialize"),
    "train.initialize={a: mine.csv}": ("train", "initialize", "a"),
    "train.initialize={a: {path: mine.csv}}": ("train", "initialize", "a", "path"),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_path_is(setting: str, blueprint: Path) -> None:
    tree = parse_file(blueprint)
    found: Any = apply_settings(tree, [setting], Problems()).value
    for step in SETTINGS[setting]:
        found = found[step]
    assert found.removeprefix("sqlite:///") == "../here/mine.csv"
    again: Any = apply_settings(parse_file(blueprint), ["data.batch_size=4"], Problems()).value
    assert again["data"]["train"] == {"Csv": "${rows}"}  # what no setting says stays as it is
    assert again["params"]["rows"]["default"] == "own.csv"


def test_one_word_in_the_place_of_another(blueprint: Path) -> None:
    blueprint.write_text(BLUEPRINT.replace("{loss: mse}", "{loss: mse, epochs: 9}"), encoding="utf-8")
    train = yamlnet.load(blueprint, ["train.steps=40"]).plan.train
    assert train is not None
    assert (train.epochs, train.steps) == (None, 40)


def test_a_mistake_is_shown_where_it_was_written(blueprint: Path) -> None:
    """The place that gave a value comes first, then the one that reads it."""
    (Path.cwd() / "mine.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(BlueprintError) as raised:
        yamlnet.load(blueprint, ["rows=mien.csv"]).train(progress="none")
    (problem,) = raised.value.diagnostics
    assert problem.message == 'there is no file mien.csv; did you mean "mine.csv"?'
    assert problem.path == ("params", "rows", "default")
    assert [note.path for note in problem.notes] == [("data", "train", "Csv")]


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
