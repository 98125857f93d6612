"""`vision/inception_v1.yaml` is GoogLeNet as BVLC's Caffe model has it, defined here in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import torch
from torch import nn

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "vision/inception_v1.yaml"
PARAMETERS = 6_998_552
"""Of `bvlc_googlenet/train_val.prototxt` without its two auxiliary classifiers."""

MODULES = {
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}
"""The channels that a module reads, then its row in the paper's Table 1."""


def test_it_has_as_many_parameters_as_that_of_caffe(build: Callable[..., Any]) -> None:
    assert build(BLUEPRINT).count_params() == PARAMETERS
    assert sum(weight.numel() for weight in GoogLeNet().parameters()) == PARAMETERS


def test_with_the_same_weights_it_gives_the_same_outputs(build: Callable[..., Any]) -> None:
    ours = build(BLUEPRINT, "image=96")
    reference = GoogLeNet().eval()
    copy_weights(reference, ours)
    inputs = (30 * np.random.default_rng(1).normal(size=(2, 96, 96, 3))).astype("float32")
    with torch.no_grad():
        expected = reference(torch.from_numpy(inputs.transpose(0, 3, 1, 2))).softmax(-1).numpy()
    assert np.ptp(expected) > 1e-3, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(inputs, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_its_response_norm_is_that_of_pytorch_where_responses_are_large(build: Callable[..., Any]) -> None:
    ours = build(BLUEPRINT, "image=32")
    before, after = ours.get_layer("pool1").output, ours.get_layer("norm1_normed").output
    images = (3000 * np.random.default_rng(1).normal(size=(2, 32, 32, 3))).astype("float32")
    responses, normed = keras.Model(ours.input, [before, after]).predict(images, verbose=0)
    expected = GoogLeNet().norm(torch.from_numpy(responses.transpose(0, 3, 1, 2))).numpy()
    assert (normed < 0.5 * responses).any()
    np.testing.assert_allclose(normed, expected.transpose(0, 2, 3, 1), rtol=1e-5)


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT, "image=32").layers]
    assert names[:4] == ["image", "conv1_pad", "conv1", "pool1"]
    assert names[-3:] == ["pool5", "dropout", "label"]
    assert {"norm2_normed", "inception_4c_conv5x5_reduce", "inception_5b_output"} <= set(names)


class Module(nn.Module):
    """The paper's Figure 2 (b)."""

    def __init__(
        self, before: int, one: int, reduce3: int, three: int, reduce5: int, five: int, pooled: int
    ) -> None:
        super().__init__()
        self.conv1x1 = nn.Conv2d(before, one, 1)
        self.conv3x3_reduce = nn.Conv2d(before, reduce3, 1)
        self.conv3x3 = nn.Conv2d(reduce3, three, 3, padding=1)
        self.conv5x5_reduce = nn.Conv2d(before, reduce5, 1)
        self.conv5x5 = nn.Conv2d(reduce5, five, 5, padding=2)
        self.pool = nn.MaxPool2d(3, 1, padding=1)
        self.pool_proj = nn.Conv2d(before, pooled, 1)

    def forward(self, x: Any) -> Any:
        one = self.conv1x1(x)
        three = self.conv3x3(torch.relu(self.conv3x3_reduce(x)))
        five = self.conv5x5(torch.relu(self.conv5x5_reduce(x)))
        pooled = self.pool_proj(self.pool(x))
        return torch.relu(torch.cat([one, three, five, pooled], 1))


class GoogLeNet(nn.Module):
    """`bvlc_googlenet/train_val.prototxt`; Caffe rounds the sizes of what it pools up."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3)
        self.conv2_reduce = nn.Conv2d(64, 64, 1)
        self.conv2 = nn.Conv2d(64, 192, 3, padding=1)
        self.modules_by_name = nn.ModuleDict({name: Module(*row) for name, row in MODULES.items()})
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.norm = nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1)
        self.label = nn.Linear(1024, 1000)

    def forward(self, x: Any) -> Any:
        x = self.norm(self.pool(torch.relu(self.conv1(x))))
        x = torch.relu(self.conv2(torch.relu(self.conv2_reduce(x))))
        x = self.pool(self.norm(x))
        for name, module in self.modules_by_name.items():
            x = module(x)
            if name in ("3b", "4e"):
                x = self.pool(x)
        return self.label(x.mean((2, 3)))


def copy_weights(reference: GoogLeNet, ours: Any) -> None:
    """Draw weights that keep a signal alive, and give them to both models."""
    torch.manual_seed(0)
    torch.set_num_threads(2)
    pairs = {name: getattr(reference, name) for name in ("conv1", "conv2_reduce", "conv2", "label")}
    for name, module in reference.modules_by_name.items():
        for inner in ("conv1x1", "conv3x3_reduce", "conv3x3", "conv5x5_reduce", "conv5x5", "pool_proj"):
            pairs[f"inception_{name}_{inner}"] = getattr(module, inner)
    assert set(pairs) == {layer.name for layer in ours.layers if layer.weights}
    for name, module in pairs.items():
        gain = 0.02 if name == "label" else 2  # softmax is not to say 0 and 1
        nn.init.normal_(module.weight, std=(gain / module.weight[0].numel()) ** 0.5)
        kernel = module.weight.detach()
        kernel = kernel.T if isinstance(module, nn.Linear) else kernel.permute(2, 3, 1, 0)
        ours.get_layer(name).set_weights([kernel.numpy(), module.bias.detach().numpy()])
