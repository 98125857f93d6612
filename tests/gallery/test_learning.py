"""Every blueprint whose data comes with pip learns it, as well as scikit-learn does or better."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import yamlnet
from yamlnet import pipeline
from yamlnet.resources import gallery

pytestmark = [pytest.mark.backend, pytest.mark.slow]

MEASURED = {
    "attention": ("accuracy", "digit"),
    "digits": ("accuracy", "digit"),
    "functional": ("digit_accuracy", "digit"),
    "graph-ops/mixture_of_experts": ("digit_accuracy", "digit"),
    "graph-ops/squeeze_excite": ("accuracy", "digit"),
    "lstm": ("accuracy", "digit"),
    "mlp": ("auc", "benign"),
    "regression": ("r2_score", "progression"),
    "sequence/tcn": ("accuracy", "digit"),
    "vision/lenet5": ("accuracy", "digit"),
}
"""The metric that tells, and the target that it is about."""

CONTRASTIVE = {"multimodal/fashion_words", "vision/simclr"}
"""What learns vectors: tests/gallery/test_vectors.py."""

EVERYWHERE = ("digits",)
"""Trained to the end on every backend.

The others are made of the same layers and are trained to the end on JAX, and for two epochs elsewhere:
tests/runner/test_parity.py holds every backend's steps against Keras's own.
"""

SLACK = 0.03
"""What a network of a minute may lie below a linear model that is solved exactly, on some 70 to 270 rows."""

DIGITS = 0.97


def test_every_blueprint_is_accounted_for() -> None:
    sources = {name: yamlnet.load(path).plan.data for name, path in gallery().items()}
    with_pip = {name for name, data in sources.items() if data is not None and data.train.name == "Sklearn"}
    generative = {name for name in with_pip if name.startswith("generative/")}  # test_generative.py
    assert with_pip - generative - CONTRASTIVE == set(MEASURED)  # all others have tests of their own


def linear_reference(path: Path, metric: str, target: str) -> float:
    """What scikit-learn's linear model reaches on the same rows: area under the curve, accuracy, or R²."""
    _, data = pipeline._with_data(yamlnet.load(path))
    assert data.test is not None
    linear = Ridge() if metric == "r2_score" else LogisticRegression(max_iter=2000)
    model = make_pipeline(StandardScaler(), linear)

    def rows(split: Any) -> Any:
        values = next(iter(split.inputs.values()))
        return values.reshape(len(values), -1)

    model.fit(rows(data.train), data.train.targets[target].ravel())
    answers = data.test.targets[target].ravel()
    if metric == "auc":
        return float(roc_auc_score(answers, model.decision_function(rows(data.test))))
    return float(model.score(rows(data.test), answers))


@pytest.mark.parametrize("name", MEASURED)
def test_it_learns(name: str, tmp_path: Path, backend: str) -> None:
    if backend != "jax" and name not in EVERYWHERE:
        pytest.skip("trained to the end on JAX, and for two epochs here")
    metric, target = MEASURED[name]
    run = yamlnet.load(gallery()[name]).train(out=tmp_path / "run", progress="none")
    reached = run.metrics["test"][metric]
    assert reached >= linear_reference(gallery()[name], metric, target) - SLACK
    if name == "digits":
        assert reached >= DIGITS
    assert (run.folder / "export/model.keras").exists()


@pytest.mark.parametrize("name", sorted(MEASURED.keys() - set(EVERYWHERE)))
def test_it_begins_to_learn(name: str, tmp_path: Path, backend: str) -> None:
    if backend == "jax":
        pytest.skip("trained to the end here")
    run = yamlnet.load(gallery()[name], ["train.epochs=2"]).train(out=tmp_path / "run", progress="none")
    first, second = run.history["loss"]
    assert second < first
    assert (run.folder / "export/model.keras").exists()
