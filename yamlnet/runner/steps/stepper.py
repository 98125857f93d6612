"""What a stepper is: the only thing that knows how a backend differentiates and dispatches.

The training state is explicit: every variable that a step reads or writes, in a fixed order with
stable paths. So a state can be saved, put back, and stepped many times in one dispatch without
anything above this seam changing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import keras
import numpy as np
from keras.src.backend import compute_output_spec
from msgspec import Struct

from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Models, Objective, Phase

Ever = Mapping[str, list[Any]] | None

Snapshot = dict[str, "np.ndarray[Any, np.dtype[Any]]"]
"""A copy of the whole training state by variable path, as NumPy arrays: all that resuming needs."""


class Stepper(Protocol):
    """Runs an objective's steps on one backend."""

    @property
    def variables(self) -> Variables:
        """The training state's variables."""

    def train(self, batch: Batch) -> None:
        """One optimizer step for each phase; returns before the device has finished."""

    def evaluate(self, batch: Batch) -> None:
        """Update the metrics without training."""

    def predict(self, inputs: Mapping[str, Any]) -> Any:
        """The objective's predictions as NumPy arrays, in the model's output structure."""

    def results(self) -> dict[str, float]:
        """The metrics' values; waits for the device."""

    def reset_metrics(self) -> None:
        """Begin new sums, at the start of an epoch or an evaluation."""

    def sync(self) -> None:
        """Write the state into the Keras variables, before anything else reads them."""

    def reload(self) -> None:
        """Read the state from the Keras variables, after anything else wrote them."""


class Variables(Struct, frozen=True):
    """All variables of the training state, by role, each once and in a fixed order.

    `optimized` are those that a phase's optimizer was built for: more than `trainable` where some of them are
    learnt in other epochs.
    """

    trainable: dict[str, list[Any]]
    optimized: dict[str, list[Any]]
    frozen: list[Any]
    optimizers: dict[str, list[Any]]
    metrics: list[Any]
    others: list[Any]

    @property
    def all(self) -> list[Any]:
        """Every variable."""
        trained = [variable for variables in self.trainable.values() for variable in variables]
        optimizing = [variable for variables in self.optimizers.values() for variable in variables]
        return once([*trained, *self.frozen, *optimizing, *self.metrics, *self.others])


def collect_variables(objective: Objective, models: Models, ever: Ever = None) -> Variables:
    """The variables that an objective's steps read and write; builds the optimizers.

    `ever` are those of each phase that are learnt in some epoch, where they are not the same in all.

    `trainable` and `optimizers` are by phase; `frozen` is every other variable of a model (batch
    statistics, seed states, weights that no phase trains), `others` what the objective itself keeps.
    """
    trainable = {phase.name: learnt_by(phase, models) for phase in objective.phases}
    optimized = trainable if ever is None else dict(ever)
    for phase in objective.phases:
        if not phase.optimizer.built:
            phase.optimizer.build(optimized[phase.name])
    trained = {id(variable) for variables in trainable.values() for variable in variables}
    everything = once(variable for model in models.values() for variable in model.variables)
    frozen = [variable for variable in everything if id(variable) not in trained]
    return Variables(
        trainable=trainable,
        optimized=optimized,
        frozen=frozen,
        optimizers={phase.name: list(phase.optimizer.variables) for phase in objective.phases},
        metrics=once(variable for metric in objective.metrics for variable in metric.variables),
        others=once(objective.variables),
    )


def learnt_by(phase: Phase, models: Models) -> list[Any]:
    """The variables that a phase learns now: those of its models that are trainable."""
    return once(variable for name in phase.trains for variable in models[name].trainable_variables)


def once(variables: Iterable[Any]) -> list[Any]:
    """Variables in their order, each once."""
    found: dict[int, Any] = {}
    for variable in variables:
        found.setdefault(id(variable), variable)
    return list(found.values())


def for_all(gradients: Sequence[Any], variables: Variables, phase: Phase) -> list[Any]:
    """Gradients of what is learnt as gradients of all that the optimizer knows: zeros for what is not.

    Keras pairs an optimizer's averages and accumulators with its variables in order, so none may be left out.
    """
    found = dict(zip(map(id, variables.trainable[phase.name]), gradients, strict=True))
    return [
        found[id(one)] if id(one) in found else keras.ops.zeros(one.shape, one.dtype)
        for one in variables.optimized[phase.name]
    ]


def due(phases: Sequence[Phase], step: int) -> tuple[Phase, ...]:
    """The phases whose turn it is at a step, counted from 0: every fifth time is at steps 4, 9 and so on."""
    return tuple(phase for phase in phases if (step + 1) % phase.every == 0)


def steps_done(phases: Sequence[Phase]) -> int:
    """The step that training is at: what the optimizer of a phase that is always due has counted."""
    always = next(phase for phase in phases if phase.every == 1)
    return int(keras.ops.convert_to_numpy(always.optimizer.iterations))


def snapshot(variables: Variables) -> Snapshot:
    """A copy of every variable's value. Call `sync` first."""
    copies: Snapshot = {}
    for index, variable in enumerate(variables.all):
        # Paths of seed states and metrics are not unique in Keras; the fixed order makes them so.
        copies[f"{index}:{variable.path}"] = np.array(keras.ops.convert_to_numpy(variable.value))
    return copies


def restore(variables: Variables, copies: Snapshot) -> None:
    """Put a snapshot back. Call `reload` afterwards.

    Raises:
        ValueError: the snapshot is of other variables.
    """
    everything = variables.all
    if len(copies) != len(everything):
        raise ValueError(f"the snapshot has {len(copies)} values, the training state {len(everything)}")
    for variable, (path, value) in zip(everything, copies.items(), strict=True):
        if tuple(variable.shape) != value.shape:
            raise ValueError(
                f'"{path}" has shape {value.shape} in the snapshot, {tuple(variable.shape)} here'
            )
        variable.assign(value)


def warm_up(objective: Objective, models: Models, batch: Batch, phase: Phase) -> None:
    """Let losses and metrics make their variables from the shapes of one batch; nothing is computed.

    Keras makes them at the first call, which must not happen while a step is being traced. As Keras's
    own trainers do, that call is made on symbolic tensors (`keras.src.trainers.trainer._symbolic_build`).
    """

    def losses(*arrays: Any) -> Any:
        return objective.losses(models, Batch(*arrays), phase, training=False)

    arrays = (dict(batch.inputs), dict(batch.targets), batch.sample_weight)
    compute_output_spec(losses, *keras.tree.map_structure(_symbolic, arrays))
    for metric in objective.metrics:
        metric.reset_state()


def _symbolic(values: Any) -> Any:
    return None if values is None else keras.KerasTensor(values.shape, str(values.dtype))
