"""The layer names of `vision/xception.yaml`; `test_applications.py` holds it against Keras's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/xception.yaml"


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT).layers]
    assert names[:5] == [
        "image",
        "entry_conv_1_conv",
        "entry_conv_1_bn",
        "entry_conv_1_relu",
        "entry_conv_2_conv",
    ]
    assert {"entry_3_shortcut_bn", "middle_8_separable_3_conv", "exit_pool"} <= set(names)
    assert names[-5:] == ["exit_separable_4_conv", "exit_separable_4_bn", "exit_relu_4", "pool", "label"]
