"""Transitions and layer names of `vision/densenet.yaml`; `test_applications.py` holds it against Keras's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/densenet.yaml"


def test_a_transition_halves_the_feature_maps_whatever_the_growth(build: Callable[..., Any]) -> None:
    ours = build(BLUEPRINT, "growth=12", "depths=[6,12,24,16]", "image=32")
    shapes = [ours.get_layer(f"block{block}_transition_pool").output.shape[-1] for block in (1, 2, 3)]
    assert shapes == [(64 + 72) // 2, (68 + 144) // 2, (106 + 288) // 2]


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT, "image=32").layers]
    assert names[:6] == ["image", "conv1_pad", "conv1", "stem_bn", "stem_relu", "pool1_pad"]
    assert names[-4:] == ["post_bn", "post_relu", "pool", "label"]
    assert {"block1_layer6_concat", "block3_layer24_conv2", "block3_transition_conv"} <= set(names)
