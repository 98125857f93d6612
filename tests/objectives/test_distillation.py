"""What a student learns of its teacher, against Hinton's formula worked out with NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet import pipeline
from yamlnet.runner.steps import make_objective, make_stepper
from yamlnet.runner.steps.stepper import warm_up

pytestmark = pytest.mark.backend

BLUEPRINT = """yamlnet: 1
models:
  teacher: {inputs: {row: [4]}, layers: [{Dense: {units: 3, activation: %(activation)s}}]}
  student: {inputs: {row: [4]}, layers: [{Dense: {units: 3, activation: %(activation)s, as: kind}}]}
data: {train: {Sklearn: iris}, inputs: {row: {column: features}}, targets: {kind: target}, batch_size: 20}
train:
  objective: {Distillation: {teacher: teacher, student: student, temperature: 3, alpha: 0.7}}
  loss: {SparseCategoricalCrossentropy: {from_logits: %(logits)s}}
  metrics: [accuracy]
"""


def softmax(z: Any) -> Any:
    grown = np.exp(z - z.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("activation", "logits"), [("linear", "true"), ("softmax", "false")])
def test_both_losses_and_their_sum(activation: str, logits: str, tmp_path: Path) -> None:
    text = BLUEPRINT % {"activation": activation, "logits": logits}
    (tmp_path / "trial.yaml").write_text(text, encoding="utf-8")
    loaded = yamlnet.load(tmp_path / "trial.yaml")
    plan, dataset = pipeline._with_data(loaded)
    assert plan.train is not None
    models = pipeline._lower(loaded, plan)
    batch = next(dataset.train.batches(20))
    objective = make_objective(models, plan.train, plan.seed)
    warm_up(objective, models, batch, objective.phases[0])
    stepper = make_stepper(objective, models, plan.seed)
    stepper.reset_metrics()
    stepper.evaluate(batch)
    found = stepper.results()

    rows, kinds = batch.inputs["row"].astype(np.float64), batch.targets["kind"].reshape(-1)
    v, z = (
        rows @ kernel + bias for kernel, bias in (models[one].get_weights() for one in ("teacher", "student"))
    )
    said, told = softmax(v / 3), softmax(z / 3)
    soft = 9 * (said * np.log(said / told)).sum(axis=1).mean()
    hard = -np.log(softmax(z)[np.arange(20), kinds]).mean()
    assert found["soft_loss"] == pytest.approx(soft, rel=1e-4)
    assert found["hard_loss"] == pytest.approx(hard, rel=1e-4)
    assert found["loss"] == pytest.approx(0.7 * soft + 0.3 * hard, rel=1e-4)
    assert found["accuracy"] == pytest.approx((z.argmax(axis=1) == kinds).mean())

    kept = [weight.copy() for weight in models["teacher"].get_weights()]
    before = models["student"].get_weights()[0].copy()
    stepper.train(batch)
    stepper.sync()
    for old, new in zip(kept, models["teacher"].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert (before != models["student"].get_weights()[0]).any()
    assert keras.tree.flatten(models["model"].output)[0].shape[-1] == 3
