"""Causal language models: at each place the next token is told by those before it.

With tokens t₁ … tₙ and the model's output (rows, n, vocabulary) as the logits of p, minimised is the mean of
-log p(tᵢ₊₁ | t₁ … tᵢ) over all places i < n whose next token is not padding (Bengio et al. 2003,
https://www.jmlr.org/papers/v3/bengio03a.html; GPT: Radford et al. 2018). The model is called on whole rows
and its last place is not compared, so that what it reads while it is trained is what it reads when it writes.
Perplexity is the loss's exponential, bits per token the loss in base 2.
"""

from __future__ import annotations

from typing import Any

from keras import ops

from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Models, Phase
from yamlnet.objectives.tokens import TokenObjective


class CausalLM(TokenObjective):
    """Minimise the surprise at each next token."""

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The mean surprise at the next tokens, in nats."""
        tokens = self.tokens(models, batch)
        logits = self.logits(models, batch, tokens, training)
        following = tokens[:, 1:]
        return self.surprise(logits[:, :-1], following, self._counted(following))

    def _counted(self, tokens: Any) -> Any:
        """1 for each token that is to be told, 0 for padding."""
        padding = self.setting.argument("padding")
        if padding is None:
            return ops.ones_like(tokens, dtype="float32")
        return ops.cast(ops.not_equal(tokens, padding), "float32")
