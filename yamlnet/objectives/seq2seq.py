"""Sequence to sequence: a text is told token by token by another one, as a translation is.

With the target's tokens t₁ … tₙ, where t₁ is the start token and the last that is no padding the end token,
the model reads the source and the true tokens whatever it says itself (teacher forcing), and its output, of
(rows, n, vocabulary), holds the logits of p. Minimised is the mean of -log p(tᵢ₊₁ | source, t₁ … tᵢ) over all
i < n whose next token is no padding (Sutskever et al. 2014, https://arxiv.org/abs/1409.3215). As in
`causal_lm` the model is called on whole rows and its last place is not compared: a decoder looks back only,
so that is to read t₁ … tₙ₋₁, and an input of a fixed length is filled. With `label_smoothing` ε the loss is
1 - ε of that and ε of the mean of -log p over all tokens (Szegedy et al. 2015,
https://arxiv.org/abs/1512.00567, section 7). Perplexity is that of p without smoothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Models, Phase, Setting
from yamlnet.objectives.tokens import TokenObjective


class Seq2Seq(TokenObjective):
    """Minimise the surprise at each next token of a target."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.padding = int(setting.argument("padding"))
        self.smoothing = float(setting.argument("label_smoothing"))
        self.smoothed = keras.metrics.Mean(name="smoothed")

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The mean over the next tokens of the surprise, smoothed, in nats."""
        tokens = self.tokens(models, batch)
        logits = self.logits(models, batch, tokens, training)[:, :-1]
        told = tokens[:, 1:]
        counted = ops.cast(ops.not_equal(told, self.padding), "float32")
        loss = self.surprise(logits, told, counted)
        if self.smoothing:
            loss = (1 - self.smoothing) * loss + self.smoothing * _over_all(logits, counted)
        self.smoothed.update_state(loss, sample_weight=ops.sum(counted))
        return loss

    @property
    def metrics(self) -> Sequence[keras.metrics.Metric]:
        """The means that everything else follows from."""
        return [*super().metrics, self.smoothed]

    def results(self) -> dict[str, Any]:
        """The loss that is minimised, accuracy, and the perplexity without smoothing."""
        found = super().results()
        return {
            "loss": self.smoothed.result(),
            "accuracy": found["accuracy"],
            "perplexity": found["perplexity"],
        }


def _over_all(logits: Any, counted: Any) -> Any:
    """-log p as a mean over all tokens of the vocabulary, and then over the places that count."""
    logits = ops.cast(logits, "float32")
    each = ops.logsumexp(logits, axis=-1) - ops.mean(logits, axis=-1)
    return ops.sum(each * counted) / ops.maximum(ops.sum(counted), 1.0)
