"""Objectives learn what others can tell exactly: a linear autoencoder PCA, a table of pairs its entropy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import yamlnet
from yamlnet import pipeline

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]


def trained(folder: Path, text: str) -> Any:
    (folder / "blueprint.yaml").write_text("yamlnet: 1\n" + text, encoding="utf-8")
    return yamlnet.load(folder / "blueprint.yaml").train(out=folder / "run", progress="none")


def test_a_linear_autoencoder_becomes_pca(tmp_path: Path) -> None:
    """Its best is the plane of the first components (Baldi and Hornik 1989), which scikit-learn computes."""
    from sklearn.datasets import load_digits
    from sklearn.decomposition import PCA

    run = trained(
        tmp_path,
        """
models:
  encoder: {inputs: {image: [64]}, layers: [{Dense: 8}]}
  decoder: {inputs: {code: [8]}, layers: [{Dense: 64}]}
data:
  train: {Sklearn: digits}
  inputs: {image: {column: image, reshape: [64], scale: 0.0625}}
  batch_size: 128
train:
  objective: {Autoencoder: {encoder: encoder, decoder: decoder}}
  optimizer: {Adam: {learning_rate: 0.01}}
  epochs: 40
""",
    )
    images = load_digits().data / 16
    pca = PCA(8).fit(images)
    best = np.square(images - pca.inverse_transform(pca.transform(images))).mean()
    found = yamlnet.evaluate(run, "train")["loss"]
    assert best <= found <= 1.05 * best
    codes = run.models["encoder"].predict(images, verbose=0)  # the encoder alone is trained, too
    assert codes.shape == (len(images), 8)


def test_a_table_of_pairs_reaches_their_entropy(tmp_path: Path) -> None:
    """Tokens of a Markov chain: no model of the last token alone does better than its conditional entropy."""
    numbers = np.random.default_rng(1)
    chances = numbers.dirichlet(np.full(5, 0.3), 5)
    rows = np.zeros((600, 20), int)
    for place in range(1, 20):
        draws = numbers.random((600, 1))
        rows[:, place] = (draws > chances[rows[:, place - 1]].cumsum(1)).sum(1).clip(0, 4)
    np.savez(tmp_path / "rows.npz", tokens=rows)
    run = trained(
        tmp_path,
        """
model:
  inputs: {tokens: {shape: [20], dtype: int32}}
  layers: [{Embedding: {input_dim: 5, output_dim: 5}}]
data: {train: {Npz: rows.npz}, inputs: {tokens: tokens}}
train: {objective: CausalLM, optimizer: {Adam: {learning_rate: 0.1}}, epochs: 15}
""",
    )
    pairs = np.zeros((5, 5))
    np.add.at(pairs, (rows[:, :-1], rows[:, 1:]), 1)
    shares = pairs / pairs.sum(1, keepdims=True)
    entropy = -(pairs * np.log(np.where(shares > 0, shares, 1))).sum() / pairs.sum()
    assert yamlnet.evaluate(run, "train")["loss"] == pytest.approx(entropy, rel=0.02)


def test_a_conditional_vae_makes_the_digit_that_is_asked_for(tmp_path: Path) -> None:
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    blueprint = Path(__file__).parent.parent / "blueprints" / "ok" / "objectives.yaml"
    loaded = yamlnet.load(blueprint, ["train.epochs=15", "train.callbacks=[]"])
    run = loaded.train(out=tmp_path / "run", progress="none")
    digits = load_digits()
    judge = LogisticRegression(max_iter=200).fit(digits.data / 16, digits.target)
    made = yamlnet.generate(run, 100, seed=3)
    _, data = pipeline._with_data(loaded)
    assert data.validation is not None
    labels = data.validation.first().inputs["label"]
    asked = labels[np.arange(100) % len(labels)]
    assert (judge.predict(made.reshape(100, 64)) == asked).mean() > 0.8
    again = yamlnet.generate(yamlnet.open_run(run.folder), 100, seed=3)
    np.testing.assert_allclose(made, again, atol=1e-5)
