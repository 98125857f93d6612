"""Dropout and layer names of `vision/efficientnet_b0.yaml`; see `test_applications.py` for the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/efficientnet_b0.yaml"


def test_it_drops_as_many_samples_of_each_block(build: Callable[..., Any], quick_weights: Any) -> None:
    with quick_weights():
        reference = keras.applications.EfficientNetB0(weights=None)
    drops = [
        [(layer.rate, layer.noise_shape) for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
        for model in (build(BLUEPRINT), reference)
    ]
    assert drops[0] == drops[1]
    assert len(drops[0]) == 10


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT).layers]
    assert names[:6] == ["image", "rescaling", "normalization", "stem_pad", "stem_conv", "stem_bn"]
    assert {"stage2_block1_depthwise_pad", "stage5_block2_se_excite", "stage6_block4_drop"} <= set(names)
    assert names[-6:] == ["top_conv", "top_bn", "top_swish", "pool", "dropout", "label"]
