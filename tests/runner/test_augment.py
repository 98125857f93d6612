"""Augmenting: the same for the same seed, epoch and batch; in training alone; targets stay as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from yamlnet.data.batches import Batch
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.resolver.plan import ObjectSpec
from yamlnet.runner.augment import Augmenter

pytestmark = pytest.mark.backend

IMAGES = np.random.default_rng(2).random((8, 6, 6, 1), dtype=np.float32)
FLIP = ObjectSpec("layer", "RandomFlip", {"mode": "horizontal"})
SHIFT = ObjectSpec("layer", "RandomTranslation", {"height_factor": 0.3, "width_factor": 0.3})

BLUEPRINT = """\
yamlnet: 1
model:
  inputs: {x: [8, 8, 1]}
  layers:
    - Flatten
    - Dense: {units: 10, as: digit}
data:
  train: {Sklearn: digits}
  validation: 0.2
  test: 0.2
  inputs: {x: {column: image, scale: "${1 / 16}"}}
  targets: {digit: {column: target}}
  batch_size: 256
  augment: [RandomFlip: vertical, GaussianNoise: 0.1]
train:
  loss: {SparseCategoricalCrossentropy: {from_logits: true}}
  epochs: 2
"""


def augmented(*specs: ObjectSpec, seed: int = 3, epoch: int = 0, step: int = 0) -> Any:
    augmenter = Augmenter({"x": specs}, seed, {"x": (6, 6, 1)})
    batch = augmenter(Batch({"x": IMAGES, "n": IMAGES[:, 0, 0]}, {"y": IMAGES}), epoch, step)
    assert batch.inputs["n"] is not None
    assert batch.targets["y"] is IMAGES
    np.testing.assert_array_equal(batch.inputs["n"], IMAGES[:, 0, 0])
    return keras.ops.convert_to_numpy(batch.inputs["x"])


def test_flips_are_flips_and_some_rows_stay() -> None:
    found = augmented(FLIP)
    flipped = [np.array_equal(after, before[:, ::-1]) for after, before in zip(found, IMAGES, strict=True)]
    same = [np.array_equal(after, before) for after, before in zip(found, IMAGES, strict=True)]
    assert all(one or other for one, other in zip(flipped, same, strict=True))
    assert 0 < sum(flipped) < 8


def test_what_is_drawn_follows_from_seed_epoch_and_batch() -> None:
    first = augmented(FLIP, SHIFT)
    np.testing.assert_array_equal(augmented(FLIP, SHIFT), first)
    for other in ({"seed": 4}, {"epoch": 1}, {"step": 1}):
        assert not np.array_equal(augmented(FLIP, SHIFT, **other), first)


def test_a_layer_that_cannot_read_the_rows_is_refused() -> None:
    with pytest.raises(BlueprintError, match='"RandomRotation" cannot augment rows of shape'):
        Augmenter({"x": [ObjectSpec("layer", "RandomRotation", {"factor": 0.1})]}, 1, {"x": (4,)})


def test_only_training_sees_it_and_runs_repeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yamlnet import pipeline, runs

    (tmp_path / "a.yaml").write_text(BLUEPRINT, encoding="utf-8")
    seen: list[int] = []
    before = Augmenter.__call__

    def watched(self: Augmenter, batch: Batch, epoch: int, step: int) -> Batch:
        seen.append(batch.rows)
        return before(self, batch, epoch, step)

    monkeypatch.setattr(Augmenter, "__call__", watched)
    first = pipeline.load(tmp_path / "a.yaml").train(out=tmp_path / "1", progress="none")
    rows = sum(seen)
    again = pipeline.load(tmp_path / "a.yaml").train(out=tmp_path / "2", progress="none")
    plain = pipeline.load(tmp_path / "a.yaml", ["data.augment=null"])
    unchanged = plain.train(out=tmp_path / "3", progress="none")
    assert first.history == again.history
    assert first.history["loss"] != unchanged.history["loss"]
    opened = runs.open_run(tmp_path / "1")
    seen.clear()
    found = runs.evaluate(opened)
    assert found["loss"] == pytest.approx(first.metrics["test"]["loss"], rel=1e-5)
    parts = {name: runs.evaluate(opened, name) for name in ("train", "validation")}
    assert parts["validation"]["loss"] == pytest.approx(first.history["val_loss"][-1], rel=1e-4)
    runs.predict(opened)
    assert not seen
    names = {layer.__class__.__name__ for layer in opened.model.layers}
    assert not names & {"RandomFlip", "GaussianNoise"}
    assert rows % 2 == 0
    assert rows > 0
