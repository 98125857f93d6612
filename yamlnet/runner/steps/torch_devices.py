"""Several devices on PyTorch: each has a process of its own, with rows of its own and all weights.

As in DistributedDataParallel (Li et al. 2020, https://arxiv.org/abs/2006.15704) the processes average their
gradients between the backward pass and the optimizer's step, so all make the same step. It is the step of one
process where the loss is a mean over rows that are looked at one by one. Batch statistics are of a process's
own rows, as there; the moving ones are averaged before they are read. What is drawn at random, such as
dropout, each process draws for itself.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as processes

from yamlnet.resolver.plan import DistributionPlan
from yamlnet.runner.steps.devices import Devices, processes_told, refuse
from yamlnet.runner.steps.stepper import Variables

SPREAD = 1_000_003
"""How far apart the seeds of two processes begin; a prime."""


def join(plan: DistributionPlan) -> Devices:
    """Meet the other processes that torchrun started, if it did.

    Raises:
        BlueprintError: they do not meet, or PyTorch cannot do what is asked for.
    """
    if plan.name != "DataParallel":
        refuse(plan, "on PyTorch weights are not divided; write DataParallel, or use --backend jax")
    if plan.arguments.get("devices"):
        how = "torchrun --nproc-per-node 2 -m yamlnet train …"
        refuse(plan, f"on PyTorch each device has a process of its own; write DataParallel alone: {how}")
    if processes_told("torch") == 1:
        return Devices(plan)
    if not processes.is_initialized():
        _meet(plan)
    number = processes.get_world_size()
    return Devices(plan, number, number, processes.get_rank(), number)


def _meet(plan: DistributionPlan) -> None:
    """Each with a device of its own: the GPU of the number that torchrun gives it, or the CPU."""
    try:
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        processes.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    except (KeyError, ValueError, RuntimeError) as error:
        what = f"{error.args[0]} is not set" if isinstance(error, KeyError) else str(error).splitlines()[0]
        refuse(plan, f"the processes do not meet: {what}")
    atexit.register(processes.destroy_process_group)


def is_same(digest: str) -> bool:
    """Whether all processes have one digest."""
    found = [""] * processes.get_world_size()
    processes.all_gather_object(found, digest)
    return len(set(found)) == 1


class Alone:
    """What a process does that is the only one: nothing."""

    index, count = 0, 1

    def averaged(self, gradients: Sequence[Any]) -> list[Any]:
        """The gradients themselves."""
        return list(gradients)

    def average_statistics(self) -> None:
        """They are everybody's."""

    @contextmanager
    def summed_metrics(self) -> Iterator[None]:
        """They count all rows."""
        yield

    @contextmanager
    def counted_once(self, divided: bool) -> Iterator[None]:
        """Nobody else counts."""
        yield


class Together(Alone):
    """One of several processes, which all do the same in the same order."""

    def __init__(self, variables: Variables) -> None:
        """Begin with the first one's values, and with random numbers of its own."""
        self.index, self.count = processes.get_rank(), processes.get_world_size()
        self.metrics = variables.metrics
        self.statistics = [one for one in variables.frozen if one.value.is_floating_point()]
        for variable in variables.all:
            processes.broadcast(variable.value.data, src=0)
            if variable.path.endswith("seed_generator_state"):
                variable.value.data[0] += self.index * SPREAD

    def averaged(self, gradients: Sequence[Any]) -> list[Any]:
        """The mean of all processes' gradients; None stays where a loss does not depend on a weight."""
        there = [gradient for gradient in gradients if gradient is not None]
        parts = iter(self._mean(there))
        return [None if gradient is None else next(parts) for gradient in gradients]

    def average_statistics(self) -> None:
        """Make the moving statistics the mean of all processes' ones."""
        values = [variable.value.data for variable in self.statistics]
        for value, mean in zip(values, self._mean(values), strict=True):
            value.copy_(mean)

    @contextmanager
    def summed_metrics(self) -> Iterator[None]:
        """While it is open, metrics have counted the rows of all processes: their state adds up."""
        own = [variable.value.data.clone() for variable in self.metrics]
        for variable in self.metrics:
            processes.all_reduce(variable.value.data)
        yield
        self._put_back(own)

    @contextmanager
    def counted_once(self, divided: bool) -> Iterator[None]:
        """While it is open, only the first process counts the rows that all have."""
        own = [variable.value.data.clone() for variable in self.metrics] if not divided and self.index else []
        yield
        if own:
            self._put_back(own)

    def _put_back(self, own: Sequence[Any]) -> None:
        for variable, value in zip(self.metrics, own, strict=True):
            variable.value.data.copy_(value)

    def _mean(self, values: Sequence[Any]) -> list[Any]:
        """Of each value its mean over the processes, by one exchange for all of them."""
        if not values:
            return []
        flat = torch.cat([value.reshape(-1) for value in values])
        processes.all_reduce(flat)
        parts = torch.split(flat / self.count, [value.numel() for value in values])
        return [part.view_as(value).to(value.dtype) for part, value in zip(parts, values, strict=True)]
