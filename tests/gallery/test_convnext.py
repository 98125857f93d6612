"""`vision/convnext.yaml` is `keras.applications.ConvNeXtTiny` to `ConvNeXtXLarge`, weight for weight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/convnext.yaml"
PARAMETERS = {
    "Tiny": 28_589_128,
    "Small": 50_223_688,
    "Base": 88_591_464,
    "Large": 197_767_336,
    "XLarge": 350_196_968,
}


@pytest.fixture(scope="module")
def tiny(build: Any) -> Any:
    return build(BLUEPRINT, "image=64")


@pytest.fixture(scope="module")
def tiny_reference(quick_weights: Any) -> Any:
    with quick_weights():
        return keras.applications.ConvNeXtTiny(weights=None, input_shape=(64, 64, 3))


LARGE = ("Large", "XLarge")
MEMBERS = [pytest.param(name, marks=pytest.mark.exhaustive) if name in LARGE else name for name in PARAMETERS]
"""The two largest take half a minute and six gigabytes."""


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("member", MEMBERS)
def test_its_weighted_layers_are_the_same(member: str, build: Any, quick_weights: Any) -> None:
    ours = build(f"{BLUEPRINT}:{member.lower()}", "image=32")
    with quick_weights():
        reference = getattr(keras.applications, f"ConvNeXt{member}")(weights=None, input_shape=(32, 32, 3))
    assert ours.count_params() == reference.count_params() == PARAMETERS[member]
    assert _weighted(ours) == _weighted(reference)
    assert_same_outputs(ours, reference, 32)


def test_its_images_are_normalized_alike(tiny: Any, tiny_reference: Any) -> None:
    ours, reference = tiny.layers[1].get_config(), tiny_reference.layers[1].get_config()
    np.testing.assert_allclose(ours["mean"], reference["mean"], rtol=1e-12)
    np.testing.assert_allclose(ours["variance"], reference["variance"], rtol=1e-12)


def test_its_scales_start_alike(tiny: Any, tiny_reference: Any) -> None:
    (scale,) = {one.initializer.value for one in tiny.layers if type(one).__name__ == "Parameter"}
    assert {one.init_values for one in tiny_reference.layers if hasattr(one, "init_values")} == {scale}


def test_larger_images_give_the_same_outputs_too(tiny: Any, tiny_reference: Any) -> None:
    assert_same_outputs(tiny, tiny_reference, 64)


def assert_same_outputs(ours: Any, reference: Any, size: int) -> None:
    """Equal outputs once both hold the same weights, given one by one: all of the largest are 1.4 GB."""
    rng = np.random.default_rng(0)
    for weight, other in zip(ours.weights, reference.weights, strict=True):
        value = _drawn(other, rng)
        other.assign(value)
        weight.assign(value.reshape(weight.shape))
    images = rng.uniform(0, 255, size=(2, size, size, 3)).astype("float32")
    expected = reference.predict(images, verbose=0)
    assert np.ptp(expected, axis=0).max() > 1e-3, "the outputs say too little of the images"
    np.testing.assert_allclose(ours.predict(images, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_its_stochastic_depth_grows_as_keras_lets_it(build: Any, quick_weights: Any) -> None:
    from keras.src.applications.convnext import ConvNeXt

    with quick_weights():
        reference = ConvNeXt([1, 2, 1, 1], [8, 8, 8, 8], drop_path_rate=0.5, input_shape=(32, 32, 3))
    expected = [layer.drop_path_rate for layer in reference.layers if hasattr(layer, "drop_path_rate")]
    small = ("image=32", "depths=[1,2,1,1]", "widths=[8,8,8,8]", "drop_path=0.5")
    drops = [layer for layer in build(BLUEPRINT, *small).layers if isinstance(layer, keras.layers.Dropout)]
    assert [layer.rate for layer in drops] == pytest.approx(expected)
    assert {layer.noise_shape for layer in drops} == {(None, 1, 1, 1)}


def test_its_layers_have_readable_names(tiny: Any) -> None:
    names = [layer.name for layer in tiny.layers]
    assert names[:5] == ["image", "normalization", "stem", "stem_norm", "stage1_block1_depthwise"]
    assert {"stage2_halving_norm", "stage2_halving_conv", "stage3_block9_scale", "stage4_block3_add"} <= set(
        names
    )
    assert names[-3:] == ["pool", "norm", "label"]


def _leaves(model: Any) -> Iterator[Any]:
    """The layers of a model, those of its `Sequential`s instead of them."""
    for layer in model.layers:
        yield from layer.layers if isinstance(layer, keras.Sequential) else (layer,)


def _weighted(model: Any) -> list[tuple[str, tuple[int | None, ...], list[tuple[int, ...]]]]:
    """What each layer with weights is, gives and holds, in order; a `LayerScale` is a `Parameter` there.

    A `Parameter` has two axes before the channels, and gives what `LayerScale` multiplies by.
    """
    return [
        ("Parameter", (None, 1, 1, layer.weights[0].shape[-1]), [(layer.weights[0].shape[-1],)])
        if type(layer).__name__ in ("LayerScale", "Parameter")
        else (type(layer).__name__, tuple(layer.output.shape), [tuple(one.shape) for one in layer.weights])
        for layer in _leaves(model)
        if layer.weights
    ]


def _drawn(weight: Any, rng: np.random.Generator) -> Any:
    """Values that keep a signal alive, different for every weight; a scale far from Keras's 1e-6."""
    if len(weight.shape) > 1:
        fan_in = int(np.prod(weight.shape[:-1]))
        return rng.normal(scale=fan_in**-0.5, size=weight.shape).astype("float32")
    low, high = (-0.1, 0.1) if weight.name in ("beta", "bias") else (0.5, 1.5)
    return rng.uniform(low, high, size=weight.shape).astype("float32")
