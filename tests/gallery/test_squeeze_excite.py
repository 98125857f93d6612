"""`graph-ops/squeeze_excite.yaml` gives what PyTorch's definition gives with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import torch
from torch import nn

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("on_jax")]

BLUEPRINT = "graph-ops/squeeze_excite.yaml"
WIDTHS = (16, 32, 64)
DEPTH = 2
REDUCTION = 4


@pytest.fixture(scope="module")
def ours(build: Callable[..., Any]) -> Any:
    model = build(BLUEPRINT)
    rng = np.random.default_rng(0)
    for weight in model.weights:
        shape = tuple(weight.shape)
        positive = weight.name in ("gamma", "moving_variance")
        scale = np.prod(shape[:-1], initial=1.0) ** -0.5 if len(shape) > 1 else 0.1
        drawn = rng.uniform(0.5, 1.5, shape) if positive else rng.normal(scale=scale, size=shape)
        weight.assign(drawn.astype("float32"))
    return model


def test_it_gives_the_outputs_of_the_paper_s_module_in_torch(ours: Any) -> None:
    torch.set_num_threads(2)
    images = np.random.default_rng(1).uniform(size=(16, 8, 8, 1)).astype("float32")
    reference = Network(ours).eval()
    with torch.no_grad():
        expected = reference(torch.from_numpy(images).permute(0, 3, 1, 2)).softmax(-1).numpy()
    assert np.ptp(expected) > 0.1, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(images, verbose=0), expected, rtol=1e-3, atol=1e-5)


def test_the_gates_differ_between_channels_and_images(ours: Any) -> None:
    images = np.random.default_rng(1).uniform(size=(16, 8, 8, 1)).astype("float32")
    (gate,) = (one for one in ours.operations if one.name == "stage1_block0_se_gate")
    gates = keras.Model(ours.input, gate.output).predict(images, verbose=0).reshape(16, 32)
    assert gates.std(axis=0).max() > 0.01
    assert gates.std(axis=1).max() > 0.01
    assert (gates > 0).all() and (gates < 1).all()


@pytest.mark.parametrize("reduction", [2, 4, 8])
def test_the_gates_add_as_many_weights_as_the_paper_counts(build: Callable[..., Any], reduction: int) -> None:
    """2/r Σ C² over the blocks (the paper's equation 5)."""
    model = build(BLUEPRINT, f"reduction={reduction}")
    gates = sum(layer.count_params() for layer in model.layers if "_se_" in layer.name)
    assert gates == sum(DEPTH * 2 * width**2 // reduction for width in WIDTHS)


def test_its_layers_have_readable_names(ours: Any) -> None:
    names = {operation.name for operation in ours.operations}
    assert {"stem_conv", "stage0_block0_conv1_conv", "stage1_block0_shortcut_bn"} <= names
    assert {"stage2_block1_se_squeeze", "stage2_block1_se_reduce", "stage2_block1_se_gate", "digit"} <= names


def tensor(value: Any) -> nn.Parameter:
    return nn.Parameter(torch.from_numpy(keras.ops.convert_to_numpy(value).copy()))


class ConvBN(nn.Module):
    """A convolution and its normalization with the weights of ours of the same name."""

    def __init__(self, ours: Any, name: str, kernel: int, stride: int) -> None:
        super().__init__()
        weight = ours.get_layer(f"{name}_conv").kernel.value
        self.conv = nn.Conv2d(*weight.shape[2:], kernel, stride, bias=False)
        self.conv.weight = tensor(weight.transpose(3, 2, 0, 1))
        self.bn = nn.BatchNorm2d(weight.shape[3], eps=1e-3)
        named = ours.get_layer(f"{name}_bn")
        self.bn.weight, self.bn.bias = tensor(named.gamma.value), tensor(named.beta.value)
        self.bn.running_mean = tensor(named.moving_mean.value).detach()
        self.bn.running_var = tensor(named.moving_variance.value).detach()
        pad = kernel - stride if kernel > 1 else 0  # as Keras pads an even image: at its end first
        self.pad = nn.ZeroPad2d((pad // 2, pad - pad // 2) * 2)

    def forward(self, x: Any) -> Any:
        return self.bn(self.conv(self.pad(x)))


class SqueezeExcite(nn.Module):
    """The paper's module: what each channel holds on average opens its gate."""

    def __init__(self, ours: Any, name: str, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // REDUCTION, bias=False)
        self.fc2 = nn.Linear(channels // REDUCTION, channels, bias=False)
        self.fc1.weight = tensor(ours.get_layer(f"{name}_reduce").kernel.value.T)
        self.fc2.weight = tensor(ours.get_layer(f"{name}_expand").kernel.value.T)

    def forward(self, x: Any) -> Any:
        gate = self.fc2(self.fc1(x.mean((2, 3))).relu()).sigmoid()
        return x * gate[:, :, None, None]


class Residual(nn.Module):
    """Two convolutions, the gates, and the shortcut around them."""

    def __init__(self, ours: Any, name: str, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = ConvBN(ours, f"{name}_conv1", 3, stride)
        self.conv2 = ConvBN(ours, f"{name}_conv2", 3, 1)
        self.se = SqueezeExcite(ours, f"{name}_se", channels)
        self.shortcut = ConvBN(ours, f"{name}_shortcut", 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x: Any) -> Any:
        y = self.se(self.conv2(self.conv1(x).relu()))
        return (self.shortcut(x) + y).relu()


class Network(nn.Module):
    """The whole network, holding the weights of ours, which it finds by their names."""

    def __init__(self, ours: Any) -> None:
        super().__init__()
        self.stem = ConvBN(ours, "stem", 3, 1)
        self.blocks = nn.Sequential(
            *(
                Residual(ours, f"stage{s}_block{b}", width, 2 if s > 0 and b == 0 else 1)
                for s, width in enumerate(WIDTHS)
                for b in range(DEPTH)
            )
        )
        self.fc = nn.Linear(WIDTHS[-1], 10)
        digit = ours.get_layer("digit")
        self.fc.weight, self.fc.bias = tensor(digit.kernel.value.T), tensor(digit.bias.value)

    def forward(self, x: Any) -> Any:
        return self.fc(self.blocks(self.stem(x).relu()).mean((2, 3)))
