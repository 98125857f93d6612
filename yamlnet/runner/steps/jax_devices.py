"""Several devices on JAX: one program whose batch, and where asked its weights, lie on all of them.

XLA divides the program's work as its values are divided (GSPMD, https://arxiv.org/abs/2105.04663), so a step
computes what it computes on one device: batch statistics, penalties and random draws are of the whole batch.
"""

from __future__ import annotations

import math
import operator
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import jax
import keras
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import NamedSharding, PartitionSpec, Sharding

from yamlnet.checks.distribution import NAME
from yamlnet.data.batches import Batch
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.plan import DistributionPlan
from yamlnet.runner.steps.devices import Devices, processes_told, refuse

Arrays = tuple[Mapping[str, Any], Mapping[str, Any], Any]
ADDRESSES, PROCESS = "KERAS_DISTRIBUTION_JOB_ADDRESSES", "KERAS_DISTRIBUTION_PROCESS_ID"
"""Where the processes are, the first alone or all of them, and which one this is: Keras's variables."""


def join(plan: DistributionPlan) -> Devices:
    """Meet the other processes, if there are any, and find the devices.

    Raises:
        BlueprintError: they do not meet, or there are no such devices.
    """
    if processes_told("jax") > 1:
        if plan.name != "DataParallel" or plan.arguments.get("devices"):
            refuse(plan, "several processes share all of their devices: write DataParallel alone")
        if not jax.distributed.is_initialized():
            _meet(plan)
    distribution = _distribution(plan)
    grid = distribution.device_mesh
    sharing = grid.devices.shape[grid.axis_names.index(distribution.batch_dim_name)]
    return Devices(plan, grid.devices.size, sharing, jax.process_index(), jax.process_count())


def _meet(plan: DistributionPlan) -> None:
    try:
        jax.distributed.initialize(
            coordinator_address=os.environ[ADDRESSES].split(",")[0],
            num_processes=processes_told("jax"),
            process_id=int(os.environ[PROCESS]),
        )
    except (KeyError, ValueError, RuntimeError) as error:
        what = f"{error.args[0]} is not set" if isinstance(error, KeyError) else str(error).splitlines()[0]
        refuse(plan, f"the processes do not meet: {what}")


def _distribution(plan: DistributionPlan) -> keras.distribution.Distribution:
    """Keras's own object for what is written.

    Raises:
        BlueprintError: there are no such devices.
    """
    if plan.name == "DataParallel":
        return keras.distribution.DataParallel(devices=_devices(plan, plan.arguments.get("devices")))
    mesh = cast("Mapping[str, Any]", plan.arguments["device_mesh"])
    devices = _devices(plan, mesh.get("devices", math.prod(mesh["shape"])))
    layouts = keras.distribution.LayoutMap(
        keras.distribution.DeviceMesh(tuple(mesh["shape"]), list(mesh["axis_names"]), devices)
    )
    for pattern, axes in _layouts(plan).items():
        layouts[pattern] = tuple(axes)
    batch = cast("str | None", plan.arguments.get("batch_dim_name"))
    return keras.distribution.ModelParallel(layout_map=layouts, batch_dim_name=batch)


def is_same(digest: str) -> bool:
    """Whether all processes have one digest."""
    found = multihost_utils.process_allgather(np.frombuffer(bytes.fromhex(digest), np.uint8))
    return bool((found == found[0]).all())


def layout_problems(models: Mapping[str, keras.Model], plan: DistributionPlan) -> list[Diagnostic]:
    """Patterns of no weight or of one that another divides, and weights that cannot be divided evenly."""
    grid = _distribution(plan).device_mesh
    sizes = dict(zip(grid.axis_names, grid.shape, strict=True))
    weights = {one.path: tuple(one.shape) for model in models.values() for one in model.variables}
    path, problems = (*plan.path, plan.name, "layout_map"), []
    taken: dict[str, str] = {}
    layouts = _layouts(plan)
    for pattern, axes in layouts.items():
        matched = [name for name in weights if re.fullmatch(pattern, name)]
        if not matched:
            mend = did_you_mean(pattern, weights) or f"; there are {', '.join(list(weights)[:10])}"
            message = f'no weight is called "{pattern}"{mend}'
            problems.append(Diagnostic(NAME, message, (*path, pattern), "key"))
        parts = [sizes[axis] if axis else 1 for axis in axes]
        uneven = [name for name in matched if not _divides(parts, weights[name])]
        if uneven:
            message = f'"{uneven[0]}" is of shape {list(weights[uneven[0]])}, not to be divided by {parts}'
            problems.append(Diagnostic(NAME, message, (*path, pattern)))
        if twice := [
            name for name in matched if taken.setdefault(name, pattern) != pattern and name not in layouts
        ]:
            message = f'"{twice[0]}" is divided by "{taken[twice[0]]}" already'
            problems.append(Diagnostic(NAME, message, (*path, pattern), "key"))
    return problems


def _divides(parts: Sequence[int], shape: Sequence[int]) -> bool:
    return len(parts) == len(shape) and not any(map(operator.mod, shape, parts))


def _layouts(plan: DistributionPlan) -> Mapping[str, Sequence[str | None]]:
    return cast("Mapping[str, Sequence[str | None]]", plan.arguments["layout_map"])


def _devices(plan: DistributionPlan, asked: Any) -> list[str]:
    """The devices that are asked for by their names, by their number, or not at all: then all."""
    known = keras.distribution.list_devices()
    names = known[:asked] if isinstance(asked, int) else asked or known
    missing = [name for name in names if name not in known]
    if missing:
        refuse(plan, f'there is no device "{missing[0]}"; found: {", ".join(known)}')
    if isinstance(asked, int) and len(names) < asked:
        refuse(plan, f"{asked} devices are asked for; found: {', '.join(known)}")
    return list(names)


class OneDevice:
    """Where values lie that one device has alone: wherever JAX puts them."""

    def layouts(self, variables: Sequence[Any]) -> list[Sharding] | None:
        """Nothing that a compiled step has to know."""
        return None

    def fresh(self, values: Sequence[Any], layouts: list[Sharding] | None) -> list[Any]:
        """A buffer of its own for each: donation would delete one that something else still holds."""
        return [own(value) for value in values]

    def arrays(self, batch: Batch) -> Arrays:
        """A batch as a step takes it."""
        return dict(batch.inputs), dict(batch.targets), batch.sample_weight


class SeveralDevices:
    """Where values lie that several devices share."""

    def __init__(self, plan: DistributionPlan, weights: Sequence[Any]) -> None:
        """`weights` are the trained variables, whose layout what optimizers keep of each has too."""
        self.distribution, self.weights = _distribution(plan), weights
        self.mesh = self.distribution.device_mesh.backend_mesh

    def layouts(self, variables: Sequence[Any]) -> list[Sharding] | None:
        """How each variable is divided, which a compiled step keeps."""
        return [self.distribution.get_variable_layout(self._source(one)).backend_layout for one in variables]

    def fresh(self, values: Sequence[Any], layouts: list[Sharding] | None) -> list[Any]:
        """Copies on the devices; each process has all of every value."""
        return [
            jax.make_array_from_callback(value.shape, layout, np.array(value).__getitem__)
            for value, layout in zip(values, layouts or (), strict=True)
        ]

    def arrays(self, batch: Batch) -> Arrays:
        """A batch as a step takes it: each device has its rows, or all where they cannot be divided."""
        axes = PartitionSpec(self.distribution.batch_dim_name) if batch.divided else PartitionSpec()
        layout = NamedSharding(self.mesh, axes)

        def placed(values: Any) -> Any:
            return jax.make_array_from_process_local_data(layout, np.asarray(values))

        weight = None if batch.sample_weight is None else placed(batch.sample_weight)
        inputs = {name: placed(values) for name, values in batch.inputs.items()}
        return inputs, {name: placed(values) for name, values in batch.targets.items()}, weight

    def _source(self, variable: Any) -> Any:
        """The weight that an optimizer keeps a variable for; otherwise the variable itself."""
        name = variable.path.rpartition("/")[2]
        kept = (
            one
            for one in self.weights
            if one.shape == variable.shape and name.startswith(one.path.replace("/", "_") + "_")
        )
        return next(kept, variable)


def own(value: Any) -> Any:
    """A copy on one device of this process, whatever devices a value lies on."""
    if isinstance(value, jax.Array) and len(value.sharding.device_set) > 1:
        whole = value.is_fully_replicated
        value = value.addressable_data(0) if whole else jax.device_put(value, jax.local_devices()[0])
    return jax.numpy.array(value, copy=True)
