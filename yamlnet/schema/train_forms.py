"""Checking the words of `train` and `export`: objects, alone or by output."""

from __future__ import annotations

import re
from collections.abc import Collection

from yamlnet.catalog.entry import Kind
from yamlnet.catalog.load import catalog
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.distribution_words import check_distribution
from yamlnet.schema.objective_forms import check_objective, check_optimizer
from yamlnet.schema.objects import check_object

CLASS = re.compile(r"[0-9]{1,9}\Z")
"""A class as a key: `class_weight: {0: 1, 1: 4}`."""

EXPORT_FORMATS = ("keras", "onnx", "saved_model")


def check_train(value: object, outputs: Collection[str], path: KeyPath, problems: Problems) -> None:
    """Report every mistake in the objects of a `train` section; `outputs` are the model's names."""
    if not isinstance(value, dict):
        return
    check_objective(value, path, problems)
    _check_nothing("loss", value.get("loss"), outputs, (*path, "loss"), problems)
    _check_nothing("metric", value.get("metrics"), outputs, (*path, "metrics"), problems)
    if value.get("loss") is not None:
        for spec, place in by_output("loss", value["loss"], outputs, (*path, "loss")):
            check_object("loss", spec, place, problems)
    if value.get("metrics") is not None:
        for spec, place in metric_specs(value["metrics"], outputs, (*path, "metrics")):
            check_object("metric", spec, place, problems)
    check_optimizer(value, (*path, "optimizer"), problems)
    callbacks = value.get("callbacks")
    for index, callback in enumerate(callbacks if isinstance(callbacks, list) else []):
        check_object("callback", callback, (*path, "callbacks", index), problems)
    check_distribution(value.get("distribution"), (*path, "distribution"), problems)
    weights = value.get("class_weight")
    for name in weights if isinstance(weights, dict) else ():
        if not CLASS.match(name):
            message = f'"class_weight" names classes by their numbers, from 0; "{name}" is none'
            problems.add("class-weight", message, (*path, "class_weight", name), "key")


def is_by_output(kind: Kind, value: object, outputs: Collection[str]) -> bool:
    """Whether a mapping is keyed by output rather than being one object.

    `{MeanSquaredError: {…}}` is an object, `{digit: mse}` is by output; a key that is an output's
    name is that output, since the user chose it.
    """
    if not isinstance(value, dict):
        return False
    if len(value) != 1:  # two losses are no mapping by output: `check_object` says what they should be
        known = (key in outputs or catalog().find(kind, str(key)) is None for key in value)
        return not value or any(known)
    key = str(next(iter(value)))
    return key in outputs or (not key[:1].isupper() and catalog().find(kind, key) is None)


def by_output(
    kind: Kind, value: object, outputs: Collection[str], path: KeyPath
) -> list[tuple[object, KeyPath]]:
    """The objects in a value that is one object, or one for each output, with their places."""
    if is_by_output(kind, value, outputs) and isinstance(value, dict):
        return [(spec, (*path, str(name))) for name, spec in value.items() if spec is not None]
    if isinstance(value, list):
        return [(spec, (*path, index)) for index, spec in enumerate(value)]
    return [(value, path)]


def metric_specs(value: object, outputs: Collection[str], path: KeyPath) -> list[tuple[object, KeyPath]]:
    """The metrics in a value, a list, or a mapping by output of either, with their places."""
    if is_by_output("metric", value, outputs) and isinstance(value, dict):
        return [
            found
            for name, inner in value.items()
            if inner is not None
            for found in _metrics_of_one(inner, (*path, str(name)))
        ]
    return _metrics_of_one(value, path)


def _metrics_of_one(value: object, path: KeyPath) -> list[tuple[object, KeyPath]]:
    if isinstance(value, list):
        return [(spec, (*path, index)) for index, spec in enumerate(value)]
    return [(value, path)]


def _check_nothing(
    kind: Kind, value: object, outputs: Collection[str], path: KeyPath, problems: Problems
) -> None:
    """Report an output that does not exist and is given nothing; the others are in the plan."""
    if not is_by_output(kind, value, outputs) or not isinstance(value, dict) or not outputs:
        return
    for name, spec in value.items():
        if spec is None and name not in outputs:
            mend = did_you_mean(name, outputs) or f"; it has {', '.join(outputs)}"
            message = f'the model has no output "{name}"{mend}'
            problems.add("output-names", message, (*path, name), "key")


def check_export(value: object, path: KeyPath, problems: Problems) -> None:
    """Report export formats that do not exist, and ones given twice."""
    formats = value if isinstance(value, list) else [value]
    for index, name in enumerate(formats):
        place = (*path, index) if isinstance(value, list) else path
        if name not in EXPORT_FORMATS:
            mend = did_you_mean(str(name), EXPORT_FORMATS) or f"; there are {', '.join(EXPORT_FORMATS)}"
            problems.add("unknown-format", f'"{name}" is not an export format{mend}', place)
        elif name in formats[:index]:
            problems.add("duplicate", f'"{name}" is listed twice', place)
