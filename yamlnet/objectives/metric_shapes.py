"""Whether a metric can compare an output with its target: told before training, in the user's words.

Backends differ in what they make of a metric that does not fit: one stops in its own words while a step
is traced, another broadcasts and gives a number that means nothing. So what each metric compares is
known here by name, as its page says (https://keras.io/api/metrics/), and what is left is found by letting
the metric meet symbolic tensors of both shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras.src.backend import compute_output_spec
from msgspec.structs import replace

from yamlnet.compiler.objects import construct, first_sentences
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.objectives.target_shapes import fits, written
from yamlnet.resolver.plan import ObjectSpec

NAME = "metric-shape"

Shape = tuple[int | None, ...]

BY_SHAPE = ("accuracy",)
"""Keras chooses the metric by the shapes."""

BINARY = {"accuracy": "BinaryAccuracy"}
"""What it chooses where the output's last axis is 1."""

BEST_FEW = ("TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy")

SPARSE = ("SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy")
"""The target is the number of a class: one axis less than the output."""

EXACT = (
    "BinaryCrossentropy", "CategoricalCrossentropy", "F1Score", "FBetaScore",
    "TopKCategoricalAccuracy",
)  # fmt: skip
"""Unlike the others, these do not overlook a last axis of 1 that only one of the two has."""

OVERLAPS = {"IoU": True, "MeanIoU": True, "OneHotIoU": False, "OneHotMeanIoU": False}
"""Overlaps of classes, and whether their targets are numbers of classes unless `sparse_y_true` says so."""


def check_metric(
    name: str, metric: ObjectSpec, output: Sequence[int | None], target: np.ndarray[Any, Any]
) -> Diagnostic | None:
    """What is wrong between a metric, an output and its target, or None.

    Args:
        name: the output's.
        metric: what compares them.
        output: the output's shape, (batch, …).
        target: all training rows' targets, (rows, …).
    """
    shape, wanted = target.shape[1:], tuple(output[1:])
    said = _misfit(metric, wanted, shape)
    if said is None and metric.name in OVERLAPS:
        said = _class_beyond(metric, target)
    if said is None and metric.name in BEST_FEW:
        said = _too_few_classes(metric, wanted)
    if said is None:
        said = _refused(metric, wanted, target)
    if said is None:
        return None
    message = f'output "{name}": metric "{metric.name}" {said}'
    return Diagnostic(NAME, message, metric.path, "key")


def _misfit(metric: ObjectSpec, output: Shape, target: Shape) -> str | None:
    """What the two shapes lack for this metric."""
    if metric.name in BY_SHAPE:
        if output[-1:] == (1,):
            return _elementwise(BINARY[metric.name], output, target)
        return None if _numbers(output, target) else _elementwise(metric.name, output, target)
    if metric.name in SPARSE:
        if _numbers(output, target):
            return None
        mend = f"; for one-hot targets take {metric.name.removeprefix('Sparse')}"
        return (
            f"wants the class's number, shape {written(output[:-1])}; the target has {written(target)}"
            f"{mend if fits(target, output) else ''}"
        )
    if metric.name in OVERLAPS:
        return _overlap(metric, output, target)
    return _elementwise(metric.name, output, target)


def _numbers(output: Shape, target: Shape) -> bool:
    """Whether a target could be the numbers of the output's classes."""
    return bool(output) and (fits(target, output[:-1]) or fits(target, (*output[:-1], 1)))


def _elementwise(metric: str, output: Shape, target: Shape) -> str | None:
    if fits(target, output):
        return None
    one_axis = fits((*target, 1), output) or (target[-1:] == (1,) and fits(target[:-1], output))
    if one_axis and metric not in EXACT:
        return None
    mend = ""
    if one_axis and len(target) < len(output):
        mend = f"; give each row of the target the output's shape: reshape: {written(output)}"
    elif _numbers(output, target):
        mend = f"; {_for_numbers(metric)}"
    shapes = f"the output has shape {written(output)}, the target {written(target)}"
    return f"compares values one by one, and {shapes}{mend}"


def _for_numbers(metric: str) -> str:
    """What to do where the target is the number of a class."""
    if f"Sparse{metric}" in SPARSE:
        return f"where the target is a class's number take Sparse{metric}"
    return "where the target is a class's number take accuracy, or make it one-hot: encode: one-hot"


def _overlap(metric: ObjectSpec, output: Shape, target: Shape) -> str | None:
    """An overlap counts classes: whichever of the two is not their numbers has them on its last axis."""
    sparse_target = metric.arguments.get("sparse_y_true", OVERLAPS[metric.name])
    sparse_output = metric.arguments.get("sparse_y_pred", OVERLAPS[metric.name])
    labels = target if sparse_target else _classes_last(target, metric)
    predicted = output if sparse_output else _classes_last(output, metric)
    if labels is not None and predicted is not None and _match(labels, predicted):
        return None
    mend = ""
    if sparse_output and _numbers(output, target):
        mend = "; the output has a value for each class: sparse_y_pred: false"
    elif not sparse_target and _numbers(output, target):
        other = metric.name.removeprefix("OneHot")
        mend = f"; where the target is a class's number take {other} with sparse_y_pred: false"
    elif predicted is None and output:
        mend = f"; the output has a value for each of {output[-1]} classes: num_classes: {output[-1]}"
    shapes = f"the output has shape {written(output)}, the target {written(target)}"
    return f"compares {metric.arguments.get('num_classes')} classes, and {shapes}{mend}"


def _match(one: Shape, other: Shape) -> bool:
    """Whether two shapes are one, but for a last axis of 1."""
    return fits(one, other) or fits(one, (*other, 1)) or fits((*one, 1), other)


def _classes_last(shape: Shape, metric: ObjectSpec) -> Shape | None:
    """A shape less its last axis, when that has a value for each class."""
    return shape[:-1] if fits(shape[-1:], (metric.arguments.get("num_classes"),)) else None  # type: ignore[arg-type]


def _class_beyond(metric: ObjectSpec, target: np.ndarray[Any, Any]) -> str | None:
    """A class that an overlap has no row for in its table."""
    classes = metric.arguments.get("num_classes")
    sparse = metric.arguments.get("sparse_y_true", OVERLAPS[metric.name])
    if not sparse or not isinstance(classes, int) or metric.arguments.get("ignore_class") is not None:
        return None
    least, most = target.min(), target.max()
    if least >= 0 and most < classes:
        return None
    return f"counts classes 0 to {classes - 1}, and the target holds {least:g} to {most:g}"


def _too_few_classes(metric: ObjectSpec, output: Shape) -> str | None:
    best, classes = metric.arguments.get("k", 5), output[-1]
    if not isinstance(best, int) or classes is None or best <= classes:
        return None
    return (
        f"looks among the {best} most likely classes, and the output has {classes}; give it k: {classes - 1}"
    )


def unnumbered(spec: ObjectSpec) -> ObjectSpec:
    """A spec with a name, to make it once and throw it away.

    Keras numbers the names that it gives: without one, the metric that is trained with would be `auc_1`.
    """
    return replace(spec, arguments={**spec.arguments, "name": "checked"})


def _refused(metric: ObjectSpec, output: Shape, target: np.ndarray[Any, Any]) -> str | None:
    """What Keras says when the metric meets tensors of both shapes; nothing is computed."""
    if metric.name in BY_SHAPE:
        return None
    made = construct(unnumbered(metric))

    def update(given: Any, predicted: Any) -> Any:
        made.update_state(given, predicted)
        return predicted

    tensors = (
        keras.KerasTensor((None, *target.shape[1:]), str(target.dtype)),
        keras.KerasTensor((None, *output)),
    )
    try:
        compute_output_spec(update, *tensors)
    except (ValueError, TypeError, RuntimeError, IndexError) as error:
        shapes = f"an output of shape {written(output)} and a target of {written(target.shape[1:])}"
        said = first_sentences(str(error)).partition(" Received")[0]  # there the backends differ
        return f"cannot be computed for {shapes}: {said}"
    return None
