"""Causal language models: at each place the next token is told by those before it.

With tokens t₁ … tₙ and the model's output (rows, n, vocabulary) as the logits of p, minimised is the mean of
-log p(tᵢ₊₁ | t₁ … tᵢ) over all places i < n whose next token is not padding (Bengio et al. 2003,
https://www.jmlr.org/papers/v3/bengio03a.html; GPT: Radford et al. 2018). The model is called on whole rows
and its last place is not compared, so that what it reads while it is trained is what it reads when it writes.
Perplexity is the loss's exponential, bits per token the loss in base 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from yamlnet.compiler.structure import by_output, input_names, model_inputs
from yamlnet.data.batches import Batch, Split
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.objectives.objective import Models, Objective, Phase, Setting, compiled
from yamlnet.resolver.plan import TrainPlan
from yamlnet.schema.words import DEFAULT_MODEL


class CausalLM(Objective):
    """Minimise the surprise at each next token."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.padding: int | None = setting.argument("padding")
        optimizer = setting.optimizer()
        compiled(setting.models[DEFAULT_MODEL], optimizer)
        self.tracked = {name: self.means[name] for name in ("loss", "accuracy")}
        self.phases: Sequence[Phase] = (Phase("train", (DEFAULT_MODEL,), optimizer),)

    @staticmethod
    def problems(models: Models, plan: TrainPlan, rows: Split) -> list[Diagnostic]:
        """An output that is not a distribution over tokens at each place."""
        model = models[DEFAULT_MODEL]
        (name, *_), outputs = input_names(model), by_output(model.output, plan.outputs)
        (output, tensor), *_ = outputs.items()
        tokens, shape = rows.inputs[name], tuple(tensor.shape)
        path = plan.objective.path
        if tokens.ndim != 2 or len(shape) != 3:
            message = (
                'objective "CausalLM" reads tokens (length) and gives their logits (length, vocabulary); '
                f'here "{name}" has rows of {list(tokens.shape[1:])} and "{output}" of {list(shape[1:])}'
            )
            return [Diagnostic("objective", message, path, "key")]
        vocabulary = shape[-1]
        if vocabulary is not None and tokens.max() >= vocabulary:
            message = f'"{output}" tells {vocabulary} tokens apart, and "{name}" has {int(tokens.max()) + 1}'
            return [Diagnostic("objective", message, path, "key")]
        return []

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The mean surprise at the next tokens, in nats."""
        model = models[DEFAULT_MODEL]
        tokens = ops.cast(batch.inputs[input_names(model)[0]], "int32")
        logits = _first(model(model_inputs(model, batch.inputs), training=training))[:, :-1]
        following = tokens[:, 1:]
        surprise = keras.losses.sparse_categorical_crossentropy(following, logits, from_logits=True)
        right = ops.cast(ops.equal(ops.cast(ops.argmax(logits, axis=-1), "int32"), following), "float32")
        counted = self._counted(following)
        count = ops.sum(counted)
        loss = ops.sum(surprise * counted) / ops.maximum(count, 1.0)
        accuracy = ops.sum(right * counted) / ops.maximum(count, 1.0)
        self.track(count, loss=loss, accuracy=accuracy)
        return loss

    @property
    def metrics(self) -> Sequence[keras.metrics.Metric]:
        """The means that everything else follows from."""
        return list(self.tracked.values())

    def results(self) -> dict[str, Any]:
        """Loss and accuracy; perplexity and bits of the mean loss, not means of each batch's."""
        loss = self.tracked["loss"].result()
        accuracy = self.tracked["accuracy"].result()
        bits = loss / math.log(2)
        return {"loss": loss, "accuracy": accuracy, "perplexity": ops.exp(loss), "bits_per_token": bits}

    def _counted(self, tokens: Any) -> Any:
        """1 for each token that is to be told, 0 for padding."""
        if self.padding is None:
            return ops.ones_like(tokens, dtype="float32")
        return ops.cast(ops.not_equal(tokens, self.padding), "float32")


def _first(found: Any) -> Any:
    """The first output of a model, whatever structure it gives."""
    if isinstance(found, dict):
        return next(iter(found.values()))
    return found[0] if isinstance(found, list) else found
