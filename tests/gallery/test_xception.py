"""`vision/xception.yaml` is `keras.applications.Xception`, layer for layer, number for number."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [
    pytest.mark.backend,
    pytest.mark.slow,
    pytest.mark.skipif(
        keras.backend.backend() != "jax",
        reason="held against its reference on JAX; tests/gallery/test_builds.py builds it on every backend",
    ),
]

PARAMETERS = 22_910_480


@pytest.fixture(scope="module")
def ours(build: Any) -> Any:
    return build("vision/xception.yaml")


@pytest.fixture(scope="module")
def reference(quick_weights: Any) -> Any:
    with quick_weights():
        return keras.applications.Xception(weights=None)


def test_its_layers_are_the_same(ours: Any, reference: Any, same_as: Any) -> None:
    same_as.layers(ours, reference)


def test_they_are_set_up_alike(ours: Any, reference: Any) -> None:
    assert _settings(ours) == _settings(reference)


def test_it_has_as_many_parameters(ours: Any) -> None:
    assert ours.count_params() == PARAMETERS


def test_with_the_same_weights_it_gives_the_same_outputs(build: Any, quick_weights: Any) -> None:
    ours = build("vision/xception.yaml", "image=96", "classes=10")
    with quick_weights():
        reference = keras.applications.Xception(input_shape=(96, 96, 3), weights=None, classes=10)
    rng = np.random.default_rng(0)
    weights = [_drawn(weight, rng) for weight in reference.weights]
    reference.set_weights(weights)
    ours.set_weights(weights)
    images = rng.normal(size=(2, 96, 96, 3)).astype("float32")
    expected = reference.predict(images, verbose=0)
    assert np.ptp(expected, axis=0).max() > 1e-3, "the outputs say too little of the images"
    np.testing.assert_allclose(ours.predict(images, verbose=0), expected, rtol=1e-4, atol=1e-6)


def _settings(model: Any) -> list[dict[str, Any]]:
    """Every layer's arguments: initializers, momenta, … not names, nor what outputs and shapes tell."""
    apart = ("name", "dtype", "seed", "axis", "padding", "batch_shape")
    return [
        {key: value for key, value in layer.get_config().items() if key not in apart}
        for layer in model.layers
    ]


def _drawn(weight: Any, rng: np.random.Generator) -> Any:
    """Values that keep a signal alive through depthwise convolutions too, which see one channel each."""
    if len(weight.shape) > 1:
        depthwise = len(weight.shape) == 4 and weight.shape[-1] == 1
        fan_in = int(np.prod(weight.shape[: 2 if depthwise else -1]))
        return rng.normal(scale=fan_in**-0.5, size=weight.shape).astype("float32")
    low, high = (0.5, 1.5) if weight.name in ("gamma", "moving_variance") else (-0.1, 0.1)
    return rng.uniform(low, high, size=weight.shape).astype("float32")


def test_its_layers_have_readable_names(ours: Any) -> None:
    names = [layer.name for layer in ours.layers]
    assert names[:5] == [
        "image",
        "entry_conv_1_conv",
        "entry_conv_1_bn",
        "entry_conv_1_relu",
        "entry_conv_2_conv",
    ]
    assert {"entry_3_shortcut_bn", "middle_8_separable_3_conv", "exit_pool"} <= set(names)
    assert names[-5:] == ["exit_separable_4_conv", "exit_separable_4_bn", "exit_relu_4", "pool", "label"]
