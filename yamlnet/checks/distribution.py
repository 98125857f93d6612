"""distribution: devices share a batch evenly, and the axes that divide weights are axes of their grid.

Each device computes as many rows as the others, and then all take the same step. How many devices there
are is known, and told, once training begins; on TensorFlow it is one.

Fails:

    data: {train: {Sklearn: iris}, batch_size: 30}
    train:
      loss: {SparseCategoricalCrossentropy: {from_logits: true}}
      distribution: {DataParallel: {devices: 4}}

Passes:

    data: {train: {Sklearn: iris}, batch_size: 32}
    train:
      loss: {SparseCategoricalCrossentropy: {from_logits: true}}
      distribution: {DataParallel: {devices: 4}}
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.plan import DistributionPlan, Plan

NAME = "distribution"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem for devices that cannot share a batch, and for axes that there are not."""
    distribution = plan.train.distribution if plan.train is not None else None
    if distribution is None:
        return
    devices = distribution.arguments.get("devices")
    sharing = len(devices) if isinstance(devices, list) else devices
    if distribution.name == "ModelParallel":
        mesh = distribution.arguments["device_mesh"]
        assert isinstance(mesh, Mapping), "the words say so"
        if (problem := _grid_problem(distribution, mesh)) is not None:
            yield problem
            return
        yield from _unknown_axes(distribution, mesh["axis_names"])
        sizes = dict(zip(mesh["axis_names"], mesh["shape"], strict=True))
        sharing = sizes.get(distribution.arguments.get("batch_dim_name", mesh["axis_names"][0]))
    if plan.data is not None and isinstance(sharing, int):
        yield from uneven(distribution, sharing, plan.data.batch_size, "devices")


def uneven(distribution: DistributionPlan, sharing: int, batch_size: int, what: str) -> Iterator[Diagnostic]:
    """Yield a problem where so many devices, or processes, cannot share a batch."""
    if batch_size % sharing:
        larger = math.ceil(batch_size / sharing) * sharing
        message = (
            f"{sharing} {what} cannot share a batch of {batch_size} rows evenly; give batch_size: {larger}"
        )
        yield Diagnostic(NAME, message, distribution.path, "key")


def _grid_problem(distribution: DistributionPlan, mesh: Mapping[str, list[object]]) -> Diagnostic | None:
    """What is wrong with the grid itself."""
    path = (*distribution.path, distribution.name, "device_mesh")
    axes, shape, devices = mesh["axis_names"], mesh["shape"], mesh.get("devices")
    if len(axes) != len(shape):
        message = f"the grid has {len(shape)} axes and {len(axes)} names for them"
        return Diagnostic(NAME, message, (*path, "axis_names"))
    places = math.prod(size for size in shape if isinstance(size, int))
    if devices is not None and len(devices) != places:
        message = f"a grid of {shape} has {places} places, and there are {len(devices)} devices"
        return Diagnostic(NAME, message, (*path, "devices"))
    return None


def _unknown_axes(distribution: DistributionPlan, axes: list[str]) -> Iterator[Diagnostic]:
    path, arguments = (*distribution.path, distribution.name), distribution.arguments
    layouts = arguments["layout_map"]
    assert isinstance(layouts, Mapping), "the words say so"
    written = [
        (axis, (*path, "layout_map", pattern, index))
        for pattern, layout in layouts.items()
        for index, axis in enumerate(layout)
        if axis is not None
    ]
    if "batch_dim_name" in arguments:
        written.append((arguments["batch_dim_name"], (*path, "batch_dim_name")))
    for axis, place in written:
        if axis not in axes:
            mend = did_you_mean(axis, axes) or f"; it has {', '.join(axes)}"
            message = f'the grid of devices has no axis "{axis}"{mend}'
            note = Note("its axes are here", (*path, "device_mesh", "axis_names"))
            yield Diagnostic(NAME, message, place, notes=(note,))
