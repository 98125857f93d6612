"""`vision/vgg.yaml`: 11 and 13 are torchvision's, number for number; 16 and 19 are Keras's.

Those are in `test_applications.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/vgg.yaml"
OF_TORCHVISION = {
    11: ([64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"], 132_863_336),
    13: (
        [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
        133_047_848,
    ),
}
"""torchvision's configurations A and B, and the counts that its documentation gives."""


@pytest.mark.parametrize("member", OF_TORCHVISION)
def test_it_has_as_many_parameters_as_that_of_torchvision(member: int, build: Callable[..., Any]) -> None:
    _, parameters = OF_TORCHVISION[member]
    assert build(f"{BLUEPRINT}:{member}").count_params() == parameters


@pytest.mark.parametrize("member", OF_TORCHVISION)
def test_with_the_weights_of_torchvision_it_gives_the_same_outputs(
    member: int, build: Callable[..., Any], from_torch: Any
) -> None:
    configuration, _ = OF_TORCHVISION[member]
    ours = build(f"{BLUEPRINT}:{member}", "image=64")
    reference = vgg(configuration, side=2)
    from_torch.draw(reference, ours, flattened=(512, 2, 2))
    inputs = images()
    with torch.no_grad():
        expected = reference(torch.from_numpy(inputs.transpose(0, 3, 1, 2))).softmax(-1).numpy()
    assert np.ptp(expected) > 1e-3, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(inputs, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT, "image=32").layers]
    assert names[1:4] == ["block1_conv1", "block1_conv2", "block1_pool"]
    assert names[-6:] == ["block5_conv3", "block5_pool", "flatten", "fc1", "fc2", "label"]


def images() -> Any:
    return np.random.default_rng(1).normal(size=(2, 64, 64, 3)).astype("float32")


def vgg(configuration: list[int | str], side: int) -> nn.Sequential:
    """The definition of torchvision, in evaluation, for images that leave `side` × `side` features."""
    layers: list[nn.Module] = []
    before = 3
    for step in configuration:
        if isinstance(step, str):
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += [nn.Conv2d(before, step, 3, padding=1), nn.ReLU()]
            before = step
    layers += [nn.Flatten(), nn.Linear(512 * side * side, 4096), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000))
