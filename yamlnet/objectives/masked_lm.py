"""Masked language models: tokens that are hidden are told by those on both sides.

Of the tokens that are not reserved (padding, unknown ones) a share `rate` is to be told. Four fifths of them
are read as the mask, a tenth as any token, a tenth as what they are; minimised is the mean of -log p of what
they were (BERT: Devlin et al. 2018, https://arxiv.org/abs/1810.04805, section 3.1). In evaluation too, tokens
are hidden at random: loss and accuracy are of hidden ones. The mask may be a token of its own, one beyond
those that the data has: `mask: "${data.tokens.vocabulary_size}"`, with a place for it in the Embedding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from yamlnet.compiler.structure import input_names, named_inputs
from yamlnet.data.batches import Batch, Split
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.objectives.objective import Models, Phase, Setting
from yamlnet.objectives.tokens import TokenObjective
from yamlnet.resolver.plan import TrainPlan
from yamlnet.schema.words import DEFAULT_MODEL

MASKED, REPLACED = 0.8, 0.1
"""The shares of the tokens to be told that are read as the mask, and as any token."""


class MaskedLM(TokenObjective):
    """Minimise the surprise at hidden tokens."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.draws = keras.random.SeedGenerator(setting.seed, name="masks")
        self.mask, self.reserved = int(setting.argument("mask")), int(setting.argument("reserved"))
        self.rate = float(setting.argument("rate"))
        self.others = int(setting.models[DEFAULT_MODEL].outputs[0].shape[-1])

    @staticmethod
    def problems(models: Models, plan: TrainPlan, rows: Split) -> list[Diagnostic]:
        """What any objective of tokens refuses, and an Embedding that has no place for the mask."""
        mask, model = plan.objective.arguments.get("mask"), models[DEFAULT_MODEL]
        if found := TokenObjective.problems(models, plan, rows):
            return found
        first = named_inputs(model)[input_names(model)[0]]
        for layer in model.layers:
            reads = isinstance(layer, keras.layers.Embedding) and layer.input is first
            if reads and isinstance(mask, int) and mask >= layer.input_dim:
                message = (
                    f'Embedding "{layer.name}" has places for 0 to {layer.input_dim - 1}, and the mask is '
                    f"{mask}; give it input_dim: {mask + 1}"
                )
                return [Diagnostic("objective", message, (*plan.objective.path, "mask"))]
        return []

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The mean surprise at the hidden tokens, in nats."""
        tokens = self.tokens(models, batch)
        told = ops.logical_and(self._drawn(tokens) < self.rate, tokens >= self.reserved)
        logits = self.logits(models, batch, self._hidden(tokens, told), training)
        return self.surprise(logits, tokens, ops.cast(told, "float32"))

    @property
    def variables(self) -> Sequence[Any]:
        """Where it is drawn from what is hidden."""
        return [self.draws.state]

    def _hidden(self, tokens: Any, told: Any) -> Any:
        """What the model reads: (rows, length), int32."""
        way = self._drawn(tokens)
        other = keras.random.randint(ops.shape(tokens), self.reserved, self.others, seed=self.draws)
        read = ops.where(way < MASKED, self.mask, ops.where(way < MASKED + REPLACED, other, tokens))
        return ops.where(told, read, tokens)

    def _drawn(self, tokens: Any) -> Any:
        """A number between 0 and 1 for each token."""
        return keras.random.uniform(ops.shape(tokens), seed=self.draws)
