"""What is looked at in a run: rows given back, vectors, a word of a judge; against NumPy, SciPy, sklearn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from scipy.linalg import sqrtm
from sklearn.metrics import roc_auc_score

import yamlnet
from yamlnet.cli.main import main
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.run_rows import run_data
from yamlnet.runner.embed import nearest
from yamlnet.runner.frechet import frechet_distance

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

BLUEPRINT = """yamlnet: 1
name: zeros
models:
  encoder:
    inputs: {image: [8, 8]}
    layers: [Flatten, {Dense: {units: 16, activation: relu}}, {Dense: {units: 4, as: code}}]
  decoder:
    inputs: {code: [4]}
    layers: [{Dense: {units: 64, activation: sigmoid}}, {Reshape: {target_shape: [8, 8], as: image}}]
data:
  train: {Sklearn: digits}
  test: 0.3
  learn_from: {target: 0}
  inputs: {image: {column: image, scale: 0.0625}}
  batch_size: 16
train:
  objective: {Autoencoder: {encoder: encoder, decoder: decoder}}
  optimizer: {Adam: {learning_rate: 0.01}}
  epochs: 20
"""
CLASSIFIER = """yamlnet: 1
name: judge
model:
  inputs: {pixels: [64]}
  layers:
    - Dense: {units: 16, activation: relu, as: features}
    - Dense: {units: 10, activation: softmax, as: digit}
data:
  train: {Sklearn: digits}
  test: 0.3
  inputs: {pixels: {column: image, reshape: [64], normalize: min-max}}
  targets: {digit: target}
train: {loss: sparse_categorical_crossentropy, optimizer: {Adam: {learning_rate: 0.01}}, epochs: 8}
"""


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def trained(text: str, folder: Path) -> Any:
    (folder / "blueprint.yaml").write_text(text, encoding="utf-8")
    return yamlnet.load(folder / "blueprint.yaml").train(out=folder / "run", progress="none")


@pytest.fixture(scope="module")
def zeros(on_jax: None, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An autoencoder that has seen zeros alone."""
    return trained(BLUEPRINT, tmp_path_factory.mktemp("zeros"))


@pytest.fixture(scope="module")
def classifier(on_jax: None, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return trained(CLASSIFIER, tmp_path_factory.mktemp("judge"))


def rows_and_labels(run: Any) -> tuple[Any, Any]:
    """The test rows of a run, and what each is: from scikit-learn, by the pixels."""
    from sklearn.datasets import load_digits

    test = run_data(run)[1].test
    assert test is not None
    images = test.first().inputs["image"]
    digits = load_digits()
    known = {
        image.tobytes(): label
        for image, label in zip(digits.images.astype("float32"), digits.target, strict=True)
    }
    return images, np.array([known[(image * 16).astype("float32").tobytes()] for image in images])


def test_errors_thresholds_and_roc_auc(zeros: Any) -> None:
    images, labels = rows_and_labels(zeros)
    found = yamlnet.reconstruct(zeros, label="target", normal="0")
    made = zeros.model.predict(images, verbose=0)
    errors = np.square(made - images).mean(axis=(1, 2))
    np.testing.assert_allclose(found.given_back.errors, errors, rtol=1e-4)
    assert found.roc_auc == pytest.approx(roc_auc_score(labels != 0, errors))
    assert found.roc_auc > 0.95
    train = run_data(zeros)[1].train.first().inputs["image"]
    own = np.square(zeros.model.predict(train, verbose=0) - train).mean(axis=(1, 2))
    assert len(own) == found.trained < 150, "zeros are a tenth of the digits"
    assert found.threshold == pytest.approx(np.quantile(own, 0.99), rel=1e-4)
    np.testing.assert_array_equal(found.anomalies, errors > found.threshold)
    assert yamlnet.reconstruct(zeros, threshold=0.5).anomalies.sum() == 0


def test_reconstruct_as_a_user_calls_it(zeros: Any, tmp_path: Path) -> None:
    from PIL import Image

    run, rows = str(zeros.folder), tmp_path / "rows.npz"
    images, labels = rows_and_labels(zeros)
    np.savez(rows, image=images[:60] * 16, kind=labels[:60])
    told = call("reconstruct", run, str(rows), "-o", str(tmp_path / "pairs.png"), "-n", "9")
    assert told.exit_code == 0, told.output
    assert "training rows lie" in told.stderr and "of 60 rows" in told.stderr
    picture = np.asarray(Image.open(tmp_path / "pairs.png"))
    larger = 4  # of 17 pixels: a row, a line, what is made of it
    first = picture[: 8 * larger : larger, : 8 * larger : larger]
    np.testing.assert_allclose(first, (images[0] * 255).round(), atol=1)
    told = call("reconstruct", run, str(rows), "--format", "json", "--label", "kind", "--normal", "0")
    assert {"errors", "threshold", "anomalies", "roc_auc"} == set(json.loads(told.stdout))
    assert call("reconstruct", run, str(rows), "-o", str(tmp_path / "all.npz")).exit_code == 0
    with np.load(tmp_path / "all.npz") as found:
        assert found["image"].shape == found["image.made"].shape == (60, 8, 8)
    assert call("reconstruct", run, "--label", "target").exit_code == 2
    told = call("reconstruct", run, "--label", "target", "--normal", "11")
    assert told.exit_code == 1 and "none is 11" in told.stderr


def test_vectors_of_the_encoder_and_of_a_layer(zeros: Any, classifier: Any, tmp_path: Path) -> None:
    images, _ = rows_and_labels(zeros)
    codes = yamlnet.embed(zeros)
    np.testing.assert_allclose(
        codes, zeros.models["encoder"].predict(images, verbose=0), rtol=1e-4, atol=1e-5
    )
    made = yamlnet.embed(classifier, layer="features")
    kernel, bias = classifier.model.get_layer("features").get_weights()
    pixels = run_data(classifier)[1].test.first().inputs["pixels"]  # type: ignore[union-attr]
    np.testing.assert_allclose(made, np.maximum(pixels @ kernel + bias, 0), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(yamlnet.embed(classifier, layer="digit").sum(axis=1), 1, rtol=1e-4)
    with pytest.raises(YamlnetError, match="no encoder"):
        yamlnet.embed(classifier)
    with pytest.raises(YamlnetError, match='did you mean "features"'):
        yamlnet.embed(classifier, layer="feature")

    import pyarrow.parquet as pq

    told = call("embed", str(zeros.folder), "-o", str(tmp_path / "codes.parquet"), "--nearest", "2")
    assert told.exit_code == 0, told.output
    kept = np.stack(pq.read_table(tmp_path / "codes.parquet")["vector"].to_pylist())
    np.testing.assert_allclose(kept, codes, rtol=1e-6)
    unit = codes / np.linalg.norm(codes, axis=1, keepdims=True)
    likeness = unit @ unit[0]
    likeness[0] = -2
    assert told.stdout.startswith(f"row 1: {likeness.argmax() + 1} ({likeness.max():.3f})")


def test_the_nearest_rows_are_those_of_the_largest_cosines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yamlnet.runner.embed.COMPARED", 7)
    rows = np.random.default_rng(0).normal(size=(30, 5))
    places, cosines = nearest(rows, 4)
    for one in range(30):
        others = [other for other in range(30) if other != one]
        told = {k: rows[one] @ rows[k] / np.linalg.norm(rows[one]) / np.linalg.norm(rows[k]) for k in others}
        best = sorted(others, key=lambda k: -told[k])[:4]
        assert places[one].tolist() == best
        np.testing.assert_allclose(cosines[one], [told[k] for k in best])
    assert nearest(rows[:3], 10)[0].shape == (3, 2)


def test_the_frechet_distance_of_gaussians() -> None:
    """Of N(0, A) and N(m, B) it is known; of samples it is SciPy's square root of the product."""
    numbers = np.random.default_rng(0)
    one, other = (numbers.normal(size=(400_000, 2)) for _ in range(2))
    mean, spread = np.array([1.0, -2.0]), np.array([3.0, 0.5])
    exact = (mean**2).sum() + ((1 - spread) ** 2).sum()  # diagonal covariances commute
    assert frechet_distance(one, other * spread + mean) == pytest.approx(exact, rel=0.01)
    mixed = numbers.normal(size=(50, 6)) @ numbers.normal(size=(6, 6)) + numbers.normal(size=6)
    rows = numbers.normal(size=(80, 6)) @ numbers.normal(size=(6, 6))
    product = np.cov(rows, rowvar=False) @ np.cov(mixed, rowvar=False)
    traces = np.trace(np.cov(rows, rowvar=False)) + np.trace(np.cov(mixed, rowvar=False))
    wanted = np.square(rows.mean(0) - mixed.mean(0)).sum() + traces - 2 * np.trace(sqrtm(product)).real
    assert frechet_distance(rows, mixed) == pytest.approx(wanted, rel=1e-6)
    assert frechet_distance(rows, rows) == pytest.approx(0, abs=1e-6)
    with pytest.raises(YamlnetError, match="two rows or more"):
        frechet_distance(rows, rows[:1])


def test_a_judge_reads_what_was_made_in_its_own_numbers(zeros: Any, classifier: Any) -> None:
    """The judge reads pixels from 0 to 16, flat, and scales them by itself: given real rows, it is right."""
    images, labels = rows_and_labels(zeros)
    same = yamlnet.judge(zeros, images, classifier)
    assert same.frechet == pytest.approx(0, abs=1e-4)
    assert same.real == len(images)
    answers = classifier.model.predict(images.reshape(-1, 64), verbose=0).argmax(axis=1)
    assert (answers == labels).mean() > 0.9
    apart = [abs(same.classes[str(digit)] - int((answers == digit).sum())) for digit in range(10)]
    assert sum(apart) <= 4, "by rounding, a row or two may fall to the other side"
    noise = np.random.default_rng(0).random(images.shape, dtype=np.float32)
    assert yamlnet.judge(zeros, noise, classifier).frechet > 1
    with pytest.raises(YamlnetError, match="tells no classes"):
        yamlnet.judge(zeros, noise, zeros)
