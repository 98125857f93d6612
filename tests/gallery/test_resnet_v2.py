"""`vision/resnet_v2.yaml` is `keras.applications.ResNet50V2`, 101V2 and 152V2, number for number."""

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

BLUEPRINT = "vision/resnet_v2.yaml"
MEMBERS = {
    50: ("ResNet50V2", 25_613_800),
    101: ("ResNet101V2", 44_675_560),
    152: ("ResNet152V2", 60_380_648),
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
    size = 224 if member == 50 else 64
    ours = build(f"{BLUEPRINT}:{member}", f"image={size}")
    with quick_weights():
        reference = getattr(keras.applications, application)(weights=None, input_shape=(size, size, 3))
    assert ours.count_params() == parameters
    same_as.layers(ours, reference)
    images = np.random.default_rng(1).normal(size=(2, size, size, 3)).astype("float32")
    same_as.outputs(ours, reference, images, atol=1e-7, soften=0.01 if member == 152 else 1)


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT, "image=32").layers]
    assert names[:5] == ["image", "conv1_pad", "conv1", "pool1_pad", "pool1"]
    assert names[-4:] == ["post_bn", "post_relu", "pool", "label"]
    assert {"stage1_block1_shortcut", "stage3_block6_preact3_bn", "stage4_block3_out"} <= set(names)
    assert "stage3_block2_shortcut" not in names
