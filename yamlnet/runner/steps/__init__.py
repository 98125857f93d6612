"""The seam between objectives and backends: gradients, optimizer steps and dispatch, once per backend."""

from __future__ import annotations

import importlib

import keras

from yamlnet.objectives.objective import Models, Objective
from yamlnet.runner.steps.stepper import Stepper


def make_stepper(objective: Objective, models: Models, seed: int = 0) -> Stepper:
    """The stepper of the running backend."""
    module = importlib.import_module(f"yamlnet.runner.steps.{keras.backend.backend()}_steps")
    stepper: Stepper = module.make(objective, models, seed)
    return stepper
