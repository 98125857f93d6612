"""What objectives of tokens share: surprise at some of them, and what is told of it."""

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


def told_input(model: keras.Model, plan: TrainPlan) -> str:
    """The input whose tokens are told: the one that the objective names, or else the model's first."""
    return str(plan.objective.arguments.get("target", input_names(model)[0]))


class TokenObjective(Objective):
    """Minimise -log p of some tokens, where `model` gives the logits of p at each place."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        optimizer = setting.optimizer()
        compiled(setting.models[DEFAULT_MODEL], optimizer)
        self.tracked = {name: self.means[name] for name in ("loss", "accuracy")}
        self.phases: Sequence[Phase] = (Phase("train", (DEFAULT_MODEL,), optimizer),)

    @staticmethod
    def problems(models: Models, plan: TrainPlan, rows: Split) -> list[Diagnostic]:
        """An output that is not a distribution over tokens at each place."""
        model = models[DEFAULT_MODEL]
        name, outputs = told_input(model, plan), by_output(model.output, plan.outputs)
        (output, tensor), *_ = outputs.items()
        tokens, shape = rows.inputs[name], tuple(tensor.shape)
        path = plan.objective.path
        if tokens.ndim != 2 or len(shape) != 3:
            message = (
                f'objective "{plan.objective.name}" reads tokens (length) and gives their logits (length, '
                f'vocabulary); here "{name}" has rows of {list(tokens.shape[1:])} and "{output}" of '
                f"{list(shape[1:])}"
            )
            return [Diagnostic("objective", message, path, "key")]
        vocabulary = shape[-1]
        if vocabulary is not None and tokens.max() >= vocabulary:
            message = f'"{output}" tells {vocabulary} tokens apart, and "{name}" has {int(tokens.max()) + 1}'
            return [Diagnostic("objective", message, path, "key")]
        return []

    def tokens(self, models: Models, batch: Batch) -> Any:
        """The tokens that a batch has, (rows, length), int32."""
        return ops.cast(batch.inputs[told_input(models[DEFAULT_MODEL], self.setting.plan)], "int32")

    def logits(self, models: Models, batch: Batch, tokens: Any, training: bool) -> Any:
        """What the model gives for tokens and the batch's other inputs: (rows, length, vocabulary)."""
        model = models[DEFAULT_MODEL]
        given = {**batch.inputs, told_input(model, self.setting.plan): tokens}
        found = model(model_inputs(model, given), training=training)
        if isinstance(found, dict):
            return next(iter(found.values()))
        return found[0] if isinstance(found, list) else found

    def surprise(self, logits: Any, told: Any, counted: Any) -> Any:
        """The mean of -log p over the tokens that count, in nats; loss and accuracy are tracked.

        Args:
            logits: (rows, places, vocabulary).
            told: the tokens that are right, (rows, places), int32.
            counted: 1 where a token counts, 0 elsewhere, float32.
        """
        each = keras.losses.sparse_categorical_crossentropy(told, logits, from_logits=True)
        right = ops.cast(ops.equal(ops.cast(ops.argmax(logits, axis=-1), "int32"), told), "float32")
        count = ops.sum(counted)
        loss = ops.sum(each * counted) / ops.maximum(count, 1.0)
        self.track(count, loss=loss, accuracy=ops.sum(right * counted) / ops.maximum(count, 1.0))
        return loss

    @property
    def metrics(self) -> Sequence[keras.metrics.Metric]:
        """The means that everything else follows from."""
        return list(self.tracked.values())

    def results(self) -> dict[str, Any]:
        """Loss and accuracy; perplexity and bits of the mean loss, not means of each batch's."""
        loss, accuracy = (self.tracked[name].result() for name in ("loss", "accuracy"))
        bits = loss / math.log(2)
        return {"loss": loss, "accuracy": accuracy, "perplexity": ops.exp(loss), "bits_per_token": bits}
