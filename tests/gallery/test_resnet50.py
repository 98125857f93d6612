"""`vision/resnet50.yaml` is `keras.applications.ResNet50`, layer for layer, number for number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import yamlnet

pytestmark = [pytest.mark.backend, pytest.mark.slow]

BLUEPRINT = Path(__file__).resolve().parents[2] / "blueprints" / "vision" / "resnet50.yaml"
PARAMETERS = 25_636_712


@pytest.fixture(scope="module")
def ours() -> Any:
    return yamlnet.load(BLUEPRINT).build()


@pytest.fixture(scope="module")
def reference() -> Iterator[Any]:
    yield keras.applications.ResNet50(weights=None)
    keras.backend.clear_session()


def test_it_has_as_many_parameters(ours: Any) -> None:
    assert ours.count_params() == PARAMETERS


def test_its_layers_are_the_same(ours: Any, reference: Any) -> None:
    assert _layers(ours) == _layers(reference)


def test_with_the_same_weights_it_gives_the_same_outputs(ours: Any, reference: Any) -> None:
    rng = np.random.default_rng(0)
    weights = [_drawn(weight, rng) for weight in reference.weights]
    reference.set_weights(weights)
    ours.set_weights(weights)
    images = rng.normal(size=(2, 224, 224, 3)).astype("float32")
    expected = reference.predict(images, verbose=0)
    assert 0.01 < expected.max() < 0.9, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(images, verbose=0), expected, rtol=1e-4, atol=1e-7)


def _drawn(weight: Any, rng: np.random.Generator) -> Any:
    """Values that keep a signal alive through fifty layers, different for every weight.

    Statistics too, for a swapped pair of layers of one shape must show.
    """
    if len(weight.shape) > 1:
        fan_in = int(np.prod(weight.shape[:-1]))
        return rng.normal(scale=fan_in**-0.5, size=weight.shape).astype("float32")
    low, high = (0.5, 1.5) if weight.name in ("gamma", "moving_variance") else (-0.1, 0.1)
    return rng.uniform(low, high, size=weight.shape).astype("float32")


def _layers(model: Any) -> list[tuple[str, tuple[int | None, ...], list[tuple[int, ...]]]]:
    """What each layer is, gives and holds, in the model's order; names and inputs aside."""
    return [
        (type(layer).__name__, tuple(layer.output.shape), [tuple(weight.shape) for weight in layer.weights])
        for layer in model.layers
    ]
