"""`freeze` and `learning_rates`: which layers are learnt in which epoch, and how fast.

A frozen layer is one with `trainable=False` in Keras: its weights stay, and a `BatchNormalization` uses the
statistics that it has. Where the set changes between epochs (gradual unfreezing: Howard and Ruder 2018,
https://arxiv.org/abs/1801.06146), the optimizer knows all variables that are ever learnt from the beginning:
those that are learnt already keep their moments, and those that join begin afresh.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from yamlnet.objectives.objective import Models, Objective
from yamlnet.resolver.plan import Plan, TrainPlan
from yamlnet.resolver.transfer_plan import covered
from yamlnet.runner.steps import make_stepper
from yamlnet.runner.steps.devices import ALONE, Devices
from yamlnet.runner.steps.stepper import Stepper, learnt_by, once
from yamlnet.runner.transfer.layers import listed, named_layers, refusal
from yamlnet.runner.transfer.updates import Updates


def require_learning(models: Models, plan: Plan) -> None:
    """Refuse patterns that mean no layer, and epochs in which nothing is learnt.

    Raises:
        BlueprintError: at the word that says so.
    """
    assert plan.train is not None, "train() looked"
    layers, transfer, path = named_layers(models), plan.train.transfer, plan.train.path
    patterns = [(one, stage.path) for stage in transfer.freeze for one in stage.layers]
    patterns += [(one, (*path, "learning_rates", one)) for one in transfer.learning_rates]
    for pattern, place in patterns:
        if not any(covered([pattern], layer) for layer in layers):
            raise refusal(f'"{pattern}" means no layer; there are {listed(list(layers))}', place, plan)
    learning = Learning(models, plan.train)
    for epoch in (0, *learning.changes):
        learning.freeze(epoch)
        learns = any(model.trainable_weights for model in models.values())
        learning.thaw()
        if not learns:
            raise refusal("all layers are frozen, and nothing is learnt", transfer.freeze[0].path, plan)


class Learning:
    """What is learnt, from epoch to epoch."""

    def __init__(self, models: Models, train: TrainPlan) -> None:
        """Look which layers the plan means; nothing is frozen yet."""
        transfer, self.models = train.transfer, models
        self.adapted = transfer.lora is not None
        layers = named_layers(models)
        self.stages = [
            (stage.until, [layer for path, layer in layers.items() if covered(stage.layers, path)])
            for stage in transfer.freeze
        ]
        self.before = [
            (layer, layer.trainable, [(variable, variable.trainable) for variable in layer.variables])
            for path, layer in layers.items()
            if any(covered(stage.layers, path) for stage in transfer.freeze)
        ]
        self.rates = {
            id(variable): rate
            for pattern, rate in transfer.learning_rates.items()  # of several, the last counts
            for path, layer in layers.items()
            if covered([pattern], path)
            for variable in layer.weights
        }
        self.changes = sorted({until for until, _ in self.stages if until is not None})
        self.updates: list[Updates] = []
        self.ever: dict[str, list[Any]] = {}

    def freeze(self, epoch: int) -> None:
        """Freeze what is frozen in an epoch, counted from 0, and nothing else."""
        self.thaw()
        for until, layers in self.stages:
            for layer in layers if until is None or epoch < until else ():
                layer.trainable = False

    def thaw(self) -> None:
        """Leave the layers as the blueprint made them."""
        for layer, trainable, variables in self.before:
            layer.trainable = trainable
            for variable, flag in variables:
                variable.trainable = flag

    def stepper(self, objective: Objective, epoch: int, seed: int, devices: Devices = ALONE) -> Stepper:
        """A stepper for the epochs from this one on; the first makes the optimizers' variables."""
        if not self.ever:
            self._prepare(objective)
        self.freeze(epoch)
        for phase, updates in zip(objective.phases, self.updates, strict=False):  # none, or one for each
            updates.learn(learnt_by(phase, self.models))
        return make_stepper(objective, self.models, seed, devices, self.ever)

    def _prepare(self, objective: Objective) -> None:
        """Find what each phase ever learns: first, in Keras's order, what it learns last, as it is saved."""
        self.ever = {phase.name: [] for phase in objective.phases}
        for epoch in (*reversed(self.changes), 0):
            self.freeze(epoch)
            for phase in objective.phases:
                self.ever[phase.name] = once([*self.ever[phase.name], *learnt_by(phase, self.models)])
        if self.changes or self.rates:
            self.updates = [Updates(phase.optimizer, self.rates) for phase in objective.phases]

    def told(self) -> str | None:
        """How many weights are learnt now, where some are not."""
        weights = once([weight for model in self.models.values() for weight in model.weights])
        moved = once([weight for model in self.models.values() for weight in model.trainable_weights])
        if not self.before and not self.adapted:
            return None
        return f"{_count(moved):,} of {_count(weights):,} parameters are learnt"


def _count(variables: Sequence[Any]) -> int:
    return sum(math.prod(variable.shape) for variable in variables)
