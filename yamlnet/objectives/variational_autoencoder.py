"""Variational autoencoders: codes are distributions near to the standard normal one.

With q(z|x) = N(mean, exp(log_variance)) from the encoder and p(x|z) from the decoder, the negative evidence
lower bound is minimised (Kingma and Welling 2013, https://arxiv.org/abs/1312.6114):

    loss = reconstruction + beta · KL(q(z|x) ‖ N(0, 1))
    KL   = -½ Σ (1 + log_variance - mean² - exp(log_variance))

Reconstruction is the loss between a row and what the decoder makes of one code of it, summed over the row's
values, the divergence summed over the code's; both are means over the batch. `beta` is that of β-VAE (Higgins
et al. 2017); with `warmup` it grows from 0 in as many steps (Bowman et al. 2015,
https://arxiv.org/abs/1511.06349). A decoder (and an encoder) with inputs more than the code (the row) is
conditional: it reads them from the row by their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from yamlnet.compiler.structure import model_inputs
from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Draw, Models, Objective, Phase, Setting, compiled
from yamlnet.objectives.roles import free_input, input_tensor
from yamlnet.objectives.row_loss import MSE, row_loss
from yamlnet.schema.words import DEFAULT_MODEL


class VariationalAutoencoder(Objective):
    """Minimise the negative evidence lower bound of an encoder and a decoder."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.encoder, self.decoder = setting.role("encoder"), setting.role("decoder")
        self.beta, self.warmup = float(setting.argument("beta")), int(setting.argument("warmup"))
        self.loss = setting.loss(MSE)
        self.draws = keras.random.SeedGenerator(setting.seed, name="codes")
        optimizer = setting.optimizer()
        compiled(setting.models[DEFAULT_MODEL], optimizer)
        self.phases: Sequence[Phase] = (Phase("train", (self.encoder, self.decoder), optimizer),)

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The negative evidence lower bound, a mean over the batch."""
        encoder, decoder = models[self.encoder], models[self.decoder]
        mean, log_variance = encoder(model_inputs(encoder, batch.inputs), training=training)
        code = mean + ops.exp(0.5 * log_variance) * keras.random.normal(ops.shape(mean), seed=self.draws)
        made = decoder(decoder_inputs(decoder, code, batch.inputs), training=training)
        reconstruction = ops.mean(row_loss(self.loss, next(iter(batch.inputs.values())), made))
        divergence = ops.mean(_divergence(mean, log_variance))
        total = reconstruction + self._weight(phase, training) * divergence
        rows = ops.shape(mean)[0]
        self.track(rows, loss=total, reconstruction=reconstruction, divergence=divergence)
        return total

    def generate(self, models: Models, rows: Mapping[str, Any], draw: Draw) -> Any:
        """What the decoder makes of codes drawn from the standard normal distribution."""
        decoder = models[self.decoder]
        code = draw(tuple(input_tensor(decoder, free_input(decoder, rows)).shape[1:]))
        return decoder(decoder_inputs(decoder, code, rows), training=False)

    @staticmethod
    def given_back(outputs: Sequence[str], inputs: Sequence[str]) -> Mapping[str, str]:
        """The row, which is the first input, made of its code's mean."""
        return {outputs[0]: inputs[0]}

    @staticmethod
    def encoders(roles: Mapping[str, str]) -> Sequence[str]:
        """The encoder: a code's mean is its first output."""
        return [roles["encoder"]]

    @property
    def variables(self) -> Sequence[Any]:
        """Where codes are drawn from."""
        return [self.draws.state]

    def _weight(self, phase: Phase, training: bool) -> Any:
        """Beta, at the step that training is at."""
        if not self.warmup or not training:
            return self.beta
        step = ops.cast(phase.optimizer.iterations.value, "float32")
        return self.beta * ops.minimum(1.0, step / self.warmup)


def decoder_inputs(decoder: keras.Model, code: Any, rows: Mapping[str, Any]) -> Any:
    """A code with what else a decoder reads, which the rows have by its names."""
    return model_inputs(decoder, {**rows, free_input(decoder, rows): code})


def _divergence(mean: Any, log_variance: Any) -> Any:
    """KL(N(mean, exp(log_variance)) ‖ N(0, 1)) of each row: (rows, …) twice → (rows,)."""
    values = -0.5 * (1 + log_variance - ops.square(mean) - ops.exp(log_variance))
    return ops.sum(values, axis=tuple(range(1, len(values.shape))))
