"""`vision/resnet.yaml`: 18 and 34 are torchvision's, number for number; the others are Keras's.

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

BLUEPRINT = "vision/resnet.yaml"
BASIC = {18: ((2, 2, 2, 2), 11_689_512), 34: ((3, 4, 6, 3), 21_797_672)}
"""torchvision's published counts, which leave out the moving statistics."""

EPSILON = 1.001e-5
"""Keras's. torchvision's is 1e-5."""


@pytest.mark.parametrize("member", BASIC)
def test_its_basic_blocks_are_those_of_torchvision(member: int, build: Callable[..., Any]) -> None:
    depths, parameters = BASIC[member]
    ours = build(f"{BLUEPRINT}:{member}", "image=64")
    reference = ResNet(*depths).eval()
    assert sum(weight.numel() for weight in reference.parameters()) == parameters
    assert sum(int(np.prod(weight.shape)) for weight in ours.trainable_weights) == parameters
    copy_weights(reference, ours)
    inputs = images(64)
    with torch.no_grad():
        expected = reference(torch.from_numpy(inputs.transpose(0, 3, 1, 2))).softmax(-1).numpy()
    assert np.ptp(expected) > 1e-3, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(inputs, verbose=0), expected, rtol=1e-4, atol=1e-7)


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = [layer.name for layer in build(BLUEPRINT, "image=32").layers]
    assert names[:7] == ["image", "conv1_pad", "conv1_conv", "conv1_bn", "conv1_relu", "pool1_pad", "pool1"]
    assert names[-2:] == ["pool", "label"]
    assert {"stage1_block1_shortcut_conv", "stage3_block6_conv3_bn", "stage4_block3_relu"} <= set(names)
    assert "stage3_block2_shortcut_conv" not in names


def images(size: int) -> Any:
    return np.random.default_rng(1).normal(size=(2, size, size, 3)).astype("float32")


class Basic(nn.Module):
    """Two 3 × 3 convolutions and a shortcut."""

    def __init__(self, before: int, filters: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, filters, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters, eps=EPSILON)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters, eps=EPSILON)
        self.downsample = None
        if stride > 1 or before != filters:
            projection = nn.Conv2d(before, filters, 1, stride, bias=False)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(filters, eps=EPSILON))

    def forward(self, x: Any) -> Any:
        shortcut = x if self.downsample is None else self.downsample(x)
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)) + shortcut)


class ResNet(nn.Module):
    """ResNet of basic blocks, as torchvision's `resnet18` and `resnet34` define it."""

    def __init__(self, *depths: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64, eps=EPSILON)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        self.layers = nn.ModuleList()
        before = 64
        for stage, depth in enumerate(depths):
            filters = 64 * 2**stage
            blocks = nn.ModuleList()
            for block in range(depth):
                blocks.append(Basic(before, filters, 2 if stage > 0 and block == 0 else 1))
                before = filters
            self.layers.append(blocks)
        self.fc = nn.Linear(512, 1000)

    def forward(self, x: Any) -> Any:
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        for blocks in self.layers:
            for block in blocks:
                x = block(x)
        return self.fc(x.mean((2, 3)))


def copy_weights(reference: ResNet, ours: Any) -> None:
    """Give both models the same weights, drawn anew, and statistics that show a swapped pair of layers."""
    torch.manual_seed(0)
    torch.set_num_threads(2)
    pairs = {"conv1_conv": reference.conv1, "conv1_bn": reference.bn1, "label": reference.fc}
    for stage, blocks in enumerate(reference.layers, 1):
        for number, block in enumerate(blocks, 1):
            prefix = f"stage{stage}_block{number}"
            for convolution in ("1", "2"):
                pairs[f"{prefix}_conv{convolution}_conv"] = getattr(block, f"conv{convolution}")
                pairs[f"{prefix}_conv{convolution}_bn"] = getattr(block, f"bn{convolution}")
            if block.downsample is not None:
                pairs[f"{prefix}_shortcut_conv"], pairs[f"{prefix}_shortcut_bn"] = block.downsample
    assert set(pairs) == {layer.name for layer in ours.layers if layer.weights}
    for name, module in pairs.items():
        ours.get_layer(name).set_weights([weight.numpy() for weight in drawn(module)])


def drawn(module: Any) -> list[Any]:
    """Draw a module's weights; they are given as Keras holds them."""
    with torch.no_grad():
        if isinstance(module, nn.BatchNorm2d):
            for weight in (module.weight, module.running_var):
                nn.init.uniform_(weight, 0.5, 1.5)
            for weight in (module.bias, module.running_mean):
                nn.init.uniform_(weight, -0.1, 0.1)
            return [module.weight.data, module.bias.data, module.running_mean, module.running_var]
        nn.init.normal_(module.weight, std=module.weight[0].numel() ** -0.5)
        if isinstance(module, nn.Linear):
            return [module.weight.data.T, module.bias.data]
        return [module.weight.data.permute(2, 3, 1, 0)]
