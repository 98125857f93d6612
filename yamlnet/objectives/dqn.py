"""Deep Q-learning: the model tells what each action in a state is worth, and the target network what follows.

With Q the model, Q' the target network and (s, a, r, s', d) a remembered step, whose reward r may be several
and whose discount d is 0 where the episode ended,

    loss = L(Q(s)[a], r + d · Q'(s')[argmax Q'(s')])
    loss = L(Q(s)[a], r + d · Q'(s')[argmax Q(s')])     with `double`

(Mnih et al. 2015, https://doi.org/10.1038/nature14236; van Hasselt et al. 2016,
https://arxiv.org/abs/1509.06461), where L is `train.loss`, Huber's if none is written. Every `target_update`
training steps the target network goes the share `tau` of the way to the model. It is a copy of the model's
variables, no model of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from yamlnet.compiler.structure import input_names, model_inputs
from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Models, Objective, Phase, Setting, compiled
from yamlnet.resolver.plan import ObjectSpec
from yamlnet.schema.words import DEFAULT_MODEL

HUBER = ObjectSpec("loss", "Huber", {})


class DQN(Objective):
    """Bring the value of an action near to its reward and the value of what followed."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        model = setting.models[DEFAULT_MODEL]
        self.double, self.tau = bool(setting.argument("double")), float(setting.argument("tau"))
        self.every = int(setting.argument("target_update"))
        self.loss = setting.loss(HUBER)
        self.target = [_copy(variable) for variable in _variables(model)]
        optimizer = setting.optimizer()
        compiled(model, optimizer)
        self.phases: Sequence[Phase] = (Phase("train", (DEFAULT_MODEL,), optimizer),)

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The loss between what actions are worth and what came of them, a mean over the batch.

        Args:
            models: with the one that tells values.
            batch: observations, and as targets `action` (rows,) int32, `reward` and `discount` (rows,), and
                `next`, what was seen afterwards.
            phase: the only one.
            training: whether the target network follows.
        """
        model, told = models[DEFAULT_MODEL], batch.targets
        if training:
            self._follow(model, phase)
        values = _of(_worths(model(model_inputs(model, batch.inputs), training=training)), told["action"])
        wanted = ops.stop_gradient(told["reward"] + told["discount"] * self._worth(model, told["next"]))
        loss = self.loss(ops.expand_dims(wanted, -1), ops.expand_dims(values, -1))
        self.track(ops.shape(values)[0], loss=loss, value=ops.mean(values))
        return loss

    def predict(self, models: Models, inputs: Mapping[str, Any]) -> Any:
        """What an agent acts by: the value of each action, (rows, actions)."""
        return _worths(super().predict(models, inputs))

    @property
    def variables(self) -> Sequence[Any]:
        """The target network."""
        return self.target

    def _worth(self, model: keras.Model, seen: Any) -> Any:
        """What the target network says of the best action in each state: (rows,)."""
        inputs = model_inputs(model, {input_names(model)[0]: seen})
        count = len(model.trainable_variables)
        values = [variable.value for variable in self.target]
        found, _ = model.stateless_call(values[:count], values[count:], inputs, training=False)
        told = _worths(found)
        if not self.double:
            return ops.max(told, axis=-1)
        return _of(told, ops.argmax(_worths(model(inputs, training=False)), axis=-1))

    def _follow(self, model: keras.Model, phase: Phase) -> None:
        """Let the target network go towards the model, if it is time."""
        step = ops.cast(phase.optimizer.iterations.value, "int32")
        share = ops.where(ops.equal(step % self.every, 0), self.tau, 0.0)
        for variable, other in zip(self.target, _variables(model), strict=True):
            value = ops.stop_gradient(other.value)
            if keras.backend.is_float_dtype(variable.dtype):
                value = variable.value + ops.cast(share, variable.dtype) * (value - variable.value)
            variable.assign(value)


def _worths(found: Any) -> Any:
    """The only output of a model, in whatever form it gives it: (rows, actions)."""
    (worths,) = keras.tree.flatten(found)
    return worths


def _of(worths: Any, actions: Any) -> Any:
    """The value of one action of each row: (rows, actions), (rows,) → (rows,)."""
    return ops.sum(worths * ops.one_hot(actions, worths.shape[-1]), axis=-1)


def _variables(model: keras.Model) -> list[Any]:
    return [*model.trainable_variables, *model.non_trainable_variables]


def _copy(variable: Any) -> Any:
    value = ops.convert_to_numpy(variable.value)
    return keras.Variable(value, trainable=False, dtype=variable.dtype, name=f"target_{variable.name}")
