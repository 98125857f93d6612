"""A run folder from somebody else: everything in it is read as if it meant harm."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import yamlnet
from yamlnet.cli.main import main
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.runner.folder import create_folder
from yamlnet.stored import check_run

pytestmark = pytest.mark.backend

BLUEPRINT = """yamlnet: 1
model:
  inputs: {row: [4]}
  layers: [Dense: {units: 3, activation: softmax, as: kind}]
data:
  train: {Sklearn: iris}
  test: 0.2
  inputs: {row: {column: features}}
  targets: {kind: {column: target}}
train: {loss: sparse_categorical_crossentropy}
"""
LAMBDA = BLUEPRINT.replace("Dense", "Lambda").encode()
LOOKUP = """yamlnet: 1
model:
  inputs: {number: {shape: [1], dtype: int64}}
  layers: [IntegerLookup: {vocabulary: numbers.txt, output_mode: one_hot, as: found}]
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    (folder / "net.yaml").write_text(BLUEPRINT, encoding="utf-8")
    yamlnet.load(folder / "net.yaml").train(out=folder / "run", progress="none")
    return folder / "run"


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    shutil.copytree(trained, tmp_path / "run")
    return tmp_path / "run"


def test_a_run_is_looked_through_without_loading_it(run: Path) -> None:
    told = CliRunner().invoke(main, ["validate", str(run), str(run / "model.keras")])
    assert told.exit_code == 0, told.output
    assert told.output.splitlines() == [
        f"{run}: ok (a run, model.keras)",
        f"{run / 'model.keras'}: ok (a model)",
    ]


def test_a_long_vocabulary_is_a_file_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "numbers.txt").write_text("\n".join(map(str, range(150))), encoding="utf-8")
    (tmp_path / "net.yaml").write_text(LOOKUP, encoding="utf-8")
    loaded = yamlnet.load(tmp_path / "net.yaml")
    folder = create_folder(loaded.plan, LOOKUP, tmp_path / "run").path
    assert "vocabulary: vocabulary-1.txt" in (folder / "resolved.yaml").read_text(encoding="utf-8")
    (tmp_path / "numbers.txt").unlink()
    again = yamlnet.load(folder / "resolved.yaml")
    assert again.plan.models["model"].nodes[0].callee == loaded.plan.models["model"].nodes[0].callee


def manifest(**changes: object) -> Callable[[Path], None]:
    def change(run: Path) -> None:
        path = run / "manifest.json"
        path.write_text(
            json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8"
        )

    return change


def linked(name: str) -> Callable[[Path], None]:
    def change(run: Path) -> None:
        (run / name).unlink(missing_ok=True)
        (run / name).symlink_to("/etc/passwd")

    return change


def written(name: str, data: bytes) -> Callable[[Path], None]:
    def change(run: Path) -> None:
        (run / name).write_bytes(data)

    return change


CHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "models out of the folder": (manifest(models=["../../model"]), '"models" is nothing that a run says'),
    "models that are no names": (manifest(models={"model": 1}), '"models" is nothing that a run says'),
    "outputs that are no names": (manifest(outputs=["__class__"]), '"outputs" is nothing that a run says'),
    "another backend": (manifest(backend="../evil"), '"backend" is nothing that a run says'),
    "no root": (manifest(data_root=None), '"data_root" is nothing that a run says'),
    "manifest is a list": (written("manifest.json", b"[]"), "it is no mapping"),
    "manifest is deep": (written("manifest.json", b"[" * 100_000), "is damaged"),
    "manifest is no text": (written("manifest.json", b"\xff\xfe"), "it is no text"),
    "manifest is a link": (linked("manifest.json"), "a link that leads out of the run folder"),
    "data is a link": (linked("data.json"), "a link that leads out of the run folder"),
    "data is no JSON": (written("data.json", b"{"), "is damaged"),
    "model is a link": (linked("model.keras"), "a link that leads out of the run folder"),
    "model is no archive": (written("model.keras", b"\x89HDF\r\n\x1a\n"), "it is no .keras file"),
    "blueprint is a link": (linked("resolved.yaml"), "a link that leads out of the run folder"),
    "blueprint holds code": (written("resolved.yaml", LAMBDA), "cannot stand in a blueprint"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_no_run_says_is_refused(name: str, run: Path) -> None:
    change, told = CHANGES[name]
    change(run)
    with pytest.raises(YamlnetError) as looked_through:
        check_run(run)
    assert told in str(looked_through.value)
    for command in ("evaluate", "predict"):
        done = CliRunner().invoke(main, [command, str(run)])
        assert done.exit_code == 1, done.output
        assert told in done.output
        assert "should not" not in done.output


def test_a_history_that_is_none(run: Path) -> None:
    (run / "history.csv").write_text("epoch,loss\n1,import os\n", encoding="utf-8")
    with pytest.raises(YamlnetError, match=r"history\.csv is damaged"):
        yamlnet.open_run(run)


def test_exports_stay_in_the_run(run: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (run / "export").symlink_to(elsewhere)
    done = CliRunner().invoke(main, ["export", str(run), "keras"])
    assert done.exit_code == 1
    assert "a link that leads out of the run folder" in done.output
    assert not list(elsewhere.iterdir())
