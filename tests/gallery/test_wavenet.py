"""`sequence/wavenet.yaml` gives what `torch.nn` gives with the same weights, and looks back as far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("on_jax")]

BLUEPRINT = "sequence/wavenet.yaml"
PARAMETERS = 1_514_944
LAYERS, DEPTH, RECEPTIVE_FIELD = 50, 10, 5117


def randomised(model: Any) -> Any:
    rng = np.random.default_rng(0)
    for weight in model.weights:
        scale = np.prod(weight.shape[:-1]) ** -0.5 if len(weight.shape) > 1 else 0.1
        weight.assign(rng.normal(scale=scale, size=weight.shape).astype("float32"))
    return model


@pytest.fixture(scope="module")
def ours(build: Callable[..., Any], quick_weights: Callable[[], Any]) -> Any:
    with quick_weights():
        return randomised(build(BLUEPRINT))


def samples(length: int, rows: int = 1) -> Any:
    return np.random.default_rng(1).integers(0, 256, (rows, length)).astype("int32")


def test_it_has_as_many_parameters(ours: Any) -> None:
    assert ours.count_params() == PARAMETERS


def test_it_gives_torch_s_outputs(ours: Any) -> None:
    import torch

    torch.set_num_threads(2)
    given = samples(700, rows=2)
    with torch.no_grad():
        expected = torch_wavenet(ours)(torch.from_numpy(given).long()).numpy()
    assert np.ptp(expected) > 0.01, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(given, verbose=0), expected, rtol=1e-3, atol=1e-6)


def test_a_later_sample_changes_no_earlier_answer(ours: Any) -> None:
    given = samples(300)
    changed = given.copy()
    changed[0, 200] = (changed[0, 200] + 128) % 256
    before, after = (ours.predict(one, verbose=0)[0] for one in (given, changed))
    np.testing.assert_array_equal(before[:200], after[:200])
    assert (before[200:210] != after[200:210]).any(axis=-1).all()


def test_an_answer_depends_on_exactly_its_receptive_field(ours: Any) -> None:
    assert 1 + (2 - 1) * (1 + 5 * sum(2**i for i in range(10))) == RECEPTIVE_FIELD
    seen = seen_by_the_last(ours, samples(RECEPTIVE_FIELD + 20))
    assert seen == RECEPTIVE_FIELD


@pytest.mark.parametrize(("kernel", "stacks", "depth"), [(3, 2, 4), (4, 1, 5)])
def test_the_receptive_field_follows_its_parameters(
    build: Callable[..., Any], kernel: int, stacks: int, depth: int
) -> None:
    model = randomised(build(BLUEPRINT, f"kernel={kernel}", f"stacks={stacks}", f"depth={depth}"))
    field = 1 + (kernel - 1) * (1 + stacks * sum(2**i for i in range(depth)))
    assert seen_by_the_last(model, samples(field + 10)) == field


def test_its_dilations_double_within_a_stack(ours: Any) -> None:
    for layer in range(LAYERS):
        for part in ("filter", "gate"):
            assert ours.get_layer(f"layer{layer}_{part}").dilation_rate == (2 ** (layer % DEPTH),)


def test_its_layers_have_readable_names(ours: Any) -> None:
    names = {operation.name for operation in ours.operations}
    assert {"one_hot", "causal", "layer0_filter", "layer0_gated", "layer31_dense"} <= names
    assert {"layer49_skip", "layer49_skips", "post1", "next"} <= names


def seen_by_the_last(model: Any, given: Any) -> int:
    """How many samples, up to the last, the last answer's gradient reaches."""
    import jax

    (one_hot,) = (one for one in model.operations if one.name == "one_hot")
    behind = keras.Model(one_hot.output, model.output)
    weights = [weight.value for weight in behind.trainable_variables]

    def last(sounds: Any) -> Any:
        return behind.stateless_call(weights, [], sounds)[0][0, -1, 0]

    gradient = jax.grad(last)(jax.nn.one_hot(given, 256))[0]
    reached = np.flatnonzero(np.abs(gradient).sum(axis=-1))
    return int(given.shape[1] - reached[0])


def torch_wavenet(ours: Any) -> Any:
    """The paper's figure 4 in `torch.nn`, holding the weights of `ours`, which it finds by their names."""
    import torch
    from torch import nn

    class Causal(nn.Module):
        def __init__(self, name: str, dilation: int = 1) -> None:
            super().__init__()
            kernel, bias = (np.asarray(weight.value) for weight in ours.get_layer(name).weights)
            width, channels, filters = kernel.shape
            self.past = (width - 1) * dilation
            self.conv = nn.Conv1d(channels, filters, width, dilation=dilation)
            self.conv.weight = nn.Parameter(torch.from_numpy(kernel.transpose(2, 1, 0).copy()))
            self.conv.bias = nn.Parameter(torch.from_numpy(bias.copy()))

        def forward(self, x: Any) -> Any:
            return self.conv(nn.functional.pad(x, (self.past, 0)))

    class Layer(nn.Module):
        def __init__(self, index: int) -> None:
            super().__init__()
            dilation = 2 ** (index % DEPTH)
            self.filter = Causal(f"layer{index}_filter", dilation)
            self.gate = Causal(f"layer{index}_gate", dilation)
            self.skip = Causal(f"layer{index}_skip")
            self.dense = Causal(f"layer{index}_dense") if index < LAYERS - 1 else None

        def forward(self, x: Any) -> tuple[Any, Any]:
            gated = torch.tanh(self.filter(x)) * torch.sigmoid(self.gate(x))
            return (x if self.dense is None else x + self.dense(gated)), self.skip(gated)

    class WaveNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.causal = Causal("causal")
            self.layers = nn.ModuleList(Layer(index) for index in range(LAYERS))
            self.post1, self.post2 = Causal("post1"), Causal("next")

        def forward(self, classes: Any) -> Any:
            x = self.causal(nn.functional.one_hot(classes, 256).float().transpose(1, 2))
            skips = 0
            for layer in self.layers:
                x, skip = layer(x)
                skips = skips + skip
            answers = self.post2(torch.relu(self.post1(torch.relu(skips))))
            return answers.softmax(dim=1).transpose(1, 2)

    return WaveNet().eval()
