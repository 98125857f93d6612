"""`sequence/tcn.yaml` gives what the authors' torch code gives with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("on_jax")]

BLUEPRINT = "sequence/tcn.yaml"
WIDTHS = {"the digits": [25] * 4, "widths that differ": [8, 8, 16, 12], "MNIST in the paper": [25] * 8}


def randomised(model: Any) -> Any:
    rng = np.random.default_rng(0)
    for weight in model.weights:
        scale = np.prod(weight.shape[:-1]) ** -0.5 if len(weight.shape) > 1 else 0.1
        weight.assign(rng.normal(scale=scale, size=weight.shape).astype("float32"))
    return model


def sequences(length: int, rows: int = 1) -> Any:
    return np.random.default_rng(1).normal(size=(rows, length, 1)).astype("float32")


@pytest.mark.parametrize("widths", WIDTHS.values(), ids=WIDTHS.keys())
def test_it_gives_torch_s_outputs(build: Callable[..., Any], widths: list[int]) -> None:
    import torch

    torch.set_num_threads(2)
    ours = randomised(build(BLUEPRINT, f"widths={widths}"))
    given = sequences(200, rows=4)
    with torch.no_grad():
        expected = torch_tcn(ours, widths)(torch.from_numpy(given)).numpy()
    assert np.ptp(expected) > 0.01, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(given, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_it_has_the_paper_s_size_for_mnist(build: Callable[..., Any]) -> None:
    """Table 1: about 70K; the authors' code without the 25 gains of each weight-normalised convolution."""
    level = 2 * (7 * 25 * 25 + 25)
    first = (7 * 25 + 25) + (7 * 25 * 25 + 25) + (25 + 25)
    expected = first + 7 * level + 10 * 25 + 10
    assert build(f"{BLUEPRINT}:mnist").count_params() == expected == 66_510


def test_a_later_step_changes_no_earlier_one(build: Callable[..., Any]) -> None:
    ours = randomised(build(BLUEPRINT))
    steps = keras.Model(ours.input, ours.get_layer("level3_re_lu").output)
    given = sequences(64)
    changed = given.copy()
    changed[0, 40] += 3
    before, after = (steps.predict(one, verbose=0)[0] for one in (given, changed))
    np.testing.assert_array_equal(before[:40], after[:40])
    assert (before[40:] != after[40:]).any(axis=-1).all()


@pytest.mark.parametrize(("kernel", "levels"), [(2, 4), (3, 3), (7, 4)])
def test_the_last_step_reads_exactly_the_receptive_field(
    build: Callable[..., Any], kernel: int, levels: int
) -> None:
    """1 + 2 (kernel - 1) Σ 2^level: two convolutions a level."""
    import jax

    ours = randomised(build(BLUEPRINT, f"kernel={kernel}", f"widths={[16] * levels}"))
    weights = [weight.value for weight in ours.trainable_variables]
    states = [state.value for state in ours.non_trainable_variables]
    field = 1 + 2 * (kernel - 1) * sum(2**level for level in range(levels))
    given = sequences(field + 10)
    gradient = jax.grad(lambda x: ours.stateless_call(weights, states, x)[0][0, 0])(given)
    assert len(given[0]) - np.flatnonzero(gradient)[0] == field


def test_only_levels_whose_widths_differ_project_their_shortcut(build: Callable[..., Any]) -> None:
    names = {layer.name for layer in build(BLUEPRINT, "widths=[8, 8, 16, 16]").layers}
    assert {name for name in names if "shortcut" in name} == {"level0_shortcut", "level2_shortcut"}


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = {layer.name for layer in build(BLUEPRINT).layers}
    assert {"level0_conv1", "level0_conv2", "level0_shortcut", "level3_conv2", "level3_add", "digit"} <= names


def torch_tcn(ours: Any, widths: list[int]) -> Any:
    """The definition of https://github.com/locuslab/TCN, holding the weights of `ours`.

    Its weight normalisation holds a direction and a length; the length is the kernel's own.
    """
    import torch
    from torch import nn
    from torch.nn.utils.parametrizations import weight_norm

    def convolution(name: str, dilation: int = 1) -> Any:
        kernel, bias = (np.array(weight.value) for weight in ours.get_layer(name).weights)
        width, channels, filters = kernel.shape
        conv = nn.Conv1d(channels, filters, width, padding=(width - 1) * dilation, dilation=dilation)
        conv.weight = nn.Parameter(torch.from_numpy(kernel.transpose(2, 1, 0).copy()))
        conv.bias = nn.Parameter(torch.from_numpy(bias))
        return conv

    class Chomp(nn.Module):
        def __init__(self, size: int) -> None:
            super().__init__()
            self.size = size

        def forward(self, x: Any) -> Any:
            return x[:, :, : -self.size]

    class TemporalBlock(nn.Module):
        def __init__(self, level: int, channels: int, width: int) -> None:
            super().__init__()
            parts: list[Any] = []
            for name in ("conv1", "conv2"):
                conv = convolution(f"level{level}_{name}", 2**level)
                parts += [weight_norm(conv), Chomp(conv.padding[0]), nn.ReLU(), nn.Dropout(0.05)]
            self.net = nn.Sequential(*parts)
            differ = channels != width
            self.downsample = convolution(f"level{level}_shortcut") if differ else nn.Identity()

        def forward(self, x: Any) -> Any:
            return torch.relu(self.net(x) + self.downsample(x))

    class TCN(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            channels = [1, *widths[:-1]]
            levels = enumerate(zip(channels, widths, strict=True))
            self.tcn = nn.Sequential(*(TemporalBlock(level, *pair) for level, pair in levels))
            kernel, bias = (np.array(weight.value) for weight in ours.get_layer("digit").weights)
            self.linear = nn.Linear(*kernel.shape)
            self.linear.weight = nn.Parameter(torch.from_numpy(kernel.T.copy()))
            self.linear.bias = nn.Parameter(torch.from_numpy(bias))

        def forward(self, x: Any) -> Any:
            return self.linear(self.tcn(x.transpose(1, 2))[:, :, -1]).softmax(-1)

    return TCN().eval()
