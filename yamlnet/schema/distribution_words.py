"""The words of `train.distribution`: Keras's ways to share training among devices, and what each takes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument
from yamlnet.diagnostics.diagnostic import At, KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import closest, did_you_mean
from yamlnet.schema.expressions import is_template
from yamlnet.schema.objects import check_value, is_object_form, split_form

_DEVICE = t.Text(r"(cpu|gpu|tpu):[0-9]{1,6}", "a device as Keras names it: gpu:0")
_AXIS = t.Text(r"[a-z][a-z0-9_]{0,31}", "the name of an axis")
_MESH = t.Fields(
    (
        t.Field(
            "shape", t.ListOf(t.Integer(min=1), 1, 4), required=True, help="how many devices an axis has"
        ),
        t.Field("axis_names", t.ListOf(_AXIS, 1, 4), required=True, help="what the axes are called"),
        t.Field("devices", t.ListOf(_DEVICE, 1), help="which devices; default: all"),
    )
)

_PATTERN = re.compile(r"[A-Za-z0-9_/.-]*(\*[A-Za-z0-9_/.-]*){0,3}")
"""A regular expression that is matched quickly: Keras matches each weight's path with all of them."""

DISTRIBUTIONS: dict[str, tuple[Argument, ...]] = {
    "DataParallel": (
        Argument(
            "devices",
            t.AnyOf((t.Integer(min=1), t.ListOf(_DEVICE, 1))),
            help="how many devices, or which: [gpu:0, gpu:1]; default: all",
        ),
    ),
    "ModelParallel": (
        Argument("device_mesh", _MESH, required=True, help="the devices as a grid with named axes"),
        Argument(
            "layout_map",
            t.MappingOf(t.ListOf(t.AnyOf((_AXIS, t.Null())))),
            required=True,
            help="by pattern of a weight's path, the axis of the grid that divides each of its axes, or null",
        ),
        Argument("batch_dim_name", _AXIS, help="the axis that divides the batch; default: the first"),
    ),
}
"""Keras's classes of `keras.distribution` by name (https://keras.io/api/distribution/)."""


def check_distribution(value: object, path: KeyPath, problems: Problems) -> None:
    """Report the mistakes of `train.distribution`."""
    if value is None or is_template(value):
        return
    if not is_object_form(value):
        message = "a distribution is its name, with what it takes: {DataParallel: {devices: 4}}"
        problems.add("wrong-type", message, path)
        return
    name, body, inner = split_form(value, path)
    arguments = DISTRIBUTIONS.get(name)
    if arguments is None:
        mend = did_you_mean(name, DISTRIBUTIONS) or f"; there are {', '.join(DISTRIBUTIONS)}"
        at: At = "key" if isinstance(value, dict) else "value"
        problems.add("unknown-distribution", f'Keras has no distribution "{name}"{mend}', inner, at)
    elif body is not None and not isinstance(body, dict):
        takes = ", ".join(one.name for one in arguments)
        problems.add("wrong-type", f'"{name}" takes its arguments by name: {takes}', inner)
    else:
        _check_arguments(name, arguments, body or {}, inner, problems)


def _check_arguments(
    name: str, arguments: tuple[Argument, ...], body: Mapping[str, object], path: KeyPath, problems: Problems
) -> None:
    owner, by_name = f'distribution "{name}"', {one.name: one for one in arguments}
    for key, value in body.items():
        if key in by_name:
            check_value(by_name[key].type, value, (*path, key), problems, f'"{key}" of {owner}')
            _check_patterns(value if key == "layout_map" else None, (*path, key), problems)
        else:
            mend = did_you_mean(key, by_name) or f"; it takes {', '.join(by_name)}"
            problems.add("unknown-argument", f'{owner} has no argument "{key}"{mend}', (*path, key), "key")
    meant = {closest(key, by_name) for key in body if key not in by_name}
    for one in arguments:
        if one.required and one.name not in {*body, *meant}:
            message = f'{owner} needs "{one.name}": {one.help}'
            problems.add("missing-argument", message, (*path, one.name), "key")


def _check_patterns(layouts: object, path: KeyPath, problems: Problems) -> None:
    for pattern in layouts if isinstance(layouts, dict) else ():
        if not _PATTERN.fullmatch(pattern):
            message = f'"{pattern}" is no pattern of paths: letters, digits, _ / . - and at most three *'
            problems.add("wrong-type", message, (*path, pattern), "key")
