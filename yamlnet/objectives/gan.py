"""Generative adversarial networks: a generator of rows, and a discriminator that tells them from real ones.

With r the discriminator's output D(x) for a real row (a number without an activation), f that for a row G(z)
made of noise z ~ N(0, 1), σ the logistic function and E a mean over the batch, each minimises

| loss | discriminator | generator |
|---|---|---|
| non-saturating | -E log σ(r) - E log(1 - σ(f)) | -E log σ(f) |
| minimax | the same | E log(1 - σ(f)) |
| hinge | E max(0, 1 - r) + E max(0, 1 + f) | -E f |
| wasserstein-gp | E f - E r + penalty · E (‖∇D(x̂)‖ - 1)² | -E f |

where x̂ lies at a random place between a real row and one that was made (Goodfellow et al. 2014,
https://arxiv.org/abs/1406.2661; Lim and Ye 2017, https://arxiv.org/abs/1705.02894; Gulrajani et al. 2017,
https://arxiv.org/abs/1704.00028). For the penalty the discriminator is called as it is used, without dropout
and with the statistics that batch normalization has learnt. The discriminator learns from each batch,
the generator every `critic_steps` steps. Inputs of the generator besides the noise are conditions that the
rows have by their names (Mirza and Osindero 2014, https://arxiv.org/abs/1411.1784).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from yamlnet.compiler.structure import input_names, model_inputs
from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Draw, Models, Objective, Phase, Setting, compiled
from yamlnet.objectives.roles import free_input, input_tensor
from yamlnet.schema.words import DEFAULT_MODEL

WASSERSTEIN = "wasserstein-gp"
PENALTY, CRITIC_STEPS = 10.0, 5
"""Of a Wasserstein critic, as in the paper."""


class GAN(Objective):
    """Two updates a step, each of one model with the other as it is."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.kind = str(setting.argument("loss"))
        wasserstein = self.kind == WASSERSTEIN
        self.penalty = float(setting.argument("penalty", PENALTY if wasserstein else 0.0))
        self.generator, self.discriminator = setting.role("generator"), setting.role("discriminator")
        self.draws = keras.random.SeedGenerator(setting.seed, name="noise")
        every = int(setting.argument("critic_steps", CRITIC_STEPS if wasserstein else 1))
        optimizer = setting.optimizer("generator")
        compiled(setting.models[DEFAULT_MODEL], optimizer)
        self.phases: Sequence[Phase] = (
            Phase("discriminator", (self.discriminator,), setting.optimizer("discriminator")),
            Phase("generator", (self.generator,), optimizer, every=every),
        )

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The loss of the model whose turn it is, a mean over the batch."""
        made = self._made(models[self.generator], batch.inputs, training)
        if phase.name == "generator":
            return self._generator(models, batch, made, training)
        return self._discriminator(models, batch, made, training)

    def generate(self, models: Models, rows: Mapping[str, Any], draw: Draw) -> Any:
        """What the generator makes of noise."""
        generator = models[self.generator]
        name = free_input(generator, rows)
        noise = draw(tuple(input_tensor(generator, name).shape[1:]))
        return generator(model_inputs(generator, {**rows, name: noise}), training=False)

    @property
    def variables(self) -> Sequence[Any]:
        """Where noise is drawn from."""
        return [self.draws.state]

    def _generator(self, models: Models, batch: Batch, made: Any, training: bool) -> Any:
        fake = self._judged(models, made, batch.inputs, training)
        match self.kind:
            case "minimax":
                loss = -ops.mean(ops.softplus(fake))  # log(1 - σ(f)) = -softplus(f)
            case "non-saturating":
                loss = ops.mean(ops.softplus(-fake))  # -log σ(f) = softplus(-f)
            case _:
                loss = -ops.mean(fake)
        self.track(ops.shape(fake)[0], generator_loss=loss)
        return loss

    def _discriminator(self, models: Models, batch: Batch, made: Any, training: bool) -> Any:
        name = input_names(models[self.discriminator])[0]
        rows, made = batch.inputs[name], ops.stop_gradient(made)
        real = self._judged(models, rows, batch.inputs, training)
        fake = self._judged(models, made, batch.inputs, training)
        match self.kind:
            case "hinge":
                loss = ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake))
            case "wasserstein-gp":
                loss = ops.mean(fake) - ops.mean(real)
            case _:
                loss = ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))
        if self.penalty:
            loss = loss + self.penalty * self._steepness(models, rows, made, batch.inputs)
        real, fake = ops.mean(real), ops.mean(fake)
        self.track(ops.shape(rows)[0], discriminator_loss=loss, real=real, fake=fake)
        return loss

    def _steepness(self, models: Models, rows: Any, made: Any, inputs: Mapping[str, Any]) -> Any:
        """The mean of (‖∇D(x̂)‖ - 1)² over points between real and made rows."""
        rows = ops.cast(rows, made.dtype)
        ones = (ops.shape(rows)[0], *(1 for _ in rows.shape[1:]))
        share = keras.random.uniform(ones, seed=self.draws)
        between = share * rows + (1 - share) * made
        slopes = self.setting.gradient(lambda x: self._judged(models, x, inputs, False), between)
        squares = ops.sum(ops.square(slopes), axis=tuple(range(1, len(rows.shape))))
        return ops.mean(ops.square(ops.sqrt(squares + 1e-12) - 1))

    def _made(self, generator: keras.Model, inputs: Mapping[str, Any], training: bool) -> Any:
        """As many rows as a batch has, of fresh noise and the batch's conditions."""
        name = free_input(generator, inputs)
        rows = ops.shape(next(iter(inputs.values())))[0]
        noise = keras.random.normal((rows, *input_tensor(generator, name).shape[1:]), seed=self.draws)
        return generator(model_inputs(generator, {**inputs, name: noise}), training=training)

    def _judged(self, models: Models, rows: Any, inputs: Mapping[str, Any], training: bool) -> Any:
        """The discriminator's numbers for rows: (rows, 1)."""
        discriminator = models[self.discriminator]
        name = input_names(discriminator)[0]
        return discriminator(model_inputs(discriminator, {**inputs, name: rows}), training=training)
