"""Diffusion: a model tells the noise on a row, and so takes it off noise alone, step by step.

With ᾱ(t) falling from 1 to 0 over the steps, ε ~ N(0, 1) and xₜ = √ᾱₜ x + √(1 - ᾱₜ) ε, minimised is the mean
of (ε - model(xₜ, t))² over random steps t (DDPM: Ho et al. 2020, https://arxiv.org/abs/2006.11239). The model
reads t as a number between 0 and 1. `linear` is that paper's schedule, β from 1e-4 to 0.02 over 1,000 steps
and as much steeper over fewer; `cosine` that of Nichol and Dhariwal 2021 (https://arxiv.org/abs/2102.09672),
ᾱ = cos²((t + 0.008) / 1.008 · π/2). Rows are drawn with the steps of DDIM (Song et al. 2020,
https://arxiv.org/abs/2010.02502); `eta` is the share of fresh noise, 1 the chain of DDPM.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from yamlnet.compiler.structure import input_names, model_inputs
from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Draw, Models, Objective, Phase, Setting, compiled
from yamlnet.schema.words import DEFAULT_MODEL

Array = np.ndarray[Any, np.dtype[Any]]

OFFSET = 0.008
LEAST, MOST, STEPS = 1e-4, 0.02, 1000
CLOSEST = 0.999
"""The largest β of the cosine schedule, as in the paper."""


def kept(schedule: str, steps: int) -> Array:
    """ᾱ of each step, (steps,), falling: the share of a row's variance that is left."""
    if schedule == "linear":
        betas = np.linspace(LEAST, MOST, steps) * STEPS / steps
        return np.cumprod(1 - np.clip(betas, 0, CLOSEST))
    times = (np.arange(steps + 1) / steps + OFFSET) / (1 + OFFSET)
    shares = np.cos(times * math.pi / 2) ** 2
    return np.cumprod(1 - np.clip(1 - shares[1:] / shares[:-1], 0, CLOSEST))


class Diffusion(Objective):
    """Minimise the distance between the noise that was put on rows and what `model` says of it."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.time = str(setting.argument("time"))
        self.steps = int(setting.argument("steps"))
        self.kept = kept(str(setting.argument("schedule")), self.steps)
        self.draws = keras.random.SeedGenerator(setting.seed, name="noise")
        optimizer = setting.optimizer()
        compiled(setting.models[DEFAULT_MODEL], optimizer)
        self.phases: Sequence[Phase] = (Phase("train", (DEFAULT_MODEL,), optimizer),)

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The mean square of what is not told of the noise."""
        name = self._row(models[DEFAULT_MODEL])
        rows = ops.cast(batch.inputs[name], "float32")
        count = ops.shape(rows)[0]
        steps = keras.random.randint((count,), 0, self.steps, seed=self.draws)
        noise = keras.random.normal(ops.shape(rows), seed=self.draws)
        share = ops.take(ops.convert_to_tensor(self.kept.astype("float32")), steps)
        share = ops.reshape(share, (-1, *(1 for _ in rows.shape[1:])))
        noisy = ops.sqrt(share) * rows + ops.sqrt(1 - share) * noise
        told = self._told(models, batch.inputs, noisy, ops.cast(steps, "float32"), training)
        loss = ops.mean(ops.square(noise - told))
        self.track(count, loss=loss)
        return loss

    @property
    def variables(self) -> Sequence[Any]:
        """Where noise and steps are drawn from."""
        return [self.draws.state]

    def generate(self, models: Models, rows: Mapping[str, Any], draw: Draw) -> Any:
        """Rows out of noise alone, DDIM's equation 12 from the last step to the first.

        What a step takes for the clean row is clipped to the range of the real rows that are given.
        """
        model = models[DEFAULT_MODEL]
        name, eta = self._row(model), float(self.setting.argument("eta"))
        taken = min(int(self.setting.argument("sampling_steps")), self.steps)
        steps = np.linspace(self.steps - 1, 0, taken).round().astype(int)
        shape, least, most = tuple(rows[name].shape[1:]), ops.min(rows[name]), ops.max(rows[name])
        x = draw(shape)
        for index, step in enumerate(steps):
            share = self.kept[step]
            before = self.kept[steps[index + 1]] if index + 1 < len(steps) else 1.0
            time = ops.full((x.shape[0],), float(step), dtype="float32")
            noise = self._told(models, rows, x, time, training=False)
            # Near noise alone a small error of what is told is a large one of the row, which stays in range.
            clean = ops.clip((x - math.sqrt(1 - share) * noise) / math.sqrt(share), least, most)
            noise = (x - math.sqrt(share) * clean) / math.sqrt(1 - share)
            fresh = eta * math.sqrt((1 - before) / (1 - share) * (1 - share / before))
            x = math.sqrt(before) * clean + math.sqrt(max(1 - before - fresh**2, 0.0)) * noise
            x = x + fresh * draw(shape) if fresh else x
        return x

    def _row(self, model: keras.Model) -> str:
        """The input that is spoilt: the first that is not the time."""
        return next(name for name in input_names(model) if name != self.time)

    def _told(self, models: Models, rows: Mapping[str, Any], noisy: Any, steps: Any, training: bool) -> Any:
        """What the model says of the noise on rows: of their shape."""
        model = models[DEFAULT_MODEL]
        given = {**rows, self._row(model): noisy, self.time: steps / self.steps}
        found = model(model_inputs(model, given), training=training)
        return next(iter(found.values())) if isinstance(found, dict) else found
