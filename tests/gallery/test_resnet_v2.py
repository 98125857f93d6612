"""The layer names of `vision/resnet_v2.yaml`; `test_applications.py` holds it against Keras's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/resnet_v2.yaml"


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT, "image=32").layers]
    assert names[:5] == ["image", "conv1_pad", "conv1", "pool1_pad", "pool1"]
    assert names[-4:] == ["post_bn", "post_relu", "pool", "label"]
    assert {"stage1_block1_shortcut", "stage3_block6_preact3_bn", "stage4_block3_out"} <= set(names)
    assert "stage3_block2_shortcut" not in names
