"""Steps on PyTorch: autograd, eagerly; the parameters are the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import torch

from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Models, Objective
from yamlnet.runner.steps.devices import Devices
from yamlnet.runner.steps.stepper import Ever, Variables, collect_variables, due, for_all, steps_done
from yamlnet.runner.steps.torch_devices import Alone, Together

STEPS = 2**32
"""More steps than any run has, so that two seeds never share a step's draws."""


class TorchStepper:
    """Keras's variables hold the state throughout.

    Keras's dropout on PyTorch draws from PyTorch's global generator, whatever seed its layer has. So each
    step begins by seeding that generator from the run's seed and the step's number: what is drawn depends
    on nothing else, and a step that is done again after resuming draws the same.
    """

    def __init__(
        self, objective: Objective, models: Models, variables: Variables, seed: int, others: Alone
    ) -> None:
        self.objective, self.models, self.variables = objective, models, variables
        self.others = others
        self.seed, self.step = seed, 0
        self.is_settled = True
        self.reload()

    def train(self, batch: Batch) -> None:
        """One step for each phase; gradients of the other phases' weights are dropped."""
        torch.manual_seed(self.seed * STEPS + self.step * self.others.count + self.others.index)
        with self.others.counted_once(batch.divided):
            self._train(_tensors(batch))
        self.is_settled = False
        self.step += 1

    def _train(self, tensors: Batch) -> None:
        for phase in due(self.objective.phases, self.step):
            weights = self.variables.trainable[phase.name]
            total = self.objective.losses(self.models, tensors, phase, training=True)
            scaled = phase.optimizer.scale_loss(total)
            gradients = torch.autograd.grad(scaled, [weight.value for weight in weights], allow_unused=True)
            with torch.no_grad():
                gradients = for_all(self.others.averaged(gradients), self.variables, phase)
                phase.optimizer.apply(gradients, self.variables.optimized[phase.name])

    def evaluate(self, batch: Batch) -> None:
        """Update the metrics without recording gradients."""
        self._settle()
        with torch.no_grad(), self.others.counted_once(batch.divided):
            self.objective.evaluate(self.models, _tensors(batch))

    def predict(self, inputs: Mapping[str, Any]) -> Any:
        """NumPy arrays in the model's output structure."""
        with torch.no_grad():
            found = self.objective.predict(self.models, _on_device(inputs))
        return keras.tree.map_structure(keras.ops.convert_to_numpy, found)

    def results(self) -> dict[str, float]:
        """Metrics read from their variables."""
        with self.others.summed_metrics():
            return {name: float(value) for name, value in self.objective.results().items()}

    def reset_metrics(self) -> None:
        """Metrics reset in place."""
        for metric in self.objective.metrics:
            metric.reset_state()

    def sync(self) -> None:
        """The variables are the state; only moving statistics may wait for those of other processes."""
        self._settle()

    def _settle(self) -> None:
        if not self.is_settled:
            self.others.average_statistics()
        self.is_settled = True

    def reload(self) -> None:
        """Count on from the step that the optimizers are at."""
        self.step = steps_done(self.objective.phases)


unrecorded = torch.no_grad


def gradient(function: Callable[[Any], Any], x: Any) -> Any:
    """The gradient of the sum of a function's values by x, of the shape of x; differentiable again."""
    with torch.enable_grad():
        given = x.detach().requires_grad_(True)
        (slopes,) = torch.autograd.grad(function(given).sum(), given, create_graph=True)
    return slopes


def _on_device(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: keras.ops.convert_to_tensor(value) for name, value in values.items()}


def _tensors(batch: Batch) -> Batch:
    weight = None if batch.sample_weight is None else keras.ops.convert_to_tensor(batch.sample_weight)
    return Batch(_on_device(batch.inputs), _on_device(batch.targets), weight)


def make(
    objective: Objective, models: Models, seed: int, devices: Devices, ever: Ever = None
) -> TorchStepper:
    """A stepper for objectives whose metrics are built."""
    variables = collect_variables(objective, models, ever)
    others = Together(variables) if devices.processes > 1 else Alone()
    return TorchStepper(objective, models, variables, seed, others)
