"""`text/lstm_classifier.yaml` is Keras's IMDB example by count, and gives what `torch.nn.LSTM` gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow]

on_jax = pytest.mark.skipif(
    keras.backend.backend() != "jax",
    reason="held against its reference on JAX; tests/gallery/test_builds.py builds it on every backend",
)

FORMS = pytest.mark.parametrize(
    ("bidirectional", "depth", "classes"),
    [(True, 2, 2), (True, 1, 5), (False, 3, 2), (False, 1, 5)],
)
VOCABULARY, FEATURES, UNITS = 40, 6, 5


def test_it_has_as_many_parameters_as_the_example_of_keras_says(build: Callable[..., Any]) -> None:
    model = build("text/lstm_classifier.yaml")
    assert model.count_params() == 2_757_761
    assert [layer.name for layer in model.layers if layer.weights] == [
        "embedding",
        "layer1_bidirectional",
        "layer2_bidirectional",
        "label",
    ]


@on_jax
@FORMS
def test_with_the_same_weights_it_gives_the_same_outputs(
    build: Callable[..., Any], bidirectional: bool, depth: int, classes: int
) -> None:
    ours = small(build, bidirectional, depth, classes)
    theirs = Reference(bidirectional, depth, classes)
    theirs.copy_into(ours)
    words, lengths = texts()
    expected = theirs(words, lengths)
    assert expected.shape == (4, 1 if classes == 2 else classes)
    assert np.ptp(expected, axis=0).max() > 0.02, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(words, verbose=0), expected, rtol=1e-4, atol=1e-6)


@on_jax
@FORMS
def test_padding_is_as_good_as_nothing(
    build: Callable[..., Any], bidirectional: bool, depth: int, classes: int
) -> None:
    model = small(build, bidirectional, depth, classes)
    Reference(bidirectional, depth, classes).copy_into(model)
    words, lengths = texts()
    padded = model.predict(words, verbose=0)
    for row, length in enumerate(lengths):
        alone = model.predict(words[row : row + 1, :length], verbose=0)[0]
        np.testing.assert_allclose(alone, padded[row], rtol=1e-5, atol=1e-6)


def small(build: Callable[..., Any], bidirectional: bool, depth: int, classes: int) -> Any:
    return build(
        "text/lstm_classifier.yaml",
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

    def __init__(self, bidirectional: bool, depth: int, classes: int) -> None:
        torch = pytest.importorskip("torch")
        torch.manual_seed(0)
        torch.set_num_threads(2)
        self.directions, self.depth, self.classes = 1 + bidirectional, depth, classes
        self.embedding = torch.nn.Embedding(VOCABULARY, FEATURES)
        self.lstm = torch.nn.LSTM(FEATURES, UNITS, depth, batch_first=True, bidirectional=bidirectional)
        self.head = torch.nn.Linear(self.directions * UNITS, 1 if classes == 2 else classes)
        with torch.no_grad():
            for part in (self.embedding, self.lstm, self.head):
                for weight in part.parameters():
                    weight.normal_(std=1.2)

    def __call__(self, words: Any, lengths: list[int]) -> Any:
        """Probabilities, (texts, classes), or (texts, 1) for two classes."""
        import torch

        packed = torch.nn.utils.rnn.pack_padded_sequence(
            self.embedding(torch.from_numpy(words)), lengths, batch_first=True, enforce_sorted=False
        )
        _, (hidden, _) = self.lstm(packed)
        logits = self.head(torch.cat(list(hidden[-self.directions :]), dim=-1))
        answer = torch.sigmoid(logits) if self.classes == 2 else torch.softmax(logits, dim=-1)
        return answer.detach().numpy()

    def copy_into(self, ours: Any) -> None:
        """Put the weights into ours; both have the gates in the order input, forget, cell, output."""
        ours.get_layer("embedding").set_weights([self.embedding.weight.detach().numpy()])
        ours.get_layer("label").set_weights(
            [self.head.weight.detach().numpy().T, self.head.bias.detach().numpy()]
        )
        kind = "bidirectional" if self.directions == 2 else "lstm"
        for index in range(self.depth):
            weights = []
            for suffix in ("", "_reverse")[: self.directions]:
                kernel, recurrent, bias, recurrent_bias = (
                    getattr(self.lstm, f"{part}_l{index}{suffix}").detach().numpy()
                    for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                )
                weights += [kernel.T, recurrent.T, bias + recurrent_bias]
            ours.get_layer(f"layer{index + 1}_{kind}").set_weights(weights)
