"""`vision/lenet5.yaml` is LeNet-5 in its usual modern form, defined here in PyTorch, number for number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/lenet5.yaml"
PARAMETERS = 156 + 2_416 + 48_120 + 10_164 + 850
"""Of C1, C3 (which reads every map of S2), C5, F6 and the ten digits: 61,706."""


def test_it_has_the_parameters_of_the_paper_but_for_c3(build: Callable[..., Any]) -> None:
    ours = build(BLUEPRINT)
    assert ours.count_params() == PARAMETERS == 61_706
    weights = {layer.name: layer.count_params() for layer in ours.layers if layer.weights}
    assert weights == {"c1": 156, "c3": 2_416, "c5": 48_120, "f6": 10_164, "digit": 850}


@pytest.mark.parametrize("size", [8, 28, 32])
def test_with_the_same_weights_it_gives_the_same_outputs(
    size: int, build: Callable[..., Any], from_torch: Any
) -> None:
    ours = build(BLUEPRINT, f"image={size}")
    reference = lenet5()
    from_torch.draw(reference, ours, gain=2)
    inputs = np.random.default_rng(1).uniform(size=(4, size, size, 1)).astype("float32")
    with torch.no_grad():
        expected = reference(torch.from_numpy(inputs.transpose(0, 3, 1, 2))).softmax(-1).numpy()
    assert np.ptp(expected) > 1e-2, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(inputs, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_its_layers_are_named_as_in_the_paper(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT).layers]
    assert names == ["image", "enlarged", "c1", "s2", "c3", "s4", "c5", "flatten", "f6", "digit"]


def lenet5() -> nn.Sequential:
    return nn.Sequential(
        nn.Upsample((32, 32), mode="bilinear"),
        nn.Conv2d(1, 6, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5),
        nn.Tanh(),
        nn.Flatten(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )
