"""Training: the run folder, callbacks, and what stays when it fails or is interrupted."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet import pipeline
from yamlnet.diagnostics.diagnostic import BlueprintError, TrainingError, YamlnetError
from yamlnet.runner.steps import make_objective, make_stepper
from yamlnet.runner.steps.stepper import restore, snapshot, warm_up

pytestmark = pytest.mark.backend

BLUEPRINT = """yamlnet: 1
name: small
params: {width: 8}
model:
  inputs: {row: [4]}
  layers:
    - Dense: {units: "${width}", activation: relu}
    - BatchNormalization
    - Dropout: 0.2
    - Dense: {units: 3, activation: softmax, as: kind}
data:
  train: {Sklearn: iris}
  validation: 0.2
  test: 0.2
  inputs: {row: {column: features, normalize: standard}}
  targets: {kind: {column: target}}
  batch_size: 16
train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  optimizer: {Adam: {learning_rate: 0.02}}
  epochs: 4
  seed: 3
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(BLUEPRINT, encoding="utf-8")
    return file


def trained(path: Path, *overrides: str, more: str = "") -> Any:
    if more:
        path.write_text(BLUEPRINT + more, encoding="utf-8")
    return yamlnet.load(path, overrides).train(out=path.parent / "run", progress="none")


def test_the_folder_holds_everything(path: Path, backend: str) -> None:
    run = trained(path, "width=6")
    found = {file.name for file in run.folder.iterdir()}
    assert found == {
        "blueprint.yaml", "resolved.yaml", "data.json", "history.csv", "metrics.json", "model.keras",
        "curves.png", "manifest.json",
    }  # fmt: skip
    assert (run.folder / "blueprint.yaml").read_text(encoding="utf-8") == BLUEPRINT
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "finished"
    assert (manifest["backend"], manifest["seed"]) == (backend, 3)
    assert manifest["versions"]["keras"] == keras.__version__
    assert {len(digest) for digest in manifest["sha256"].values()} == {64}
    with (run.folder / "history.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert float(rows[-1]["val_accuracy"]) == pytest.approx(run.history["val_accuracy"][-1])
    assert (run.folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert run.metrics.keys() == {"train", "validation", "test"}
    assert run.model.layers[1].units == 6


def test_the_resolved_blueprint_is_a_blueprint_of_the_same_model(path: Path) -> None:
    run = trained(path, "width=6")
    again = yamlnet.load(run.folder / "resolved.yaml").build()
    assert [layer.name for layer in again.layers] == [layer.name for layer in run.model.layers]
    assert again.count_params() == run.model.count_params()


def test_a_run_is_opened_again(path: Path) -> None:
    run = trained(path)
    again = yamlnet.open_run(run.folder)
    assert again.history.keys() == run.history.keys()
    for one, other in zip(run.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert yamlnet.evaluate(again) == pytest.approx(run.metrics["test"], rel=1e-5)


@pytest.mark.usefixtures("on_jax")
def test_outputs_are_measured_by_their_own_names(path: Path) -> None:
    """A block's last layer has a name of its own, and so has what `as` makes of a layer with `name`."""
    block = "blocks: {head: {layers: [{Dense: {units: 3, activation: softmax, as: chances}}]}}\n"
    text = BLUEPRINT.replace("model:", f"{block}model:", 1)
    text = text.replace(
        "- Dense: {units: 3, activation: softmax, as: kind}",
        "- head: {as: kind}\n    - Dense: {units: 1, name: dose, as: size}\n  outputs: [kind, size]",
    )
    text = text.replace(
        "{kind: {column: target}}", "{kind: {column: target}, size: {column: target, reshape: [1]}}"
    )
    text = text.replace(
        "loss: sparse_categorical_crossentropy", "loss: {kind: sparse_categorical_crossentropy, size: mae}"
    )
    path.write_text(text.replace("metrics: [accuracy]", "metrics: {kind: accuracy}"), encoding="utf-8")
    run = trained(path, "train.epochs=1")
    measured = {"loss", "kind_loss", "size_loss", "kind_accuracy"}
    assert run.history.keys() == measured | {f"val_{name}" for name in measured}
    assert yamlnet.evaluate(yamlnet.open_run(run.folder)).keys() >= measured


def test_a_folder_in_use_is_left_alone(path: Path) -> None:
    trained(path)
    with pytest.raises(YamlnetError, match="not empty"):
        trained(path)


def test_keras_callbacks_are_honoured(path: Path) -> None:
    run = trained(
        path,
        "train.epochs=30",
        more="""  callbacks:
    - EarlyStopping: {monitor: val_loss, patience: 1, min_delta: 0.2, restore_best_weights: true}
    - CSVLogger
    - ModelCheckpoint
    - ModelCheckpoint: {save_best_only: true, monitor: accuracy}
    - ModelCheckpoint: {monitor: nothing_so_called, mode: min}
    - ModelCheckpoint: {save_freq: 5}
    - ReduceLROnPlateau: {monitor: val_loss, factor: 0.1, patience: 1, min_delta: 10.0}
    - TerminateOnNaN
""",
    )
    epochs = len(run.history["loss"])
    assert 2 <= epochs < 30
    with (run.folder / "log.csv").open(encoding="utf-8") as file:
        logged = list(csv.DictReader(file))
    assert [float(row["val_loss"]) for row in logged] == pytest.approx(run.history["val_loss"])
    written = {path.name for path in (run.folder / "checkpoints").iterdir()}
    assert written == {
        f"epoch-{epoch:03d}-val_loss-{value:.4f}.keras"
        for epoch, value in enumerate(run.history["val_loss"], start=1)
    }
    assert [path.name for path in (run.folder / "checkpoints-2").iterdir()] == ["best.keras"]
    unvalued = {path.name for path in (run.folder / "checkpoints-3").iterdir()}
    assert unvalued == {f"epoch-{epoch:03d}.keras" for epoch in range(1, epochs + 1)}
    between = min(path.name for path in (run.folder / "checkpoints-4").iterdir())
    assert between == "epoch-001-batch-000005.keras"
    assert float(keras.ops.convert_to_numpy(run.model.optimizer.learning_rate)) < 0.02


def test_what_keras_refuses_of_callbacks_is_told_before_there_is_a_folder(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: object, *_: object, **__: object) -> None:
        raise ValueError("it cannot be made")

    monkeypatch.setattr(keras.callbacks.EarlyStopping, "__init__", refuses)
    monkeypatch.setattr(keras.callbacks.CSVLogger, "__init__", refuses)
    with pytest.raises(BlueprintError) as refused:
        trained(path, more="  callbacks:\n    - CSVLogger\n    - TerminateOnNaN\n    - EarlyStopping: {}\n")
    assert [(one.check, one.path) for one in refused.value.diagnostics] == [
        ("keras", ("train", "callbacks", 0)),
        ("keras", ("train", "callbacks", 2, "EarlyStopping")),
    ]
    assert not (path.parent / "run").exists()


def test_a_callback_that_cannot_go_on_is_told_in_a_sentence(path: Path) -> None:
    with pytest.raises(TrainingError, match=r"on_epoch_end\): SwapEMAWeights must be used when") as failed:
        trained(path, more="  callbacks:\n    - SwapEMAWeights: {swap_on_epoch: true}\n")
    assert "kept in" in str(failed.value.hint)


def test_the_best_weights_come_back(path: Path) -> None:
    """The best by a measure whose best epoch is surely not the last: the highest training loss."""
    run = trained(
        path,
        "train.epochs=6",
        more="""  callbacks:
    - EarlyStopping: {monitor: loss, mode: max, patience: 12, restore_best_weights: true}
""",
    )
    best = int(np.argmax(run.history["loss"]))
    assert best < 5
    assert run.metrics["validation"]["loss"] == pytest.approx(run.history["val_loss"][best], rel=1e-4)
    assert run.metrics["validation"]["loss"] != pytest.approx(run.history["val_loss"][-1], rel=1e-4)
    (layer,) = (one for one in yamlnet.open_run(run.folder).model.layers if one.name == "dense")
    np.testing.assert_array_equal(layer.get_weights()[0], run.model.get_layer("dense").get_weights()[0])


def test_steps_end_in_the_middle_of_an_epoch(path: Path) -> None:
    path.write_text(BLUEPRINT.replace("epochs: 4", "steps: 9"), encoding="utf-8")
    run = yamlnet.load(path).train(out=path.parent / "run", progress="none")
    assert int(keras.ops.convert_to_numpy(run.model.optimizer.iterations)) == 9
    assert len(run.history["loss"]) == 2


def test_a_diverging_run_says_so_and_keeps_its_folder(path: Path) -> None:
    with pytest.raises(TrainingError, match="diverged") as failed:
        trained(path, "train.optimizer={SGD: {learning_rate: 1e30}}")
    assert "learning_rate" in (failed.value.hint or "")
    folder = path.parent / "run"
    assert f"the run so far is kept in {folder}" in (failed.value.hint or "")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "failed"
    assert "diverged" in manifest["error"]
    assert (folder / "blueprint.yaml").exists()


class Interrupts(keras.callbacks.Callback):
    """Presses Ctrl-C."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch == 1:
            raise KeyboardInterrupt


def test_ctrl_c_keeps_what_was_learnt(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yamlnet.runner import fit

    monkeypatch.setattr(fit, "make_callbacks", lambda *_: [Interrupts()])
    run = trained(path)
    assert len(run.history["loss"]) == 2
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "interrupted"
    assert (run.folder / "model.keras").exists()
    assert (run.folder / "curves.png").exists()
    assert run.metrics["test"].keys() == {"loss", "accuracy"}


class Listens(keras.callbacks.Callback):
    """Reads weights and logs in every hook, as any callback of a user may."""

    def __init__(self) -> None:
        super().__init__()
        self.norms: list[float] = []
        self.losses: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.norms.append(float(np.linalg.norm(keras.ops.convert_to_numpy(self.model.layers[1].kernel))))
        self.losses.append(logs["loss"])


def test_batch_hooks_see_the_weights_of_their_step(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yamlnet.runner import fit

    listener = Listens()
    monkeypatch.setattr(fit, "make_callbacks", lambda *_: [listener])
    run = trained(path, "train.epochs=1")
    assert len(set(listener.norms)) == len(listener.norms) >= 5
    assert listener.losses[-1] == pytest.approx(run.history["loss"][0], rel=1e-5)


def test_a_state_is_copied_and_put_back(path: Path) -> None:
    """What exact resume will stand on: from a snapshot, the same steps give the same numbers."""
    loaded = yamlnet.load(path)
    plan, dataset = pipeline._with_data(loaded)
    models = pipeline._lower(loaded, plan)
    assert plan.train is not None
    objective = make_objective(models, plan.train)
    rows = list(dataset.train.batches(16, seed=1))
    warm_up(objective, models, rows[0], objective.phases[0])
    stepper = make_stepper(objective, models, 1)
    for batch in rows[:3]:
        stepper.train(batch)
    stepper.sync()
    kept = snapshot(stepper.variables)

    def finish() -> tuple[dict[str, float], list[Any]]:
        for batch in rows[3:]:
            stepper.train(batch)
        stepper.sync()
        return stepper.results(), models["model"].get_weights()

    first, weights = finish()
    restore(stepper.variables, kept)
    stepper.reload()
    second, again = finish()
    assert first == second
    for one, other in zip(weights, again, strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(ValueError, match="values"):
        restore(stepper.variables, dict(list(kept.items())[1:]))
