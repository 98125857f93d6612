"""The layer names of `vision/mobilenet_v2.yaml`; `test_applications.py` holds it against Keras's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/mobilenet_v2.yaml"


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT).layers]
    assert names[:5] == ["image", "stem_conv", "stem_bn", "stem_relu", "stage1_block1_depthwise"]
    assert {"stage2_block1_pad", "stage4_block3_expand_conv", "stage6_block3_add"} <= set(names)
    assert names[-5:] == ["top_conv", "top_bn", "top_relu", "pool", "label"]
