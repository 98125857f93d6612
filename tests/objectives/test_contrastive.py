"""What contrastive learning minimises, against the formulas of its papers, pair by pair in NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet import pipeline
from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Models, Objective
from yamlnet.runner.steps import make_objective, make_stepper
from yamlnet.runner.steps.stepper import Stepper, warm_up

pytestmark = pytest.mark.backend

ROWS = 12
ENCODER = """yamlnet: 1
models:
  encoder: {inputs: {image: [6]}, layers: [{Dense: {units: 4, as: vector}}]}
  head: {inputs: {vector: [4]}, layers: [{Dense: 3}]}
data: {train: {Npz: rows.npz}, inputs: {image: image}, shuffle: false%s}
train: {optimizer: {Adam: {learning_rate: 0.02}}, objective: {Contrastive: {encoder: encoder, %s}}}
"""
HEAD = "  head: {inputs: {vector: [4]}, layers: [{Dense: 3}]}\n"
TOWERS = """yamlnet: 1
models:
  image_tower: {inputs: {image: [6]}, layers: [{Dense: 4}]}
  word_tower:
    inputs: {word: {shape: [], dtype: int32}}
    layers: [{Embedding: {input_dim: 20, output_dim: 4}}]
data: {train: {Npz: rows.npz}, inputs: {image: image, word: word}, shuffle: false}
train:
  objective:
    Contrastive: {loss: two-tower, query: image_tower, candidate: word_tower, temperature: 0.3, symmetric: %s}
"""


class Trial:
    """An objective on one batch of random rows, as training would have it."""

    def __init__(self, text: str, folder: Path) -> None:
        numbers = np.random.default_rng(3)
        image = numbers.normal(size=(ROWS, 6)).astype(np.float32)
        kind, word = numbers.integers(0, 3, ROWS), numbers.integers(0, 8, ROWS)
        np.savez(folder / "rows.npz", image=image, kind=kind, word=word)
        (folder / "trial.yaml").write_text(text, encoding="utf-8")
        loaded = yamlnet.load(folder / "trial.yaml")
        plan, dataset = pipeline._with_data(loaded)
        assert plan.train is not None
        self.models: Models = pipeline._lower(loaded, plan)
        self.batch: Batch = next(dataset.train.batches(ROWS, shuffle=False))
        self.objective: Objective = make_objective(self.models, plan.train, plan.seed)
        for phase in self.objective.phases:
            warm_up(self.objective, self.models, self.batch, phase)
        self.stepper: Stepper = make_stepper(self.objective, self.models, plan.seed)

    def measured(self) -> dict[str, float]:
        self.stepper.reset_metrics()
        self.stepper.evaluate(self.batch)
        return self.stepper.results()

    def directions(self, model: str, x: Any) -> Any:
        """Vectors of length 1, float64."""
        found = self.models[model](keras.ops.convert_to_tensor(x), training=False)
        vectors = keras.ops.convert_to_numpy(found).astype(np.float64)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_nt_xent_of_the_views_of_every_row(tmp_path: Path) -> None:
    """Equation 1 of SimCLR for views that change nothing: both of a row are the row itself."""
    words = "projection: head, loss: nt-xent, views: [Identity], temperature: 0.5"
    trial = Trial(ENCODER % ("", words), tmp_path)
    encoder, head = trial.models["encoder"], trial.models["head"]
    vectors = keras.ops.convert_to_numpy(head(encoder(trial.batch.inputs["image"])))
    unit = np.concatenate([vectors, vectors]).astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    surprises = []
    for i in range(2 * ROWS):
        partner = (i + ROWS) % (2 * ROWS)
        others = sum(np.exp(unit[i] @ unit[k] / 0.5) for k in range(2 * ROWS) if k != i)
        surprises.append(-np.log(np.exp(unit[i] @ unit[partner] / 0.5) / others))
    found = trial.measured()
    assert found["loss"] == pytest.approx(np.mean(surprises), rel=1e-5)
    assert found["accuracy"] == 1  # nothing is as near as itself


def test_views_of_a_row_differ_and_are_learnt(tmp_path: Path, backend: str) -> None:
    """With much noise partners are not found at once; both models learn to find them."""
    if backend != "torch":
        pytest.skip("noise is drawn and learnt from as in other objectives: tried where nothing is compiled")
    words = "projection: head, loss: nt-xent, views: [{GaussianNoise: 0.3}]"
    trial = Trial(ENCODER % ("", words), tmp_path)
    before = trial.measured()
    weights = {name: trial.models[name].get_weights()[0].copy() for name in ("encoder", "head")}
    for _ in range(40):
        trial.stepper.train(trial.batch)
    trial.stepper.sync()
    assert all((trial.models[name].get_weights()[0] != old).any() for name, old in weights.items())
    after = trial.measured()
    assert after["loss"] < before["loss"]
    assert after["loss"] > 0.01, "two views of a row are drawn apart from each other"


@pytest.mark.parametrize("mining", ["hard", "semi-hard"])
def test_triplets_of_a_batch(mining: str, tmp_path: Path) -> None:
    words = f"loss: triplet, mining: {mining}, margin: 0.4"
    trial = Trial(
        ENCODER.replace("  head: {inputs: {vector: [4]}, layers: [{Dense: 3}]}\n", "")
        % (", targets: {vector: kind}", words),
        tmp_path,
    )
    kind = trial.batch.targets["vector"].reshape(-1)
    unit = trial.directions("encoder", trial.batch.inputs["image"])
    distance = np.square(unit[:, None] - unit[None]).sum(-1)
    losses, right = [], []
    for a in range(ROWS):
        alike = [p for p in range(ROWS) if p != a and kind[p] == kind[a]]
        unlike = [distance[a, n] for n in range(ROWS) if kind[n] != kind[a]]
        if mining == "hard":
            losses.append(max(0, max(distance[a, p] for p in alike) - min(unlike) + 0.4))
        else:
            for p in alike:
                beyond = [d for d in unlike if d > distance[a, p]]
                losses.append(max(0, distance[a, p] - (min(beyond) if beyond else max(unlike)) + 0.4))
        nearest = min((b for b in range(ROWS) if b != a), key=lambda b: distance[a, b])
        right.append(kind[nearest] == kind[a])
    found = trial.measured()
    assert found["loss"] == pytest.approx(np.mean(losses), rel=1e-4)
    assert found["accuracy"] == pytest.approx(np.mean(right))


@pytest.mark.parametrize("symmetric", [True, False])
def test_two_towers_tell_each_others_rows(symmetric: bool, tmp_path: Path) -> None:
    """Rows with the same word are no wrong answers to each other: they are left out."""
    trial = Trial(TOWERS % str(symmetric).lower(), tmp_path)
    image, word = trial.batch.inputs["image"], trial.batch.inputs["word"].reshape(-1)
    assert len(set(word)) < ROWS, "some words come twice"
    queries, candidates = trial.directions("image_tower", image), trial.directions("word_tower", word)
    likeness = np.exp(queries @ candidates.T / 0.3)

    def surprise(i: int, line: Any) -> float:
        return float(-np.log(line[i] / sum(line[k] for k in range(ROWS) if k == i or word[k] != word[i])))

    forth = np.mean([surprise(i, likeness[i]) for i in range(ROWS)])
    back = np.mean([surprise(i, likeness[:, i]) for i in range(ROWS)])
    found = trial.measured()
    assert found["loss"] == pytest.approx((forth + back) / 2 if symmetric else forth, rel=1e-5)
    best = [max(range(ROWS), key=lambda k: likeness[i, k]) for i in range(ROWS)]
    assert found["accuracy"] == pytest.approx(np.mean([word[k] == word[i] for i, k in enumerate(best)]))
    made = trial.models["model"]({"image": image, "word": trial.batch.inputs["word"]})
    assert set(made) == {"query", "candidate"}
