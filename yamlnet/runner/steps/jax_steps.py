"""Steps on JAX: one pure jitted function from (state, batch) to state, with donated buffers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import jax
import keras
import numpy as np

from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Models, Objective, Phase
from yamlnet.runner.steps.devices import ALONE, Devices
from yamlnet.runner.steps.jax_devices import Arrays, OneDevice, SeveralDevices, own
from yamlnet.runner.steps.stepper import Ever, Variables, collect_variables, due, for_all, steps_done

State = list[Any]
"""The value of every variable, in the order of `Variables.all`."""


class JaxStepper:
    """Holds the state as arrays between steps; the Keras variables are stale until `sync`."""

    def __init__(
        self, objective: Objective, models: Models, variables: Variables, devices: Devices = ALONE
    ) -> None:
        self.objective, self.models, self.variables = objective, models, variables
        self.place = _place(devices, variables)
        self.order = variables.all
        self.layouts = self.place.layouts(self.order)
        self.metric_layouts = self.place.layouts(variables.metrics)
        self.index = {id(variable): position for position, variable in enumerate(self.order)}
        self.metric_positions = [self.index[id(variable)] for variable in variables.metrics]
        self.is_metric = frozenset(self.metric_positions)
        self.trains = jax.jit(self._train, donate_argnums=0, static_argnums=2, out_shardings=self.layouts)
        self.evaluates = jax.jit(self._evaluate, donate_argnums=0, out_shardings=self.metric_layouts)
        self.predicts = jax.jit(self._predict)
        self.reads = jax.jit(self._results)
        self.names: tuple[str, ...] = ()
        self.state: State = []
        self.reload()

    def train(self, batch: Batch) -> None:
        """One step: the old state's buffers are given to the new one."""
        phases = tuple(phase.name for phase in due(self.objective.phases, self.step))
        self.state = self.trains(self.state, self.place.arrays(batch), phases)
        self.step += 1

    def evaluate(self, batch: Batch) -> None:
        """Only the metrics' part of the state is donated and replaced."""
        metrics = [self.state[position] for position in self.metric_positions]
        rest = [None if position in self.is_metric else value for position, value in enumerate(self.state)]
        found = self.evaluates(metrics, rest, self.place.arrays(batch))
        for position, value in zip(self.metric_positions, found, strict=True):
            self.state[position] = value

    def predict(self, inputs: Mapping[str, Any]) -> Any:
        """NumPy arrays in the model's output structure."""
        return jax.tree.map(np.asarray, self.predicts(self.state, dict(inputs)))

    def results(self) -> dict[str, float]:
        """Metrics computed from the state."""
        values = self.reads(self.state)
        return {name: float(value) for name, value in zip(self.names, values, strict=True)}

    def reset_metrics(self) -> None:
        """Metrics reset through Keras, since each knows its own start."""
        for metric in self.objective.metrics:
            metric.reset_state()
        fresh = self.place.fresh([one.value for one in self.variables.metrics], self.metric_layouts)
        for position, value in zip(self.metric_positions, fresh, strict=True):
            self.state[position] = value

    def sync(self) -> None:
        """Copies, since the state's own buffers are donated by the next step."""
        for variable, value in zip(self.order, self.state, strict=True):
            variable.assign(own(value))

    def reload(self) -> None:
        """Copies likewise: the variables keep theirs."""
        self.state = self.place.fresh([variable.value for variable in self.order], self.layouts)
        self.step = steps_done(self.objective.phases)

    def _scope(self, state: Sequence[Any]) -> Any:
        return keras.StatelessScope(
            state_mapping=[
                (variable, value)
                for variable, value in zip(self.order, state, strict=True)
                if value is not None
            ],
            collect_losses=True,
        )

    def _train(self, state: State, arrays: Arrays, phases: tuple[str, ...]) -> State:
        for phase in self.objective.phases:
            if phase.name in phases:
                state = self._phase(phase, state, Batch(*arrays))
        return state

    def _phase(self, phase: Phase, state: State, batch: Batch) -> State:
        trained = [self.index[id(variable)] for variable in self.variables.trainable[phase.name]]
        optimized = [self.index[id(variable)] for variable in self.variables.optimized[phase.name]]
        optimizing = [self.index[id(variable)] for variable in self.variables.optimizers[phase.name]]

        def loss(weights: list[Any]) -> tuple[Any, State]:
            given = list(state)
            for position, weight in zip(trained, weights, strict=True):
                given[position] = weight
            with self._scope(given) as scope:
                total = self.objective.losses(self.models, batch, phase, training=True)
                scaled = phase.optimizer.scale_loss(total)
            return scaled, [scope.get_current_value(variable) for variable in self.order]

        updated: State
        gradients, updated = jax.grad(loss, has_aux=True)([state[position] for position in trained])
        weights, optimizer = phase.optimizer.stateless_apply(
            [state[position] for position in optimizing],
            for_all(gradients, self.variables, phase),
            [state[position] for position in optimized],
        )
        for positions, values in ((optimized, weights), (optimizing, optimizer)):
            for position, value in zip(positions, values, strict=True):
                updated[position] = value
        return updated

    def _evaluate(self, metrics: State, rest: State, arrays: Arrays) -> State:
        state = list(rest)
        for position, value in zip(self.metric_positions, metrics, strict=True):
            state[position] = value
        with self._scope(state) as scope:
            self.objective.evaluate(self.models, Batch(*arrays))
        return [scope.get_current_value(variable) for variable in self.variables.metrics]

    def _predict(self, state: State, inputs: Mapping[str, Any]) -> Any:
        with self._scope(state):
            return self.objective.predict(self.models, inputs)

    def _results(self, state: State) -> list[Any]:
        with self._scope(state):
            found = self.objective.results()
        self.names = tuple(found)  # while tracing: JAX would hand a dictionary back sorted
        return list(found.values())


unrecorded = nullcontext


def gradient(function: Callable[[Any], Any], x: Any) -> Any:
    """The gradient of the sum of a function's values by x, of the shape of x; differentiable again."""
    return jax.grad(lambda given: jax.numpy.sum(function(given)))(x)


def _place(devices: Devices, variables: Variables) -> OneDevice | SeveralDevices:
    if devices.plan is None or devices.count == 1:
        return OneDevice()
    trained = [variable for weights in variables.trainable.values() for variable in weights]
    return SeveralDevices(devices.plan, trained)


def make(objective: Objective, models: Models, seed: int, devices: Devices, ever: Ever = None) -> JaxStepper:
    """A stepper for objectives whose metrics are built; randomness is in the variables already."""
    return JaxStepper(objective, models, collect_variables(objective, models, ever), devices)
