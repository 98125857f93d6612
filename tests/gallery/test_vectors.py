"""Blueprints that learn vectors, or what is normal: their quick variants against what others tell."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

import yamlnet
from yamlnet.resources import gallery
from yamlnet.run_rows import run_data

pytestmark = [pytest.mark.backend, pytest.mark.slow]


@pytest.mark.usefixtures("held_once")
def test_anomalies_are_told_as_well_as_by_pca(tmp_path: Path) -> None:
    run = yamlnet.load(f"{gallery()['generative/anomaly']}:quick").train(
        out=tmp_path / "run", progress="none"
    )
    found = yamlnet.reconstruct(run, label="target", normal=0)
    _, data = run_data(run)
    assert data.test is not None
    train, test = (part.first().inputs["image"].reshape(-1, 64) for part in (data.train, data.test))
    digits = load_digits()
    scans = (digits.data / 16).astype("float32")
    known = {scan.tobytes(): target for scan, target in zip(scans, digits.target, strict=True)}
    plane = PCA(8).fit(train)
    errors = np.square(test - plane.inverse_transform(plane.transform(test))).mean(axis=1)
    linear = roc_auc_score([known[row.tobytes()] != 0 for row in test], errors)
    assert found.roc_auc is not None
    assert found.roc_auc > max(0.98, linear - 0.005)


@pytest.mark.usefixtures("held_once")
def test_views_of_a_digit_find_each_other(tmp_path: Path) -> None:
    path, digits = f"{gallery()['vision/simclr']}:quick", load_digits()
    np.savez(tmp_path / "digits.npz", image=digits.images[:500])
    fewer = f"data.train={{Npz: {tmp_path / 'digits.npz'}}}"
    run = yamlnet.load(path, ["epochs=2", fewer]).train(out=tmp_path / "run", progress="none")
    assert run.history["loss"][-1] < run.history["loss"][0]
    assert run.history["accuracy"][-1] > run.history["accuracy"][0]
    assert yamlnet.embed(run).shape[1] == 128


@pytest.fixture
def clothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images made here for Fashion-MNIST's: each class is a pattern of its own, with noise on it."""
    numbers = np.random.default_rng(0)
    patterns = numbers.integers(0, 256, (10, 28, 28))
    folder = tmp_path / "datasets/fashion-mnist"
    folder.mkdir(parents=True)
    for part, rows in (("train", 20), ("t10k", 1500)):
        labels = np.arange(rows, dtype=np.uint8) % 10
        images = np.clip(patterns[labels] + numbers.normal(0, 40, (rows, 28, 28)), 0, 255).astype(np.uint8)
        with gzip.open(folder / f"{part}-labels-idx1-ubyte.gz", "wb") as file:
            file.write(struct.pack(">II", 2049, rows) + labels.tobytes())
        with gzip.open(folder / f"{part}-images-idx3-ubyte.gz", "wb") as file:
            file.write(struct.pack(">IIII", 2051, rows, 28, 28) + images.tobytes())
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path))


@pytest.mark.usefixtures("held_once", "clothing")
def test_an_image_finds_the_words_for_it(tmp_path: Path) -> None:
    path = f"{gallery()['multimodal/fashion_words']}:quick"
    run = yamlnet.load(path, ["epochs=6"]).train(out=tmp_path / "run", progress="none")
    _, data = run_data(run)
    assert data.test is not None
    rows = data.test.first()
    images, words = yamlnet.embed(run, layer="image_tower"), yamlnet.embed(run, layer="word_tower")
    again = yamlnet.embed(yamlnet.open_run(run.folder), layer="image_tower")
    np.testing.assert_allclose(again, images, rtol=1e-4, atol=1e-5)
    np.savez(tmp_path / "images.npz", image=rows.inputs["image"][:5] * 255)  # no words: one tower reads them
    alone = yamlnet.embed(run, tmp_path / "images.npz", layer="image_tower")
    np.testing.assert_allclose(alone, images[:5], rtol=1e-3, atol=1e-4)
    captions, first = np.unique(rows.inputs["words"], axis=0, return_index=True)
    assert len(captions) == 10
    images, words = (one / np.linalg.norm(one, axis=1, keepdims=True) for one in (images, words[first]))
    told = captions[(images @ words.T).argmax(axis=1)]
    assert (told == rows.inputs["words"]).all(axis=1).mean() > 0.9


@pytest.mark.usefixtures("on_jax", "clothing")  # PyTorch takes the steps of an LSTM one by one
def test_an_image_is_told_in_words(tmp_path: Path) -> None:
    path = f"{gallery()['multimodal/fashion_captions']}:quick"
    run = yamlnet.load(path, ["train.optimizer={Adam: 1e-2}", "data.batch_size=32", "epochs=6"]).train(
        out=tmp_path / "run", progress="none"
    )
    measured = yamlnet.evaluate(run)
    assert measured["data.words.exact"] > 0.8
    assert measured["data.words.rows"] > 400
