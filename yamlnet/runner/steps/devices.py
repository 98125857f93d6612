"""Which devices train together, and how processes that each drive some of them find each other."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import keras
from msgspec import Struct

from yamlnet.checks.distribution import NAME, uneven
from yamlnet.data.batches import Shard
from yamlnet.diagnostics.diagnostic import BlueprintError, DataError, Diagnostic
from yamlnet.resolver.plan import DistributionPlan, Plan

PROCESSES = {"jax": "KERAS_DISTRIBUTION_NUM_PROCESSES", "torch": "WORLD_SIZE"}
"""What tells a process how many there are: as for `keras.distribution.initialize`, and as `torchrun` does."""


class Devices(Struct, frozen=True):
    """What trains together.

    Attributes:
        plan: as it is written; None where one device trains alone.
        count: the devices of all processes.
        sharing: among how many of them a batch is divided; the others divide weights.
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
        devices = f"{self.count} device{'s' if self.count > 1 else ''}"
        where = f" in {self.processes} processes" if self.processes > 1 else ""
        together = self.count // self.sharing
        whose = "each" if together == 1 else f"for each {together} of them"
        return f"{devices}{where}, {batch_size // self.sharing} rows {whose}"

    def place(self, out: str | Path | None) -> Path | None:
        """The run folder of the first process; what the others write is thrown away as they end."""
        if self.process == 0:
            return Path(out) if out is not None else None
        folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return Path(folder) / "run"


ALONE = Devices()


def join(plan: Plan) -> Devices:
    """Find the devices that train together, and meet the other processes if the environment tells of any.

    Raises:
        BlueprintError: there are no such devices, the backend has none to share with, or they cannot share.
    """
    assert plan.train is not None, "train() looked"
    distribution = plan.train.distribution
    if distribution is None:
        return ALONE
    if plan.data is None:
        refuse(distribution, "what acts in an environment trains on one device; remove distribution")
    backend = keras.backend.backend()
    if backend not in PROCESSES:
        refuse(distribution, "on TensorFlow one device trains alone; several do with --backend jax or torch")
    for other, variable in PROCESSES.items():
        if other != backend and processes_told(other) > 1:
            message = f"{variable} tells of several processes; on {backend} {PROCESSES[backend]} does"
            refuse(distribution, message)
    found: Devices = _devices_of(backend).join(distribution)
    if problems := list(uneven(distribution, found.sharing, plan.data.batch_size, "devices")):
        raise BlueprintError(problems)
    return found


def processes_told(backend: str) -> int:
    """How many processes the environment tells of."""
    written = os.environ.get(PROCESSES[backend], "1")
    return int(written) if written.isdigit() else 1


def layout_problems(models: Mapping[str, keras.Model], devices: Devices) -> list[Diagnostic]:
    """What is wrong with how the weights of models are divided."""
    if devices.plan is None or devices.plan.name != "ModelParallel":
        return []
    found: list[Diagnostic] = _devices_of(keras.backend.backend()).layout_problems(models, devices.plan)
    return found


def require_same_rows(digest: str, devices: Devices) -> None:
    """Refuse processes that read other rows than each other: theirs would not be shares of one batch.

    Args:
        digest: of this process's data, in hexadecimal.
        devices: from `join`.

    Raises:
        DataError: they do.
    """
    if devices.processes > 1 and not _devices_of(keras.backend.backend()).is_same(digest):
        raise DataError("the processes read different rows; they need the same files, and the same order")


def refuse(plan: DistributionPlan, message: str) -> NoReturn:
    """Refuse a distribution at its place.

    Raises:
        BlueprintError: always.
    """
    raise BlueprintError([Diagnostic(NAME, message, plan.path, "key")])


def _devices_of(backend: str) -> ModuleType:
    return importlib.import_module(f"yamlnet.runner.steps.{backend}_devices")
