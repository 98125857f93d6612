"""`text/lstm_classifier.yaml` and `text/gru_classifier.yaml` give what `torch.nn.LSTM` and `GRU` give.

The first also has as many parameters as Keras's IMDB example, the second as the same network in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow]

KINDS = pytest.mark.parametrize("kind", ["lstm", "gru"])
FORMS = pytest.mark.parametrize(
    ("bidirectional", "depth", "classes"),
    [(True, 2, 2), (True, 1, 5), (False, 3, 2), (False, 1, 5)],
)
VOCABULARY, FEATURES, UNITS = 40, 6, 5


def test_the_lstm_has_as_many_parameters_as_the_example_of_keras_says(build: Callable[..., Any]) -> None:
    model = build("text/lstm_classifier.yaml")
    assert model.count_params() == 2_757_761
    assert weighted(model) == ["embedding", "layer1_bidirectional", "layer2_bidirectional", "label"]


def test_the_gru_has_as_many_parameters_as_the_same_network_in_torch(build: Callable[..., Any]) -> None:
    torch = pytest.importorskip("torch")
    theirs = [torch.nn.Embedding(20000, 128), torch.nn.GRU(128, 128, num_layers=2), torch.nn.Linear(128, 46)]
    model = build("text/gru_classifier.yaml")
    assert model.count_params() == sum(weight.numel() for part in theirs for weight in part.parameters())
    assert model.count_params() == 2_764_078
    assert weighted(model) == ["embedding", "layer1_gru", "layer2_gru", "label"]


@pytest.mark.usefixtures("held_once")
@KINDS
@FORMS
def test_with_the_same_weights_it_gives_the_same_outputs(
    build: Callable[..., Any], kind: str, bidirectional: bool, depth: int, classes: int
) -> None:
    ours = small(build, kind, bidirectional, depth, classes)
    theirs = Reference(kind, bidirectional, depth, classes)
    theirs.copy_into(ours)
    words, lengths = texts()
    expected = theirs(words, lengths)
    assert expected.shape == (4, 1 if classes == 2 else classes)
    assert np.ptp(expected, axis=0).max() > 0.02, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(words, verbose=0), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.usefixtures("held_once")
@KINDS
@FORMS
def test_padding_is_as_good_as_nothing(
    build: Callable[..., Any], kind: str, bidirectional: bool, depth: int, classes: int
) -> None:
    model = small(build, kind, bidirectional, depth, classes)
    Reference(kind, bidirectional, depth, classes).copy_into(model)
    words, lengths = texts()
    padded = model.predict(words, verbose=0)
    for row, length in enumerate(lengths):
        alone = model.predict(words[row : row + 1, :length], verbose=0)[0]
        np.testing.assert_allclose(alone, padded[row], rtol=1e-5, atol=1e-6)


def weighted(model: Any) -> list[str]:
    """The names of the layers that hold weights."""
    return [layer.name for layer in model.layers if layer.weights]


def small(build: Callable[..., Any], kind: str, bidirectional: bool, depth: int, classes: int) -> Any:
    return build(
        f"text/{kind}_classifier.yaml",
        f"vocabulary={VOCABULARY}",
        f"features={FEATURES}",
        f"units={UNITS}",
        f"bidirectional={str(bidirectional).lower()}",
        f"depth={depth}",
        f"classes={classes}",
    )


def texts() -> tuple[Any, list[int]]:
    """Four texts of different lengths, padded with 0."""
    lengths = [9, 6, 2, 7]
    words = np.random.default_rng(0).integers(1, VOCABULARY, size=(4, 9))
    return words * (np.arange(9) < np.array(lengths)[:, None]), lengths


class Reference:
    """The classifier in PyTorch: packed sequences never see the padding."""

    def __init__(self, kind: str, bidirectional: bool, depth: int, classes: int) -> None:
        torch = pytest.importorskip("torch")
        torch.manual_seed(0)
        torch.set_num_threads(2)
        self.kind, self.depth, self.classes = kind, depth, classes
        self.directions = 1 + bidirectional
        self.embedding = torch.nn.Embedding(VOCABULARY, FEATURES)
        recurrent = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind]
        self.recurrent = recurrent(FEATURES, UNITS, depth, batch_first=True, bidirectional=bidirectional)
        self.head = torch.nn.Linear(self.directions * UNITS, 1 if classes == 2 else classes)
        with torch.no_grad():
            for part in (self.embedding, self.recurrent, self.head):
                for weight in part.parameters():
                    weight.normal_(std=1.2)

    def __call__(self, words: Any, lengths: list[int]) -> Any:
        """Probabilities, (texts, classes), or (texts, 1) for two classes."""
        import torch

        packed = torch.nn.utils.rnn.pack_padded_sequence(
            self.embedding(torch.from_numpy(words)), lengths, batch_first=True, enforce_sorted=False
        )
        _, state = self.recurrent(packed)
        hidden = state[0] if self.kind == "lstm" else state
        logits = self.head(torch.cat(list(hidden[-self.directions :]), dim=-1))
        answer = torch.sigmoid(logits) if self.classes == 2 else torch.softmax(logits, dim=-1)
        return answer.detach().numpy()

    def copy_into(self, ours: Any) -> None:
        """Put the weights into ours."""
        ours.get_layer("embedding").set_weights([self.embedding.weight.detach().numpy()])
        ours.get_layer("label").set_weights(
            [self.head.weight.detach().numpy().T, self.head.bias.detach().numpy()]
        )
        kind = "bidirectional" if self.directions == 2 else self.kind
        for index in range(self.depth):
            suffixes = ("", "_reverse")[: self.directions]
            weights = [weight for suffix in suffixes for weight in self._weights(f"l{index}{suffix}")]
            ours.get_layer(f"layer{index + 1}_{kind}").set_weights(weights)

    def _weights(self, layer: str) -> list[Any]:
        """Kernel, recurrent kernel and bias of one layer in one direction, as Keras holds them."""
        kernel, recurrent, bias, recurrent_bias = (
            getattr(self.recurrent, f"{part}_{layer}").detach().numpy()
            for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        if self.kind == "lstm":  # both have the gates in the order input, forget, cell, output
            return [kernel.T, recurrent.T, bias + recurrent_bias]
        biases = np.stack([update_first(bias), update_first(recurrent_bias)])
        return [update_first(kernel).T, update_first(recurrent).T, biases]


def update_first(gates: Any) -> Any:
    """A GRU's gates as Keras orders them, along the first axis: PyTorch's are reset, update, new."""
    reset, update, new = np.split(gates, 3)
    return np.concatenate([update, reset, new])
