"""What the check `monitor` believes to be measured is what a run's history has; Keras's callbacks agree."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from yamlnet.checks.monitor import measures
from yamlnet.diagnostics.diagnostic import BlueprintError, TrainingError
from yamlnet.pipeline import load

pytestmark = pytest.mark.backend

ONE = """\
yamlnet: 1
model:
  inputs: {{x: [4]}}
  layers:
    - Dense: {{units: 3, activation: softmax, as: kind}}
data:
  train: {{Sklearn: iris}}
  validation: 0.2
  inputs: {{x: {{column: features}}}}
  targets: {{kind: {{column: target, encode: one-hot}}}}
train:
  loss: categorical_crossentropy
  metrics: {metrics}
  epochs: 1
"""

SEVERAL = """\
yamlnet: 1
model:
  inputs: {{x: [4]}}
  layers:
    - Dense: {{units: 3, activation: softmax, from: x, as: kind}}
    - Dense: {{units: 1, from: x, as: width}}
  outputs: {outputs}
data:
  train: {{Sklearn: iris}}
  inputs: {{x: {{column: features}}}}
  targets: {{{targets}}}
train:
  loss: {loss}
  metrics: {metrics}
  epochs: 1
"""
BOTH = "{kind: sparse_categorical_crossentropy, width: mse}"

RUNS = {
    "short names": ONE.format(metrics="[acc, mae, mse]"),
    "names": ONE.format(metrics="[accuracy, categorical_crossentropy, mean_absolute_error]"),
    "classes": ONE.format(
        metrics="[CategoricalAccuracy, {TopKCategoricalAccuracy: 2}, KLDivergence, {F1Score: macro}]"
    ),
    "unnamed": ONE.format(metrics="[{AUC: {name: ranks}}, Precision, Recall, TruePositives]"),
    "named": ONE.format(metrics="[{CategoricalAccuracy: {name: right}}]"),
    "none": ONE.format(metrics="[]"),
    "by output": SEVERAL.format(
        outputs="[kind, width]", targets="kind: target, width: petal_width_(cm)", loss=BOTH,
        metrics="{kind: [accuracy, SparseCategoricalAccuracy], width: mae}",
    ),
    "of a mapping": SEVERAL.format(
        outputs="{a: kind, b: width}", targets="a: target, b: petal_width_(cm)",
        loss="{a: sparse_categorical_crossentropy, b: mse}", metrics="{a: [accuracy], b: [mae, r2_score]}",
    ),
    "one loss": SEVERAL.format(
        outputs="[kind, width]", targets="kind: target", metrics="accuracy",
        loss="{kind: sparse_categorical_crossentropy}",
    ),
    "of a mapping of one": SEVERAL.format(
        outputs="{a: kind}", targets="a: target", metrics="accuracy", loss="sparse_categorical_crossentropy"
    ),
}  # fmt: skip


def columns(text: str, folder: Path) -> set[str]:
    """The columns of the history of a real run."""
    file = folder / "blueprint.yaml"
    file.write_text(text, encoding="utf-8")
    load(file).train(out=folder / "run", progress="none")
    with (folder / "run" / "history.csv").open(encoding="utf-8", newline="") as rows:
        return set(next(csv.reader(rows))) - {"epoch"}


@pytest.mark.parametrize("name", RUNS)
def test_the_names_are_those_of_the_history(name: str, tmp_path: Path) -> None:
    found = columns(RUNS[name], tmp_path)
    believed = {measure.name for measure in measures(load(tmp_path / "blueprint.yaml").plan)}
    with_validation = "validation" in RUNS[name]
    found = {NUMBER.sub("", name) for name in found}
    assert found == believed | ({f"val_{one}" for one in believed} if with_validation else set())


NUMBER = re.compile(r"_\d+$")
"""Keras numbers the second `precision` of one process; a process of its own has only the first."""

STOP = "  callbacks: [{{EarlyStopping: {{monitor: {monitor}}}}}]\n"


@pytest.mark.parametrize("monitor", ["kind_accuracy", "width_loss"])
def test_keras_knows_no_direction_of_one_output_of_several(
    monitor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = RUNS["by output"] + STOP.format(monitor=monitor)
    file = tmp_path / "blueprint.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BlueprintError, match="Keras cannot tell"):
        load(file)
    monkeypatch.setattr("yamlnet.checks.monitor._direction", lambda *_: iter(()))
    with pytest.raises((ValueError, TrainingError), match="isn't able to"):
        load(file).train(out=tmp_path / "run", progress="none")


def test_a_plateau_cannot_reduce_the_rate_of_a_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = "{ExponentialDecay: {initial_learning_rate: 1e-9, decay_steps: 5, decay_rate: 0.9}}"
    text = RUNS["none"].replace("epochs: 1", f"epochs: 4\n  optimizer: {{SGD: {{learning_rate: {rate}}}}}")
    text += "  callbacks: [{ReduceLROnPlateau: {monitor: loss, patience: 0, min_delta: 1.0}}]\n"
    file = tmp_path / "blueprint.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BlueprintError, match="ReduceLROnPlateau may not change"):
        load(file)
    monkeypatch.setattr("yamlnet.checks.learning_rate._plateau", lambda *_: iter(()))
    with pytest.raises((TypeError, TrainingError), match="LearningRateSchedule"):
        load(file).train(out=tmp_path / "run", progress="none")
