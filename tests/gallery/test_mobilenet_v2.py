"""`vision/mobilenet_v2.yaml` is `keras.applications.MobileNetV2`, layer for layer, number for number."""

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

PARAMETERS = {0.35: 1_691_208, 1.0: 3_538_984}
"""By the width multiplier, as the blueprint's comment tells."""


@pytest.fixture(scope="module")
def ours(build: Any) -> Any:
    return build("vision/mobilenet_v2.yaml")


@pytest.fixture(scope="module")
def reference(quick_weights: Any) -> Any:
    with quick_weights():
        return keras.applications.MobileNetV2(weights=None)


def test_its_layers_are_the_same(ours: Any, reference: Any, same_as: Any) -> None:
    same_as.layers(ours, reference)


def test_they_are_set_up_alike(ours: Any, reference: Any) -> None:
    assert _settings(ours) == _settings(reference)


@pytest.mark.parametrize(
    ("alpha", "image"),
    [*((alpha, 224) for alpha in (0.35, 0.5, 0.75, 1.3, 1.4)), (0.1, 96), (0.28, 101), (1.0, 72), (2.13, 33)],
)
def test_so_they_are_at_other_widths_and_sizes(
    alpha: float, image: int, build: Any, quick_weights: Any, same_as: Any
) -> None:
    with quick_weights():
        reference = keras.applications.MobileNetV2(
            input_shape=(image, image, 3), alpha=alpha, weights=None, classes=1000
        )
    ours = build("vision/mobilenet_v2.yaml", f"alpha={alpha}", f"image={image}")
    same_as.layers(ours, reference)


@pytest.mark.parametrize("alpha", PARAMETERS)
def test_it_has_as_many_parameters(alpha: float, build: Any) -> None:
    assert build("vision/mobilenet_v2.yaml", f"alpha={alpha}").count_params() == PARAMETERS[alpha]


def test_with_the_same_weights_it_gives_the_same_outputs(ours: Any, reference: Any) -> None:
    rng = np.random.default_rng(0)
    weights = [_drawn(weight, rng) for weight in reference.weights]
    reference.set_weights(weights)
    ours.set_weights(weights)
    images = rng.normal(size=(2, 224, 224, 3)).astype("float32")
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
        return rng.normal(scale=(2 / fan_in) ** 0.5, size=weight.shape).astype("float32")
    low, high = (0.5, 1.5) if weight.name in ("gamma", "moving_variance") else (-0.1, 0.1)
    return rng.uniform(low, high, size=weight.shape).astype("float32")


def test_its_layers_have_readable_names(ours: Any) -> None:
    names = [layer.name for layer in ours.layers]
    assert names[:5] == ["image", "stem_conv", "stem_bn", "stem_relu", "stage1_block1_depthwise"]
    assert {"stage2_block1_pad", "stage4_block3_expand_conv", "stage6_block3_add"} <= set(names)
    assert names[-5:] == ["top_conv", "top_bn", "top_relu", "pool", "label"]
