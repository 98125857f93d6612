"""The generative blueprints: what they make is judged by what learnt from real digits alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.svm import SVC

import yamlnet
from yamlnet import pipeline
from yamlnet.resources import gallery

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("on_jax")]

ASKED = {"generative/vae": 0.97, "generative/gan": 0.85, "generative/diffusion": 0.8}
"""The share of made digits that are judged to be what was asked for."""


def trained(name: str, folder: Path) -> Any:
    return yamlnet.load(gallery()[name]).train(out=folder / "run", progress="none")


@pytest.mark.parametrize("name", sorted(ASKED))
def test_it_makes_the_digit_that_is_asked_for(name: str, tmp_path: Path) -> None:
    run = trained(name, tmp_path)
    digits = load_digits()
    judge = SVC(gamma=0.8, C=10).fit(digits.data / 16, digits.target)
    made = yamlnet.generate(run, 300, seed=1)
    _, data = pipeline._with_data(yamlnet.load(gallery()[name]))
    assert data.test is not None
    labels = data.test.first().inputs["label"]
    asked = labels[np.arange(300) % len(labels)]
    assert (judge.predict(made.reshape(300, 64)) == asked).mean() >= ASKED[name]
    assert made.reshape(300, 64).std(axis=0).max() > 0.2  # not one digit again and again


def test_it_takes_noise_off_better_than_the_best_plane(tmp_path: Path) -> None:
    """PCA with as many dimensions as lose the least is the linear way to do it."""
    name = "generative/denoising_autoencoder"
    run = trained(name, tmp_path)
    _, data = pipeline._with_data(yamlnet.load(gallery()[name]))
    assert data.test is not None
    clean, rows = (part.first().inputs["image"].reshape(-1, 64) for part in (data.test, data.train))
    noisy = clean + np.random.default_rng(0).normal(0, 0.3, clean.shape).astype(np.float32)
    found = run.model.predict(noisy.reshape(-1, 8, 8), verbose=0).reshape(-1, 64)
    planes = [PCA(size).fit(rows) for size in range(4, 40, 4)]
    linear = min(
        np.square(clean - plane.inverse_transform(plane.transform(noisy))).mean() for plane in planes
    )
    error = np.square(clean - found).mean()
    assert error < linear < np.square(clean - noisy).mean()
