"""`text/bidirectional_attention.yaml` gives what equations 5 to 7 of Yang et al. (2016) give in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow]

VOCABULARY, FEATURES, UNITS, ATTENTION, CLASSES = 40, 6, 5, 7, 4


def test_it_has_as_many_parameters_as_the_same_network_in_torch(build: Callable[..., Any]) -> None:
    torch = pytest.importorskip("torch")
    model = build("text/bidirectional_attention.yaml")
    theirs = modules(torch, 20000, 200, 50, 100, 5)
    assert model.count_params() == sum(weight.numel() for weight in theirs.parameters())
    assert model.count_params() == 4_086_305
    assert [layer.name for layer in model.layers if layer.weights] == [
        "embedding",
        "annotations",
        "attention_hidden",
        "attention_score",
        "label",
    ]


@pytest.fixture(scope="module")
def ours(build: Callable[..., Any]) -> Any:
    return build(
        "text/bidirectional_attention.yaml",
        f"vocabulary={VOCABULARY}",
        f"features={FEATURES}",
        f"units={UNITS}",
        f"attention_units={ATTENTION}",
        f"classes={CLASSES}",
    )


@pytest.fixture(scope="module")
def theirs(ours: Any) -> Any:
    """The reference; its weights are ours too from here on."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    torch.set_num_threads(2)
    reference = modules(torch, VOCABULARY, FEATURES, UNITS, ATTENTION, CLASSES)
    with torch.no_grad():
        for weight in reference.parameters():
            weight.normal_(std=0.7)
    copy_weights(reference, ours)
    return reference


@pytest.mark.usefixtures("held_once")
def test_with_the_same_weights_it_gives_the_same_outputs(ours: Any, theirs: Any) -> None:
    import torch

    words, lengths = texts()
    expected = reference(torch, theirs, words, lengths)
    assert np.ptp(expected, axis=0).max() > 0.2, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(words, verbose=0), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.usefixtures("held_once")
@pytest.mark.usefixtures("theirs")
def test_padding_gets_no_weight(ours: Any) -> None:
    words, lengths = texts()
    weights = keras.Model(ours.input, ours.get_layer("attention_weights").output).predict(words, verbose=0)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert (weights[words == 0] == 0).all()
    padded = ours.predict(words, verbose=0)
    for row, length in enumerate(lengths):
        alone = ours.predict(words[row : row + 1, :length], verbose=0)[0]
        np.testing.assert_allclose(alone, padded[row], rtol=1e-5, atol=1e-6)


def texts() -> tuple[Any, list[int]]:
    """Four texts of different lengths, padded with 0."""
    lengths = [9, 6, 2, 7]
    words = np.random.default_rng(0).integers(1, VOCABULARY, size=(4, 9))
    return words * (np.arange(9) < np.array(lengths)[:, None]), lengths


def modules(torch: Any, vocabulary: int, features: int, units: int, attention: int, classes: int) -> Any:
    """The parts of the network, by the paper's words."""
    return torch.nn.ModuleDict(
        {
            "embedding": torch.nn.Embedding(vocabulary, features),
            "encoder": torch.nn.GRU(features, units, batch_first=True, bidirectional=True),
            "hidden": torch.nn.Linear(2 * units, attention),
            "context": torch.nn.Linear(attention, 1, bias=False),
            "label": torch.nn.Linear(2 * units, classes),
        }
    )


def reference(torch: Any, theirs: Any, words: Any, lengths: list[int]) -> Any:
    """Probabilities, (texts, classes)."""
    rnn = torch.nn.utils.rnn
    packed = rnn.pack_padded_sequence(
        theirs["embedding"](torch.from_numpy(words)), lengths, batch_first=True, enforce_sorted=False
    )
    annotations, _ = rnn.pad_packed_sequence(theirs["encoder"](packed)[0], batch_first=True)
    scores = theirs["context"](torch.tanh(theirs["hidden"](annotations))).squeeze(-1)
    weights = torch.softmax(scores.masked_fill(torch.from_numpy(words) == 0, -torch.inf), dim=1)
    text = torch.einsum("bt,bth->bh", weights, annotations)
    return torch.softmax(theirs["label"](text), dim=-1).detach().numpy()


def copy_weights(theirs: Any, ours: Any) -> None:
    """Put the weights into ours: PyTorch's gates are reset, update, new; in Keras update comes first."""
    state = {name: value.numpy() for name, value in theirs.state_dict().items()}

    def gates(name: str) -> Any:
        reset, update, new = np.split(state[f"encoder.{name}"], 3)
        return np.concatenate([update, reset, new])

    encoder = []
    for suffix in ("", "_reverse"):
        biases = np.stack([gates(f"bias_ih_l0{suffix}"), gates(f"bias_hh_l0{suffix}")])
        encoder += [gates(f"weight_ih_l0{suffix}").T, gates(f"weight_hh_l0{suffix}").T, biases]
    ours.get_layer("embedding").set_weights([state["embedding.weight"]])
    ours.get_layer("annotations").set_weights(encoder)
    ours.get_layer("attention_hidden").set_weights([state["hidden.weight"].T, state["hidden.bias"]])
    ours.get_layer("attention_score").set_weights([state["context.weight"].T])
    ours.get_layer("label").set_weights([state["label.weight"].T, state["label.bias"]])
