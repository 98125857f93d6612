"""An export takes raw rows, in a process of its own and without the run that it came from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn import datasets

import yamlnet
from yamlnet.cli.main import main
from yamlnet.diagnostics.diagnostic import DataError, YamlnetError
from yamlnet.exporters import EXPORTERS
from yamlnet.runner.files import EXPORTED

pytestmark = pytest.mark.backend

BLUEPRINT = """\
yamlnet: 1
name: iris
model:
  inputs: {petal: [2], site: [2]}
  layers:
    - Concatenate: {from: [petal, site]}
    - Dense: {units: 3, activation: softmax, as: kind}
  outputs: kind
data:
  train: {Csv: rows.csv}
  test: 0.2
  inputs: {petal: {columns: [length, width], normalize: standard}, site: {column: site, encode: one-hot}}
  targets: {kind: {column: kind, encode: index}}
train: {loss: sparse_categorical_crossentropy, epochs: 2}
"""
RAW = "site,width,length\nnorth,0.2,1.4\nsouth,2.1,5.6\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("iris")
    iris = datasets.load_iris()
    lines = [
        f"{row[2]},{row[3]},{('north', 'south')[index % 2]},{iris.target_names[kind]}"
        for index, (row, kind) in enumerate(zip(iris.data, iris.target, strict=True))
    ]
    (folder / "rows.csv").write_text("\n".join(["length,width,site,kind", *lines]), encoding="utf-8")
    (folder / "iris.yaml").write_text(BLUEPRINT, encoding="utf-8")
    yamlnet.load(folder / "iris.yaml").train(out=folder / "run", progress="none")
    yamlnet.export(yamlnet.open_run(folder / "run"), ["keras", "onnx"])
    (folder / "new.csv").write_text(RAW, encoding="utf-8")
    return folder / "run"


TWO_CLASSES = """\
yamlnet: 1
name: words
model:
  inputs: {{x: [1]}}
  layers: [Dense: {{units: 1, activation: {activation}, as: word}}]
data:
  train: {{Csv: rows.csv}}
  inputs: {{x: x}}
  targets: {{word: {{column: word, encode: {{as: binary, classes: [bad, good]}}}}}}
  batch_size: 8
train:
  loss: {{BinaryCrossentropy: {{from_logits: {logits}}}}}
  optimizer: {{Adam: 0.1}}
  epochs: 10
  seed: 1
"""


@pytest.mark.parametrize("name", ["model.keras", "model.onnx"])
def test_an_export_that_was_carried_away_takes_raw_rows(run: Path, name: str, tmp_path: Path) -> None:
    expected = yamlnet.predict(yamlnet.open_run(run), run.parent / "new.csv")
    shutil.copytree(run / "export", tmp_path / "export")
    told = CliRunner().invoke(
        main,
        [
            "predict",
            str(tmp_path / "export" / name),
            str(run.parent / "new.csv"),
            "-o",
            str(tmp_path / "p.npz"),
        ],
    )
    assert told.exit_code == 0, told.output
    with np.load(tmp_path / "p.npz") as found:
        np.testing.assert_allclose(found["kind"], expected["kind"], rtol=1e-4, atol=1e-5)


def test_classes_are_told_by_the_words_of_the_data(run: Path) -> None:
    for given in (run, run / "export" / "model.onnx"):
        told = CliRunner().invoke(main, ["predict", str(given), str(run.parent / "new.csv")])
        header, first, _ = told.stdout.splitlines()
        assert header == "kind.class,kind.0,kind.1,kind.2"
        label, *chances = first.split(",")
        labels = ["setosa", "versicolor", "virginica"]
        assert label == labels[int(np.argmax([float(one) for one in chances]))]


@pytest.mark.parametrize("logits", [False, True], ids=["chances", "logits"])
def test_one_number_tells_two_classes(tmp_path: Path, logits: bool) -> None:
    rows = "\n".join(f"{x},{'good' if x > 0 else 'bad'}" for x in (-3, -2, -1, 1, 2, 3) * 8)
    (tmp_path / "rows.csv").write_text(f"x,word\n{rows}\n", encoding="utf-8")
    (tmp_path / "words.yaml").write_text(
        TWO_CLASSES.format(activation="null" if logits else "sigmoid", logits=str(logits).lower()),
        encoding="utf-8",
    )
    run = yamlnet.load(tmp_path / "words.yaml").train(out=tmp_path / "run", progress="none")
    yamlnet.export(run, ["keras"])
    (tmp_path / "new.csv").write_text("x\n-2\n2\n", encoding="utf-8")
    for given in (run.folder, run.folder / "export" / "model.keras"):
        told = CliRunner().invoke(main, ["predict", str(given), str(tmp_path / "new.csv"), "--quiet"])
        header, *lines = told.stdout.splitlines()
        assert header == "word.class,word"
        assert [line.partition(",")[0] for line in lines] == ["bad", "good"]


def test_rows_that_do_not_fit_are_told_as_for_a_run(run: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text(RAW.replace("south", "east"), encoding="utf-8")
    export = yamlnet.open_export(run / "export" / "model.onnx")
    from yamlnet.data.given_rows import read_rows

    with pytest.raises(DataError, match='row 2 of column "site" is "east", which no training row has'):
        export.predict(read_rows(tmp_path / "new.csv"))


def test_the_names_of_exports_are_those_of_the_exporters() -> None:
    assert {one.name for one in EXPORTERS.values()} == set(EXPORTED)


def test_a_process_takes_the_backend_of_the_run(run: Path, backend: str) -> None:
    """Nothing imports Keras before the run has said which."""
    if backend == "tensorflow":
        pytest.skip("Keras's own choice where nobody says one")
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    command = [sys.executable, "-m", "yamlnet", "predict", str(run), str(run.parent / "new.csv")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("kind.class,")


def test_an_export_has_no_rows_of_its_own(run: Path) -> None:
    told = CliRunner().invoke(main, ["predict", str(run / "export" / "model.onnx")])
    assert told.exit_code == 2
    assert "an export has no rows of its own" in told.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("no json", "is damaged"),
        ({"inputs": 3}, "is damaged"),
        ({"fitted": {}}, 'nothing was fitted for "petal"'),
        ({"transforms": "pickle"}, 'there is no transform "pickle"'),
        ({"argument": {"open": "/etc/passwd"}}, "is damaged"),
    ],
)
def test_a_pipeline_from_a_stranger_says_only_what_ours_say(
    run: Path, tmp_path: Path, change: object, message: str
) -> None:
    shutil.copytree(run / "export", tmp_path / "export")
    path = tmp_path / "export" / "pipeline.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    match change:
        case {"transforms": word}:
            document["inputs"]["petal"]["transforms"][0][0] = word
        case {"argument": argument}:
            document["inputs"]["petal"]["transforms"][0][1] = argument
        case dict():
            document |= change
    path.write_text("[" if isinstance(change, str) else json.dumps(document), encoding="utf-8")
    with pytest.raises(YamlnetError, match=message):
        yamlnet.open_export(tmp_path / "export" / "model.onnx")
    path.unlink()
    with pytest.raises(YamlnetError, match=r"has no pipeline\.json"):
        yamlnet.open_export(tmp_path / "export" / "model.onnx")
    with pytest.raises(YamlnetError, match=r"is no export; those are called model\.keras"):
        yamlnet.open_export(tmp_path / "export" / "model.bin")
