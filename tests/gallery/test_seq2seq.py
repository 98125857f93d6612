"""`sequence/seq2seq.yaml` gives what `torch.nn.LSTM` gives with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import yamlnet
from yamlnet.resolver.plan import LayerCall

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINTS = Path(__file__).resolve().parents[2] / "blueprints"
BLUEPRINT = "sequence/seq2seq.yaml"
SMALL = ("source_words=40", "target_words=30", "embedding=12", "units=16")


def randomised(model: Any) -> Any:
    rng = np.random.default_rng(0)
    for weight in model.weights:
        scale = 2 * weight.shape[0] ** -0.5 if len(weight.shape) > 1 else 0.5
        weight.assign(rng.normal(scale=scale, size=weight.shape).astype("float32"))
    return model


@pytest.fixture(scope="module")
def ours(build: Callable[..., Any]) -> Any:
    return randomised(build(BLUEPRINT, "depth=3", *SMALL))


@pytest.fixture(scope="module")
def sentences() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    return {
        "source": rng.integers(1, 40, (5, 9)).astype("int32"),
        "target": rng.integers(1, 30, (5, 7)).astype("int32"),
    }


def test_it_gives_torch_s_outputs(ours: Any, sentences: dict[str, Any]) -> None:
    import torch

    with torch.no_grad():
        given = (torch.from_numpy(sentences[name]).long() for name in ("source", "target"))
        expected = torch_seq2seq(ours)(*given).numpy()
    assert np.ptp(expected) > 0.1, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(sentences, verbose=0), expected, rtol=1e-3, atol=1e-6)


def test_every_layer_s_states_reach_the_decoder(ours: Any, sentences: dict[str, Any]) -> None:
    operations = {operation.name: operation for operation in ours.operations}
    for layer in range(3):
        _, hidden, cell = operations[f"encoder{layer}"].output
        _, *given = operations[f"decoder{layer}"].input
        assert [one is state for one, state in zip(given, (hidden, cell), strict=True)] == [True, True]


def test_padding_a_source_changes_nothing(ours: Any, sentences: dict[str, Any]) -> None:
    padded = np.pad(sentences["source"], ((0, 0), (0, 4)))
    np.testing.assert_allclose(
        ours.predict({**sentences, "source": padded}, verbose=0),
        ours.predict(sentences, verbose=0),
        rtol=1e-5,
        atol=1e-7,
    )


def test_a_later_word_changes_no_earlier_answer(ours: Any, sentences: dict[str, Any]) -> None:
    changed = sentences["target"].copy()
    changed[:, 4] = changed[:, 4] % 29 + 1
    before = ours.predict(sentences, verbose=0)
    after = ours.predict({**sentences, "target": changed}, verbose=0)
    np.testing.assert_array_equal(before[:, :4], after[:, :4])
    assert (before[:, 4:] != after[:, 4:]).any(axis=-1).all()


def test_sutskever_s_model_is_as_large_as_published(build: Callable[..., Any]) -> None:
    """384M parameters, 64M of them recurrent (section 3.4); built here a hundred times narrower."""
    narrow = build(f"{BLUEPRINT}:sutskever", "units=10", "embedding=10")
    assert narrow.count_params() == parameters(10)
    assert parameters(1000) == 384_112_000
    (plan,) = yamlnet.load(f"{BLUEPRINTS / BLUEPRINT}:sutskever").plan.models.values()
    layers = {node.name: node.callee.layer for node in plan.nodes if isinstance(node.callee, LayerCall)}
    names = [f"{part}{layer}" for part in ("encoder", "decoder") for layer in range(4)]
    assert [layers[name].arguments["units"] for name in names] == [1000] * 8


def parameters(width: int) -> int:
    """Of four layers of LSTMs on each side, `width` units wide, with the paper's vocabularies."""
    recurrent = 8 * 4 * width * (width + width + 1)
    return 160_000 * width + 80_000 * width + recurrent + 80_000 * (width + 1)


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = {layer.name for layer in build(BLUEPRINT, *SMALL).layers}
    assert {"source_embedding", "target_embedding", "next_word"} <= names
    assert {"encoder0", "encoder1", "decoder0", "decoder1"} <= names


def torch_seq2seq(ours: Any) -> Any:
    """Encoder and decoder as one `nn.LSTM` of three layers each, holding the weights of `ours`."""
    import torch
    from torch import nn

    def tensors(name: str) -> list[Any]:
        return [torch.from_numpy(np.array(weight.value)) for weight in ours.get_layer(name).weights]

    def lstm(name: str) -> Any:
        stack = nn.LSTM(12, 16, num_layers=3, batch_first=True)
        with torch.no_grad():
            for layer in range(3):
                kernel, recurrent, bias = tensors(f"{name}{layer}")  # both frameworks order gates i, f, c, o
                getattr(stack, f"weight_ih_l{layer}").copy_(kernel.T)
                getattr(stack, f"weight_hh_l{layer}").copy_(recurrent.T)
                getattr(stack, f"bias_ih_l{layer}").copy_(bias)
                getattr(stack, f"bias_hh_l{layer}").zero_()
        return stack

    class Seq2Seq(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.source = nn.Embedding.from_pretrained(*tensors("source_embedding"))
            self.target = nn.Embedding.from_pretrained(*tensors("target_embedding"))
            self.encoder, self.decoder = lstm("encoder"), lstm("decoder")
            kernel, bias = tensors("next_word")
            self.linear = nn.Linear(*kernel.shape)
            self.linear.weight, self.linear.bias = nn.Parameter(kernel.T), nn.Parameter(bias)

        def forward(self, source: Any, target: Any) -> Any:
            _, states = self.encoder(self.source(source.flip(1)))
            answers, _ = self.decoder(self.target(target), states)
            return self.linear(answers).softmax(-1)

    return Seq2Seq().eval()
