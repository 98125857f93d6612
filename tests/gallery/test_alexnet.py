"""`vision/alexnet.yaml` is torchvision's AlexNet, defined here in PyTorch, number for number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import torch
from torch import nn

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/alexnet.yaml"
PARAMETERS = 61_100_840
"""What torchvision's documentation gives."""


def test_it_has_as_many_parameters_as_that_of_torchvision(build: Callable[..., Any]) -> None:
    assert build(BLUEPRINT).count_params() == PARAMETERS
    assert sum(weight.numel() for weight in alexnet().parameters()) == PARAMETERS


@pytest.mark.parametrize("size", [224, 160])
def test_with_the_same_weights_it_gives_the_same_outputs(
    size: int, build: Callable[..., Any], from_torch: Any
) -> None:
    ours = build(BLUEPRINT, f"image={size}")
    reference = alexnet().eval()
    from_torch.draw(reference, ours, flattened=(256, 6, 6))
    inputs = np.random.default_rng(1).normal(size=(2, size, size, 3)).astype("float32")
    with torch.no_grad():
        expected = reference(torch.from_numpy(inputs.transpose(0, 3, 1, 2))).softmax(-1).numpy()
    assert np.ptp(expected) > 1e-3, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(inputs, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_it_drops_out_before_the_hidden_dense_layers(build: Callable[..., Any]) -> None:
    layers = build(BLUEPRINT).layers
    assert [layer.rate for layer in layers if isinstance(layer, keras.layers.Dropout)] == [0.5, 0.5]


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT).layers]
    assert names[:4] == ["image", "conv1_pad", "conv1", "pool1"]
    assert names[-6:] == ["flatten", "dropout6", "fc6", "dropout7", "fc7", "label"]


def alexnet() -> nn.Sequential:
    """The definition of torchvision, in one sequence."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 11, stride=4, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.AdaptiveAvgPool2d((6, 6)),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(256 * 6 * 6, 4096),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(4096, 4096),
        nn.ReLU(),
        nn.Linear(4096, 1000),
    )
