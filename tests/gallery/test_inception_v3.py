"""`vision/inception_v3.yaml` is `keras.applications.InceptionV3`, layer for layer, number for number."""

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

BLUEPRINT = "vision/inception_v3.yaml"
PARAMETERS = 23_851_784


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    keras.backend.clear_session()


def test_it_is_the_one_of_keras(build: Callable[..., Any], same_as: Any, quick_weights: Any) -> None:
    ours = build(BLUEPRINT)
    with quick_weights():
        reference = keras.applications.InceptionV3(weights=None)
    assert ours.count_params() == PARAMETERS
    same_as.layers(ours, reference)


def test_with_the_same_weights_it_gives_the_same_outputs(
    build: Callable[..., Any], same_as: Any, quick_weights: Any
) -> None:
    ours = build(BLUEPRINT, "image=139")
    with quick_weights():
        reference = keras.applications.InceptionV3(weights=None, input_shape=(139, 139, 3))
    images = np.random.default_rng(1).normal(size=(2, 139, 139, 3)).astype("float32")
    same_as.outputs(ours, reference, 1000 * images)


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT, "image=75").layers]
    assert names[:4] == ["image", "stem1_conv", "stem1_bn", "stem1_relu"]
    assert names[-2:] == ["pool", "label"]
    assert [name for name in names if name.endswith("_concat")] == [f"mixed{n}_concat" for n in range(11)]
    assert {"mixed0_branch5x5_2_conv", "mixed7_branch7x7dbl_5_bn", "mixed10_branch3x3_wide_relu"} <= set(
        names
    )
