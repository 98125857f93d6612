"""`vision/efficientnet_b0.yaml` is `keras.applications.EfficientNetB0`, layer for layer."""

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

PARAMETERS = 5_330_571


@pytest.fixture(scope="module")
def ours(build: Any) -> Any:
    return build("vision/efficientnet_b0.yaml")


@pytest.fixture(scope="module")
def reference(quick_weights: Any) -> Any:
    with quick_weights():
        return keras.applications.EfficientNetB0(weights=None)


def test_its_layers_are_the_same(ours: Any, reference: Any, same_as: Any) -> None:
    same_as.layers(ours, reference)


def test_they_are_set_up_alike(ours: Any, reference: Any) -> None:
    assert _settings(ours) == _settings(reference)


@pytest.mark.parametrize("image", [64, 75, 97])
def test_so_they_are_at_other_sizes(image: int, build: Any, quick_weights: Any, same_as: Any) -> None:
    with quick_weights():
        reference = keras.applications.EfficientNetB0(input_shape=(image, image, 3), weights=None)
    same_as.layers(build("vision/efficientnet_b0.yaml", f"image={image}"), reference)


def test_it_drops_as_many_samples_of_each_block(ours: Any, reference: Any) -> None:
    drops = [
        [(layer.rate, layer.noise_shape) for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
        for model in (ours, reference)
    ]
    assert drops[0] == drops[1]
    assert len(drops[0]) == 10


def test_it_has_as_many_parameters(ours: Any) -> None:
    assert ours.count_params() == PARAMETERS


def test_with_the_same_weights_it_gives_the_same_outputs(build: Any, quick_weights: Any) -> None:
    ours = build("vision/efficientnet_b0.yaml", "image=96", "classes=10")
    with quick_weights():
        reference = keras.applications.EfficientNetB0(input_shape=(96, 96, 3), weights=None, classes=10)
    rng = np.random.default_rng(0)
    weights = [_drawn(weight, rng) for weight in reference.weights]
    reference.set_weights(weights)
    ours.set_weights(weights)
    images = rng.uniform(0, 255, size=(2, 96, 96, 3)).astype("float32")
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
        return rng.normal(scale=2 * fan_in**-0.5, size=weight.shape).astype("float32")
    low, high = (0.5, 1.5) if weight.name in ("gamma", "moving_variance", "variance") else (-0.1, 0.1)
    return rng.uniform(low, high, size=weight.shape).astype("float32")


def test_its_layers_have_readable_names(ours: Any) -> None:
    names = [layer.name for layer in ours.layers]
    assert names[:6] == ["image", "rescaling", "normalization", "stem_pad", "stem_conv", "stem_bn"]
    assert {"stage2_block1_depthwise_pad", "stage5_block2_se_excite", "stage6_block4_drop"} <= set(names)
    assert names[-6:] == ["top_conv", "top_bn", "top_swish", "pool", "dropout", "label"]
