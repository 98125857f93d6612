"""Steps on TensorFlow: a gradient tape inside one `tf.function`; the variables are the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np
import tensorflow as tf

from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Models, Objective
from yamlnet.runner.steps.devices import Devices
from yamlnet.runner.steps.stepper import Ever, Variables, collect_variables, due, for_all, steps_done

Arrays = tuple[Mapping[str, Any], Mapping[str, Any], Any]


class TensorFlowStepper:
    """Keras's variables hold the state throughout, so `sync` has nothing to do."""

    def __init__(self, objective: Objective, models: Models, variables: Variables) -> None:
        self.objective, self.models, self.variables = objective, models, variables
        # As Keras decides for its own `fit`: XLA where it pays and every operation allows it.
        compiled = all(bool(getattr(model, "jit_compile", False)) for model in models.values())
        # One trace for each shape: Keras weighs a batch's losses by its rows only where it can count them.
        self.trains = tf.function(self._train, jit_compile=compiled)
        self.evaluates = tf.function(self._evaluate, jit_compile=compiled)
        self.predicts = tf.function(self._predict, jit_compile=compiled)
        self.reload()

    def train(self, batch: Batch) -> None:
        """One step for each phase."""
        self.trains(_tensors(batch), tuple(phase.name for phase in due(self.objective.phases, self.step)))
        self.step += 1

    def evaluate(self, batch: Batch) -> None:
        """Update the metrics."""
        self.evaluates(_tensors(batch))

    def predict(self, inputs: Mapping[str, Any]) -> Any:
        """NumPy arrays in the model's output structure."""
        found = self.predicts({name: tf.convert_to_tensor(values) for name, values in inputs.items()})
        return tf.nest.map_structure(lambda tensor: np.asarray(tensor), found)

    def results(self) -> dict[str, float]:
        """Metrics read from their variables."""
        return {name: float(value) for name, value in self.objective.results().items()}

    def reset_metrics(self) -> None:
        """Metrics reset in place."""
        for metric in self.objective.metrics:
            metric.reset_state()

    def sync(self) -> None:
        """Nothing to do."""

    def reload(self) -> None:
        """Count on from the step that the optimizers are at."""
        self.step = steps_done(self.objective.phases)

    def _train(self, arrays: Arrays, phases: tuple[str, ...]) -> None:
        batch = Batch(*arrays)
        for phase in self.objective.phases:
            if phase.name not in phases:
                continue
            weights = self.variables.trainable[phase.name]
            with tf.GradientTape() as tape:
                total = self.objective.losses(self.models, batch, phase, training=True)
                scaled = phase.optimizer.scale_loss(total)
            gradients = tape.gradient(scaled, [weight.value for weight in weights])
            gradients = for_all(gradients, self.variables, phase)
            optimized = self.variables.optimized[phase.name]
            phase.optimizer.apply_gradients(list(zip(gradients, optimized, strict=True)))

    def _evaluate(self, arrays: Arrays) -> None:
        self.objective.evaluate(self.models, Batch(*arrays))

    def _predict(self, inputs: Mapping[str, Any]) -> Any:
        return self.objective.predict(self.models, inputs)


unrecorded = nullcontext


def gradient(function: Callable[[Any], Any], x: Any) -> Any:
    """The gradient of the sum of a function's values by x, of the shape of x; differentiable again."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(function(x))
    return tape.gradient(total, x)


def _tensors(batch: Batch) -> Arrays:
    weight = None if batch.sample_weight is None else tf.convert_to_tensor(batch.sample_weight)
    return (
        {name: tf.convert_to_tensor(values) for name, values in batch.inputs.items()},
        {name: tf.convert_to_tensor(values) for name, values in batch.targets.items()},
        weight,
    )


def make(
    objective: Objective, models: Models, seed: int, devices: Devices, ever: Ever = None
) -> TensorFlowStepper:
    """A stepper for objectives whose metrics are built; randomness is in the variables already.

    It is for one device alone: `join` refuses more.
    """
    return TensorFlowStepper(objective, models, collect_variables(objective, models, ever))
