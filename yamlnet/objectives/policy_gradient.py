"""Policy gradients: actions that turned out better than expected become likelier.

With π the policy, A the advantage of an action, G the return that followed, V
the value that was expected, H the entropy of π and E a mean over the batch,

    policy:  P - entropy_weight · E H
    value:   value_weight · E (V(s) - G)²

    reinforce:  P = -E A log π(a|s)                                          (Williams 1992)
    ppo:        P = -E min(ρ A, clip(ρ, 1 - ε, 1 + ε) A),  ρ = π(a|s) / π'(a|s)

are minimised, each by the model of its role, or their sum by one model that tells both; π' is the policy
that acted (Schulman et al. 2017, https://arxiv.org/abs/1707.06347). `divergence` is E ((ρ - 1) - log ρ),
an estimate of KL(π' ‖ π) (http://joschu.net/blog/kl-approx.html), and `clipped` the share of steps with ρ
outside of its bounds; both are 0 where the policy that acted is the one that learns.

Of some actions the model gives a logit each, and π is their softmax. Of k numbers it gives the means μ and
then the logarithms of the deviations σ, and π is the product of k normal distributions:

    log π(a|s) = Σ -((a - μ) / σ)² / 2 - log σ - log(2π) / 2,   H = Σ log σ + log(2πe) / 2
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from keras import ops

from yamlnet.compiler.structure import input_names, model_inputs
from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Models, Objective, Phase, Setting, compiled
from yamlnet.schema.words import DEFAULT_MODEL


class PolicyGradient(Objective):
    """Make actions likelier by their advantages, and tell the returns that follow."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        roles = setting.plan.objective.models
        self.policy, self.value = roles.get("policy", DEFAULT_MODEL), roles.get("value")
        self.clips, self.clip = setting.argument("algorithm") == "ppo", float(setting.argument("clip", 0.0))
        self.value_weight = float(setting.argument("value_weight"))
        self.entropy_weight = float(setting.argument("entropy_weight"))
        optimizer = setting.optimizer("policy")
        compiled(setting.models[DEFAULT_MODEL], optimizer)
        self.phases: Sequence[Phase] = (Phase("policy", (self.policy,), optimizer),)
        if self.value is not None:
            self.phases = (*self.phases, Phase("value", (self.value,), setting.optimizer("value")))

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The loss of the model whose turn it is, a mean over the rows that count.

        Args:
            models: with the policy, and what tells the return.
            batch: observations, and as targets `action`, (rows,) int32 or (rows, numbers) float32,
                `advantage`, `return` and `log_probability` (rows,); rows with a weight of 0 do not count.
            phase: `policy` or `value`.
            training: whether layers behave as in training.
        """
        if phase.name == "value":
            return self._valued(self._valuing(models, batch.inputs, training), batch)
        said, *more = self._acting(models, batch.inputs, training)
        loss = self._acted(said, batch)
        return loss + self._valued(more[0], batch) if more else loss

    def predict(self, models: Models, inputs: Mapping[str, Any]) -> Any:
        """What an agent acts by: what the policy says (rows, width), and the value of each row (rows,)."""
        said = self._acting(models, inputs, training=False)
        if self.value is not None:
            said = [said[0], self._valuing(models, inputs, training=False)]
        return dict(zip(("policy", "value"), said, strict=False))

    def _acted(self, said: Any, batch: Batch) -> Any:
        """The loss of the policy, and how far it is from the one that acted."""
        told, weights = batch.targets, _weights(batch)
        counted = len(told["action"].shape) == 1
        log, entropies = (_of_logits if counted else _of_normal)(said, told["action"])
        entropy = _mean(entropies, weights)
        advantage, divergence, clipped = told["advantage"], 0.0, 0.0
        gain = advantage * log
        if self.clips:
            change = log - told["log_probability"]
            ratio = ops.exp(change)
            gain = ops.minimum(ratio * advantage, ops.clip(ratio, 1 - self.clip, 1 + self.clip) * advantage)
            divergence = _mean(ratio - 1 - change, weights)
            clipped = _mean(ops.cast(ops.abs(ratio - 1) > self.clip, "float32"), weights)
        loss = -_mean(gain, weights)
        told_of = {"policy_loss": loss, "entropy": entropy, "divergence": divergence, "clipped": clipped}
        self.track(ops.sum(weights), **told_of)
        return loss - self.entropy_weight * entropy

    def _valued(self, value: Any, batch: Batch) -> Any:
        """The loss of what tells the return."""
        weights = _weights(batch)
        loss = _mean(ops.square(value - batch.targets["return"]), weights)
        self.track(ops.sum(weights), value_loss=loss)
        return self.value_weight * loss

    def _acting(self, models: Models, inputs: Mapping[str, Any], training: bool) -> list[Any]:
        """What the policy says (rows, width), and the value of each row (rows,) where it tells it, too."""
        model = models[self.policy]
        said, *more = _outputs(model(model_inputs(model, inputs), training=training))
        return [ops.cast(said, "float32"), *(_one_each(value) for value in more)]

    def _valuing(self, models: Models, inputs: Mapping[str, Any], training: bool) -> Any:
        """The value of each row, by the model that tells nothing else: (rows,)."""
        model = models[str(self.value)]
        seen = inputs[input_names(models[self.policy])[0]]
        (value,) = _outputs(model(model_inputs(model, {input_names(model)[0]: seen}), training=training))
        return _one_each(value)


def _of_logits(said: Any, actions: Any) -> tuple[Any, Any]:
    """The log of each action's probability, and each row's entropy: (rows,) each."""
    logs = ops.log_softmax(said, axis=-1)
    log = ops.sum(logs * ops.one_hot(actions, said.shape[-1]), axis=-1)
    return log, -ops.sum(ops.exp(logs) * logs, axis=-1)


def _of_normal(said: Any, actions: Any) -> tuple[Any, Any]:
    """The log of the density of each row's numbers, and each row's entropy: (rows,) each."""
    mean, log_deviation = ops.split(said, 2, axis=-1)
    scaled = (actions - mean) * ops.exp(-log_deviation)
    log = ops.sum(-0.5 * ops.square(scaled) - log_deviation - 0.5 * math.log(2 * math.pi), axis=-1)
    return log, ops.sum(log_deviation + 0.5 * math.log(2 * math.pi * math.e), axis=-1)


def _outputs(found: Any) -> list[Any]:
    """A model's outputs in their order, in whatever form it gives them."""
    if isinstance(found, Mapping):
        return list(found.values())
    return list(found) if isinstance(found, list | tuple) else [found]


def _one_each(values: Any) -> Any:
    return ops.cast(ops.squeeze(values, axis=-1), "float32")


def _weights(batch: Batch) -> Any:
    return ops.ones_like(batch.targets["advantage"]) if batch.sample_weight is None else batch.sample_weight


def _mean(values: Any, weights: Any) -> Any:
    return ops.sum(values * weights) / ops.sum(weights)
