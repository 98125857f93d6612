"""Policy gradients: actions that turned out better than expected become likelier.

With π the policy, whose logits the model gives, A the advantage of an action, G the return that followed, V
the value that was expected, H the entropy of π and E a mean over the batch,

    loss      = policy + value_weight · E (V(s) - G)² - entropy_weight · E H
    reinforce:  policy = -E A log π(a|s)                                          (Williams 1992)
    ppo:        policy = -E min(ρ A, clip(ρ, 1 - ε, 1 + ε) A),  ρ = π(a|s) / π'(a|s)

where π' is the policy that acted (Schulman et al. 2017, https://arxiv.org/abs/1707.06347). `divergence` is
E ((ρ - 1) - log ρ), an estimate of KL(π' ‖ π) (http://joschu.net/blog/kl-approx.html), and `clipped` the
share of steps with ρ outside of its bounds; both are 0 where the policy that acted is the one that learns.
"""

from __future__ import annotations

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
        self.clips, self.clip = setting.argument("algorithm") == "ppo", float(setting.argument("clip"))
        self.value_weight = float(setting.argument("value_weight"))
        self.entropy_weight = float(setting.argument("entropy_weight"))
        optimizer = setting.optimizer()
        compiled(setting.models[DEFAULT_MODEL], optimizer)
        trained = tuple(filter(None, (self.policy, self.value)))
        self.phases: Sequence[Phase] = (Phase("train", trained, optimizer),)

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The loss of the policy and of what values it, a mean over the rows that count.

        Args:
            models: with the policy, and what tells the return.
            batch: observations, and as targets `action` (rows,) int32, `advantage`, `return` and
                `log_probability` (rows,); rows with a weight of 0 do not count.
            phase: the only one.
            training: whether layers behave as in training.
        """
        told, weights = batch.targets, _weights(batch)
        logits, value = self._said(models, batch.inputs, training)
        logs = ops.log_softmax(logits, axis=-1)
        log = ops.sum(logs * ops.one_hot(told["action"], logits.shape[-1]), axis=-1)
        entropy = _mean(-ops.sum(ops.exp(logs) * logs, axis=-1), weights)
        values = {"entropy": entropy, **self._policy(log, told, weights)}
        values["value_loss"] = (
            _mean(ops.square(value - told["return"]), weights) if value is not None else 0.0
        )
        loss = (
            values["policy_loss"] + self.value_weight * values["value_loss"] - self.entropy_weight * entropy
        )
        self.track(ops.sum(weights), loss=loss, **values)
        return loss

    def predict(self, models: Models, inputs: Mapping[str, Any]) -> Any:
        """What an agent acts by: the policy's logits (rows, actions), and the value of each row (rows,)."""
        logits, value = self._said(models, inputs, training=False)
        return {"policy": logits} if value is None else {"policy": logits, "value": value}

    def _policy(self, log: Any, told: Mapping[str, Any], weights: Any) -> dict[str, Any]:
        """The loss of the policy, and how far it is from the one that acted."""
        advantage = told["advantage"]
        if not self.clips:
            return {"policy_loss": -_mean(advantage * log, weights), "divergence": 0.0, "clipped": 0.0}
        change = log - told["log_probability"]
        ratio = ops.exp(change)
        bounded = ops.clip(ratio, 1 - self.clip, 1 + self.clip)
        outside = ops.cast(ops.abs(ratio - 1) > self.clip, "float32")
        return {
            "policy_loss": -_mean(ops.minimum(ratio * advantage, bounded * advantage), weights),
            "divergence": _mean(ratio - 1 - change, weights),
            "clipped": _mean(outside, weights),
        }

    def _said(self, models: Models, inputs: Mapping[str, Any], training: bool) -> tuple[Any, Any]:
        """Logits (rows, actions), and values (rows,) or None: of two models, or two outputs of one."""
        policy = models[self.policy]
        (seen,) = (inputs[name] for name in input_names(policy))
        said = _outputs(policy(model_inputs(policy, inputs), training=training))
        if self.value is not None:
            model = models[self.value]
            given = model_inputs(model, {input_names(model)[0]: seen})
            said = [said[0], *_outputs(model(given, training=training))]
        logits = ops.cast(said[0], "float32")
        return logits, ops.cast(ops.squeeze(said[1], axis=-1), "float32") if len(said) > 1 else None


def _outputs(found: Any) -> list[Any]:
    if isinstance(found, Mapping):
        return list(found.values())
    return list(found) if isinstance(found, list | tuple) else [found]


def _weights(batch: Batch) -> Any:
    return ops.ones_like(batch.targets["advantage"]) if batch.sample_weight is None else batch.sample_weight


def _mean(values: Any, weights: Any) -> Any:
    return ops.sum(values * weights) / ops.sum(weights)
