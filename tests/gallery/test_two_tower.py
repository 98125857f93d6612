"""`recommend/two_tower.yaml` gives what NumPy gives with the same weights, and so does each tower alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("on_jax")]

BLUEPRINT = "recommend/two_tower.yaml"
ROWS, HISTORY, TEMPERATURE = 32, 20, 0.05


@pytest.fixture(scope="module")
def ours(build: Callable[..., Any]) -> Any:
    model = build(BLUEPRINT)
    rng = np.random.default_rng(0)
    for weight in model.weights:
        scale = weight.shape[0] ** -0.5 if "kernel" in weight.name else 0.3
        weight.assign(rng.normal(scale=scale, size=weight.shape).astype("float32"))
    return model


@pytest.fixture(scope="module")
def rows() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    watched = rng.integers(1, 5000, (ROWS, HISTORY))
    watched[np.arange(HISTORY) >= rng.integers(0, HISTORY + 1, (ROWS, 1))] = 0
    watched[0] = 0
    return {
        "user": rng.integers(0, 1000, ROWS).astype("int32"),
        "watched": watched.astype("int32"),
        "video": rng.integers(1, 5000, ROWS).astype("int32"),
        "topic": rng.integers(0, 50, ROWS).astype("int32"),
    }


def test_it_gives_numpy_s_cosines(ours: Any, rows: dict[str, Any]) -> None:
    query, candidate = query_vectors(ours, rows), candidate_vectors(ours, rows)
    lengths = np.linalg.norm(query, axis=1) * np.linalg.norm(candidate, axis=1)
    expected = (query * candidate).sum(axis=1) / lengths / TEMPERATURE
    assert np.ptp(expected) > 1, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(rows, verbose=0)[:, 0], expected, rtol=1e-4, atol=1e-4)


def test_each_tower_can_be_used_alone(ours: Any, rows: dict[str, Any]) -> None:
    query, candidate = query_vectors(ours, rows), candidate_vectors(ours, rows)
    for name, vectors, inputs in (
        ("query", query, ("user", "watched")),
        ("candidate", candidate, ("video", "topic")),
    ):
        alone = ours.get_layer(name).predict({one: rows[one] for one in inputs}, verbose=0)
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        np.testing.assert_allclose(alone, unit, rtol=1e-4, atol=1e-5)


def test_a_catalogue_s_vectors_give_every_score_at_once(ours: Any, rows: dict[str, Any]) -> None:
    queries = ours.get_layer("query").predict({name: rows[name] for name in ("user", "watched")}, verbose=0)
    catalogue = ours.get_layer("candidate").predict(
        {name: rows[name] for name in ("video", "topic")}, verbose=0
    )
    scores = queries @ catalogue.T / TEMPERATURE
    np.testing.assert_allclose(np.diag(scores), ours.predict(rows, verbose=0)[:, 0], rtol=1e-4, atol=1e-4)


def test_the_towers_share_no_weight(ours: Any) -> None:
    query, candidate = ours.get_layer("query"), ours.get_layer("candidate")
    assert not {id(weight) for weight in query.weights} & {id(weight) for weight in candidate.weights}
    widths = (256, 128, 64)
    tower = sum(given * units + units for given, units in zip((2 * 64, *widths[:-1]), widths, strict=True))
    assert query.count_params() == (1000 + 5000) * 64 + tower
    assert candidate.count_params() == (5000 + 50) * 64 + tower
    assert ours.count_params() == query.count_params() + candidate.count_params()


def test_a_saved_model_still_has_its_towers(ours: Any, rows: dict[str, Any], tmp_path: Path) -> None:
    ours.save(tmp_path / "two_tower.keras")
    loaded = keras.models.load_model(tmp_path / "two_tower.keras")
    query = {name: rows[name] for name in ("user", "watched")}
    for one, other in ((ours, loaded), (ours.get_layer("query"), loaded.get_layer("query"))):
        given = rows if one is ours else query
        np.testing.assert_array_equal(one.predict(given, verbose=0), other.predict(given, verbose=0))


def test_its_layers_have_readable_names(ours: Any) -> None:
    assert {"query", "candidate"} <= {layer.name for layer in ours.layers}
    names = {operation.name for operation in ours.get_layer("query").operations}
    assert {
        "user_embedding",
        "watched_embedding",
        "history_mean",
        "tower_layer0_hidden",
        "tower_projection",
    } <= names


def query_vectors(ours: Any, rows: dict[str, Any]) -> Any:
    users, videos = table(ours, "query", "user_embedding"), table(ours, "query", "watched_embedding")
    histories = [
        videos[seen[seen > 0]].mean(axis=0) if (seen > 0).any() else np.zeros(64) for seen in rows["watched"]
    ]
    return tower(ours, "query", np.concatenate([users[rows["user"]], np.stack(histories)], axis=1))


def candidate_vectors(ours: Any, rows: dict[str, Any]) -> Any:
    topics, videos = table(ours, "candidate", "topic_embedding"), table(ours, "candidate", "video_embedding")
    features = np.concatenate([videos[rows["video"]], topics[rows["topic"]]], axis=1)
    return tower(ours, "candidate", features)


def table(ours: Any, name: str, layer: str) -> Any:
    return np.asarray(ours.get_layer(name).get_layer(layer).weights[0].value)


def tower(ours: Any, name: str, features: Any) -> Any:
    x = features
    for layer in ("layer0_hidden", "layer1_hidden", "projection"):
        dense = ours.get_layer(name).get_layer(f"tower_{layer}")
        x = x @ np.asarray(dense.kernel.value) + np.asarray(dense.bias.value)
        x = x if layer == "projection" else np.maximum(x, 0)
    return x
