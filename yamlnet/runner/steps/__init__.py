"""The seam between objectives and backends: gradients, optimizer steps and dispatch, once per backend."""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager
from types import ModuleType

import keras

from yamlnet.compiler.objects import construct
from yamlnet.objectives import implementation
from yamlnet.objectives.objective import Models, Objective, Setting
from yamlnet.resolver.plan import TrainPlan
from yamlnet.runner.steps.devices import ALONE, Devices
from yamlnet.runner.steps.stepper import Ever, Stepper


def make_objective(models: Models, plan: TrainPlan, seed: int = 0) -> Objective:
    """The objective of a plan, with the running backend's gradients."""
    return implementation(plan.objective.name)(Setting(models, plan, construct, _backend().gradient, seed))


def make_stepper(
    objective: Objective, models: Models, seed: int = 0, devices: Devices = ALONE, ever: Ever = None
) -> Stepper:
    """The stepper of the running backend, on the devices that `join` found; `ever` as `collect_variables`."""
    stepper: Stepper = _backend().make(objective, models, seed, devices, ever)
    return stepper


def unrecorded() -> AbstractContextManager[object]:
    """While a model is called for its outputs alone: PyTorch keeps nothing for gradients meanwhile."""
    context: AbstractContextManager[object] = _backend().unrecorded()
    return context


def _backend() -> ModuleType:
    return importlib.import_module(f"yamlnet.runner.steps.{keras.backend.backend()}_steps")
