"""Which devices train together, and how processes that each drive some of them find each other."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping

import keras
from msgspec import Struct

from yamlnet.checks.distribution import NAME, uneven
from yamlnet.data.batches import Shard
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic
from yamlnet.resolver.plan import DataPlan, DistributionPlan

KERAS_PROCESSES = "KERAS_DISTRIBUTION_NUM_PROCESSES"
TORCH_PROCESSES = "WORLD_SIZE"
"""How many processes there are, as `keras.distribution.initialize` and `torchrun` say it."""


class Devices(Struct, frozen=True):
    """What trains together.

    Attributes:
        plan: as it is written; None where one device trains alone.
        count: the devices of all processes.
        sharing: how many of them, or how many rows of their grid, have rows of their own.
        process: this process, from 0: that one keeps the run.
        processes: how many there are.
    """

    plan: DistributionPlan | None = None
    count: int = 1
    sharing: int = 1
    process: int = 0
    processes: int = 1

    @property
    def shard(self) -> Shard:
        """What this process has of each batch."""
        return Shard(self.process, self.processes, self.sharing // self.processes)

    def told(self, batch_size: int) -> str:
        """`4 devices, 16 rows each`; empty for one device that nobody asked to share."""
        if self.plan is None:
            return ""
        what = f"{self.count} device{'s' if self.count > 1 else ''}"
        where = f" in {self.processes} processes" if self.processes > 1 else ""
        rows = f"{batch_size // self.sharing} rows"
        grid = f" for {self.count // self.sharing} of them together" if self.sharing < self.count else " each"
        return f"{what}{where}, {rows}{grid}"


ALONE = Devices()


def join(plan: DistributionPlan | None, data: DataPlan) -> Devices:
    """Find the devices that a plan names, and meet the other processes where the environment says there are.

    Args:
        plan: what the blueprint says of it.
        data: whose batches they share.

    Raises:
        BlueprintError: there are no such devices, the backend has none to share with, or they cannot share.
    """
    if plan is None:
        return ALONE
    backend = keras.backend.backend()
    if backend == "tensorflow":
        refuse(plan, "on TensorFlow one device trains alone; several do with --backend jax or torch")
    other = {"jax": TORCH_PROCESSES, "torch": KERAS_PROCESSES}[backend]
    if count(other) > 1:
        own = {TORCH_PROCESSES: KERAS_PROCESSES, KERAS_PROCESSES: TORCH_PROCESSES}[other]
        refuse(plan, f"{other} says that there are several processes, and on {backend} that is said by {own}")
    found: Devices = importlib.import_module(f"yamlnet.runner.steps.{backend}_devices").join(plan)
    if problems := list(uneven(plan, found.sharing, data.batch_size, "devices")):
        raise BlueprintError(problems)
    if found.processes > 1 and data.folds:
        refuse(plan, "several processes do not train folds; train each alone: --set data.fold=1")
    return found


def layout_problems(models: Mapping[str, keras.Model], devices: Devices) -> list[Diagnostic]:
    """What is wrong with how the weights of models are divided."""
    if devices.plan is None or devices.plan.name != "ModelParallel":
        return []
    backend = importlib.import_module(f"yamlnet.runner.steps.{keras.backend.backend()}_devices")
    found: list[Diagnostic] = backend.layout_problems(models, devices.plan)
    return found


def count(variable: str) -> int:
    """The number of processes that a variable of the environment says; 1 where it says none."""
    written = os.environ.get(variable, "1")
    return int(written) if written.isdigit() else 1


def refuse(plan: DistributionPlan, message: str) -> None:
    """Refuse a distribution at its place.

    Raises:
        BlueprintError: always.
    """
    raise BlueprintError([Diagnostic(NAME, message, plan.path, "key")])
