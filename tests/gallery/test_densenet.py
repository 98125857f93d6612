"""`vision/densenet.yaml` is `keras.applications.DenseNet121`, 169 and 201, number for number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [
    pytest.mark.backend,
    pytest.mark.slow,
    pytest.mark.skipif(
        keras.backend.backend() != "jax",
        reason="held against its reference on JAX; test_builds.py builds it on every backend",
    ),
]

BLUEPRINT = "vision/densenet.yaml"
MEMBERS = {
    121: ("DenseNet121", 8_062_504),
    169: ("DenseNet169", 14_307_880),
    201: ("DenseNet201", 20_242_984),
}


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    keras.backend.clear_session()


@pytest.mark.parametrize("member", MEMBERS)
def test_it_is_the_one_of_keras(
    member: int, build: Callable[..., Any], same_as: Any, quick_weights: Any
) -> None:
    application, parameters = MEMBERS[member]
    size = 224 if member == 121 else 64
    ours = build(f"{BLUEPRINT}:{member}", f"image={size}")
    with quick_weights():
        reference = getattr(keras.applications, application)(weights=None, input_shape=(size, size, 3))
    assert ours.count_params() == parameters
    same_as.layers(ours, reference)
    images = np.random.default_rng(1).normal(size=(2, size, size, 3)).astype("float32")
    same_as.outputs(ours, reference, 10 * images)


def test_a_transition_halves_the_feature_maps_whatever_the_growth(build: Callable[..., Any]) -> None:
    ours = build(BLUEPRINT, "growth=12", "depths=[6,12,24,16]", "image=32")
    shapes = [ours.get_layer(f"block{block}_transition_pool").output.shape[-1] for block in (1, 2, 3)]
    assert shapes == [(64 + 72) // 2, (68 + 144) // 2, (106 + 288) // 2]


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT, "image=32").layers]
    assert names[:6] == ["image", "conv1_pad", "conv1", "stem_bn", "stem_relu", "pool1_pad"]
    assert names[-4:] == ["post_bn", "post_relu", "pool", "label"]
    assert {"block1_layer6_concat", "block3_layer24_conv2", "block3_transition_conv"} <= set(names)
