"""The layer names of `vision/inception_v3.yaml`; `test_applications.py` holds it against Keras's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/inception_v3.yaml"


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT, "image=75").layers]
    assert names[:4] == ["image", "stem1_conv", "stem1_bn", "stem1_relu"]
    assert names[-2:] == ["pool", "label"]
    assert [name for name in names if name.endswith("_concat")] == [f"mixed{n}_concat" for n in range(11)]
    assert {"mixed0_branch5x5_2_conv", "mixed7_branch7x7dbl_5_bn", "mixed10_branch3x3_wide_relu"} <= set(
        names
    )
