"""Folds: against scikit-learn's cross-validation of the same model on the same divisions; what is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import yamlnet
from yamlnet import folds as room
from yamlnet.cli.main import main
from yamlnet.data.batches import Split
from yamlnet.data.dataset import load as load_data
from yamlnet.data.parts.splits import TRAIN, VALIDATION, Shares, assign
from yamlnet.data.sources import read_source
from yamlnet.diagnostics.diagnostic import BlueprintError, TrainingError, YamlnetError
from yamlnet.folds import Folds, one_fold, train_folds

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

STRENGTH = 0.01
"""Of the weights' penalty, beside the mean loss."""

BLUEPRINT = f"""yamlnet: 1
name: kinds
model:
  inputs: {{row: [13]}}
  layers:
    - Dense: {{units: 3, kernel_initializer: zeros, kernel_regularizer: {{L2: {STRENGTH}}}, as: kind}}
data:
  train: {{Sklearn: wine}}
  test: 0.2
  split: {{stratify: target}}
  folds: 3
  inputs: {{row: {{column: features, normalize: standard}}}}
  targets: {{kind: {{column: target}}}}
  batch_size: 256
train:
  loss: {{SparseCategoricalCrossentropy: {{from_logits: true}}}}
  metrics: [accuracy, {{SparseCategoricalCrossentropy: {{from_logits: true, name: nats}}}}]
  optimizer: {{Adam: {{learning_rate: 0.1}}}}
  epochs: 150
  seed: 4
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("folds") / "kinds.yaml"
    file.write_text(BLUEPRINT, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def trained(path: Path) -> Folds:
    return train_folds(yamlnet.load(path), out=path.parent / "run", progress="none")


def test_it_is_the_cross_validation_of_scikit_learn(path: Path, trained: Folds) -> None:
    data = yamlnet.load(path).plan.data
    assert data is not None
    rows = read_source(data.train, path.parent)
    parts = [assign(rows, data.split, Shares(test=0.2, folds=3, fold=fold), 4) for fold in (1, 2, 3)]
    divisions = [(np.flatnonzero(part == TRAIN), np.flatnonzero(part == VALIDATION)) for part in parts]
    count = np.mean([len(train) for train, _ in divisions])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1 / (2 * STRENGTH * count), tol=1e-8))
    theirs = cross_validate(
        model,
        rows.columns["features"],
        rows.columns["target"],
        cv=divisions,
        scoring=["accuracy", "neg_log_loss"],
    )
    ours = trained.metrics["validation"]
    np.testing.assert_allclose(ours["nats"].values, -theirs["test_neg_log_loss"], rtol=0.02)
    np.testing.assert_allclose(ours["accuracy"].values, theirs["test_accuracy"], atol=1e-6)
    assert ours["accuracy"].mean == pytest.approx(theirs["test_accuracy"].mean(), abs=1e-6)
    assert ours["accuracy"].deviation == pytest.approx(theirs["test_accuracy"].std(), abs=1e-6)


def test_the_folder_holds_a_run_for_each_fold(trained: Folds) -> None:
    found = {file.name for file in trained.folder.iterdir()}
    assert found == {"blueprint.yaml", "folds.json", "fold-1", "fold-2", "fold-3"}
    kept = json.loads((trained.folder / "folds.json").read_text(encoding="utf-8"))
    assert (kept["status"], kept["folds"]) == ("finished", 3)
    accuracy = kept["metrics"]["validation"]["accuracy"]
    assert accuracy["mean"] == pytest.approx(np.mean(accuracy["values"]))
    assert accuracy["deviation"] == pytest.approx(np.std(accuracy["values"]))
    assert [run["folder"] for run in kept["runs"]] == ["fold-1", "fold-2", "fold-3"]
    assert "train" in kept["metrics"]


def test_a_fold_is_evaluated_on_its_own_rows_and_fitted_on_its_own(trained: Folds) -> None:
    for run in trained.runs:
        opened = yamlnet.open_run(trained.folder / run.folder)
        for part in ("validation", "test"):
            again = yamlnet.evaluate(opened, part)
            assert again == pytest.approx(run.metrics[part], rel=1e-4)
    fitted = [json.loads((trained.folder / f"fold-{n}" / "data.json").read_text()) for n in (1, 2, 3)]
    assert fitted[0] != fitted[1] != fitted[2]


def parts(path: Path, fold: int) -> tuple[Split, Split, Split]:
    plan = one_fold(yamlnet.load(path), fold).plan
    assert plan.data is not None
    found = load_data(plan.data, path.parent, plan.seed, {})
    assert found.validation is not None and found.test is not None
    return found.train, found.validation, found.test


def test_what_is_fitted_sees_the_training_rows_of_its_fold_alone(path: Path) -> None:
    tests = []
    for fold in (1, 2, 3):
        train, validation, test = parts(path, fold)
        assert abs(train.inputs["row"].mean(axis=0)).max() < 1e-5
        assert abs(validation.inputs["row"].mean(axis=0)).max() > 1e-3
        tests.append(test.targets["kind"].tolist())
    assert tests[0] == tests[1] == tests[2]


def test_one_fold_alone_is_the_same_run(path: Path, trained: Folds) -> None:
    alone = yamlnet.load(path, ["data.fold=2"]).train(out=path.parent / "alone", progress="none")
    assert alone.metrics["validation"] == pytest.approx(trained.runs[1].metrics["validation"], rel=1e-4)


def test_a_folder_of_folds_is_no_run(trained: Folds) -> None:
    with pytest.raises(YamlnetError, match="holds folds, and each of them is a run") as refused:
        yamlnet.open_run(trained.folder)
    assert "fold-1" in (refused.value.hint or "")


def test_a_folder_of_something_else_is_refused(path: Path, trained: Folds, tmp_path: Path) -> None:
    with pytest.raises(YamlnetError, match="of another blueprint, or of other settings"):
        train_folds(yamlnet.load(path, ["train.epochs=2"]), out=trained.folder)
    (tmp_path / "something").write_text("else")
    with pytest.raises(YamlnetError, match="is not empty"):
        train_folds(yamlnet.load(path), out=tmp_path)


def test_all_folds_are_no_single_training(path: Path) -> None:
    with pytest.raises(BlueprintError, match="these are several trainings"):
        yamlnet.load(path).train(out=path.parent / "none")
    assert not (path.parent / "none").exists()


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), "interrupted"), (TrainingError("diverged"), "failed")]
)
def test_finished_folds_are_kept(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: str
) -> None:
    train, calls = room.train, []

    def some(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise error
        return train(*arguments)

    monkeypatch.setattr(room, "train", some)
    loaded = yamlnet.load(path, ["train.epochs=1", "data.folds=2"])
    with pytest.raises(type(error)):
        train_folds(loaded, out=tmp_path / "run", progress="none")
    kept = json.loads((tmp_path / "run" / "folds.json").read_text(encoding="utf-8"))
    assert kept["status"] == status
    assert len(kept["metrics"]["validation"]["accuracy"]["values"]) == 1
    assert yamlnet.open_run(tmp_path / "run" / "fold-1").metrics
    (tmp_path / "run" / "fold-2").mkdir()
    (tmp_path / "run" / "fold-2" / "history.csv").write_text("half of it")
    monkeypatch.setattr(room, "train", train)
    found = train_folds(loaded, out=tmp_path / "run", progress="none")
    assert (found.status, len(found.runs)) == ("finished", 2)
    assert json.loads((tmp_path / "run" / "folds.json").read_text())["runs"][:1] == kept["runs"]
    assert (tmp_path / "run" / "fold-2-stopped-1" / "history.csv").read_text() == "half of it"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda kept: {**kept, "runs": [{"fold": 1}]}, "folds.json is damaged"),
        (lambda kept: {**kept, "runs": kept["runs"][1:]}, "its folds are not in order"),
    ],
)
def test_a_damaged_folder_is_refused(
    path: Path, trained: Folds, tmp_path: Path, change: Any, message: str
) -> None:
    kept = json.loads((trained.folder / "folds.json").read_text())
    (tmp_path / "folds.json").write_text(json.dumps(change(kept)))
    with pytest.raises(YamlnetError, match=message):
        train_folds(yamlnet.load(path), out=tmp_path)


def test_other_rows_are_no_continuation(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("x,y\n" + "".join(f"{at},{at % 2}\n" for at in range(20)))
    text = (
        "yamlnet: 1\nmodel: {inputs: {x: [1]}, layers: [{Dense: {units: 1, as: y}}]}\n"
        "data: {train: {Csv: rows.csv}, folds: 2}\ntrain: {loss: mse, epochs: 1}\n"
    )
    (tmp_path / "b.yaml").write_text(text)
    train_folds(yamlnet.load(tmp_path / "b.yaml"), out=tmp_path / "run", progress="none")
    again = train_folds(yamlnet.load(tmp_path / "b.yaml"), out=tmp_path / "run", progress="none")
    assert again.status == "finished"
    rows.write_text(rows.read_text() + "99,1\n")
    with pytest.raises(YamlnetError, match="are of other rows"):
        train_folds(yamlnet.load(tmp_path / "b.yaml"), out=tmp_path / "run", progress="none")


def test_the_command_tells_mean_and_deviation(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    told = CliRunner().invoke(
        main, ["train", str(path), "--set", "train.epochs=1", "--set", "data.folds=2", "-o", str(out)]
    )
    assert told.exit_code == 0, told.output
    head, *lines = told.stdout.splitlines()
    assert head.split() == ["mean", "deviation", "fold", "1", "fold", "2"]
    assert [line.split()[:2] for line in lines[:6]] == [
        [part, name] for part in ("test", "validation") for name in ("loss", "accuracy", "nats")
    ]
    assert all(line.split()[3] == "±" for line in lines[:6])
    assert "fold 2/2  epoch 1/1" in told.stderr
    refused = CliRunner().invoke(main, ["predict", str(out)])
    assert (refused.exit_code, "name one" in refused.stderr) == (1, True)
