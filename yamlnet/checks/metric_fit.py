"""metric-fit: a metric measures what is learnt, and its number means what its name says.

Accuracy counts right classes, so of a measurement it says nothing: take mae or r2_score. Keras's class
Accuracy counts numbers that are exactly equal, which a probability and a class never are; the metric that
chooses by shape is accuracy. BinaryAccuracy asks each of several classes on its own, so that to deny them
all is already right for most. And what counts values above 0.5 as yes is wrong for logits, whose middle is 0.
Training works all the same, and its history misleads. A metric that gives several numbers (F1Score without
an average, several thresholds) stops it.

Fails:

    data:
      train: {Sklearn: diabetes}
      inputs: {x: {columns: [age, sex, bmi, bp]}}
      targets: {kind: target}
    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 1, as: kind}
      outputs: kind
    train: {loss: mse, metrics: [accuracy], epochs: 3}

Passes:

    data:
      train: {Sklearn: diabetes}
      inputs: {x: {columns: [age, sex, bmi, bp]}}
      targets: {kind: target}
    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 1, as: kind}
      outputs: kind
    train: {loss: mse, metrics: [mae, r2_score], epochs: 3}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.checks.answers import Learnt, learnt
from yamlnet.checks.targets import Target, target_of
from yamlnet.checks.tracing import argument
from yamlnet.diagnostics.diagnostic import Diagnostic, Severity
from yamlnet.resolver.plan import ObjectSpec, Plan

NAME = "metric-fit"

OF_VALUES = (
    "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError",
    "Huber", "LogCosh",
)  # fmt: skip
"""Losses of measurements."""

OF_CLASSES = (
    "accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy", "F1Score", "FBetaScore",
    "Precision", "Recall", "AUC", "TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy",
)  # fmt: skip
"""Metrics that count right classes."""

ONE_OF_SEVERAL = ("CategoricalCrossentropy", "CategoricalFocalCrossentropy")
BINARY = ("BinaryCrossentropy", "BinaryFocalCrossentropy")

AT_ONE_HALF = {
    "BinaryAccuracy": "threshold", "BinaryIoU": "threshold", "Precision": "thresholds",
    "Recall": "thresholds", "TruePositives": "thresholds", "TrueNegatives": "thresholds",
    "FalsePositives": "thresholds", "FalseNegatives": "thresholds",
}  # fmt: skip
"""Metrics that count a value above 0.5 as yes, and the argument that says otherwise."""


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each metric whose number would mislead."""
    for one in learnt(plan):
        target = target_of(plan, one.answer.name)
        for metric in one.metrics:
            several, said = _several(metric), _misfit(one, metric, target or Target())
            if several is not None or said is not None:
                severity: Severity = "error" if several is not None else "warning"
                message = f'output "{one.answer.name}": metric {metric.name} {several or said}'
                yield Diagnostic(NAME, message, metric.path, severity=severity)


def _several(metric: ObjectSpec) -> str | None:
    """A metric of several numbers: training stops where its history has room for one."""
    if metric.name in ("F1Score", "FBetaScore") and argument(metric, "average") is None:
        mend = f"write {{{metric.name}: {{average: macro}}}}"
        return f"gives a number for each class, and the history has one; {mend}"
    if metric.name == "R2Score" and argument(metric, "class_aggregation") is None:
        return "gives a number for each value, and the history has one; leave class_aggregation out"
    thresholds = metric.arguments.get("thresholds")
    if metric.name != "AUC" and isinstance(thresholds, list) and len(thresholds) > 1:
        return "gives a number for each threshold, and the history has one; list one metric for each"
    return None


def _misfit(one: Learnt, metric: ObjectSpec, target: Target) -> str | None:
    if metric.name == "Accuracy":
        return "counts numbers that are exactly equal to the target; write accuracy, which looks at classes"
    if metric.name in OF_CLASSES and one.loss.name in OF_VALUES and _is_measured(one, target):
        return f"counts classes, and {one.loss.name} learns a measurement; take mae, or r2_score"
    if metric.name == "BinaryAccuracy" and one.loss.name in ONE_OF_SEVERAL and (one.answer.units or 0) > 2:
        return (
            f"asks each of {one.answer.units} classes on its own, and to deny them all is right for most; "
            "take accuracy"
        )
    return _of_logits(one, metric)


def _is_measured(one: Learnt, target: Target) -> bool:
    """Whether a measurement is learnt: it is one, or nothing says otherwise and the output is free."""
    if target.encoding is not None:
        return target.encoding == "number"
    free = one.answer.activation == "linear" and one.answer.units == 1
    return free and not (target.classes is not None and target.classes <= 2)


def _of_logits(one: Learnt, metric: ObjectSpec) -> str | None:
    """A threshold of 0.5 on values that no sigmoid has been through."""
    if one.loss.name not in BINARY or argument(one.loss, "from_logits") is not True:
        return None
    if one.answer.activation != "linear":
        return None
    middle = "counts a value above 0.5 as yes, and the middle of logits is 0"
    if metric.name == "accuracy" and one.answer.units == 1:
        return f"{middle}; write {{BinaryAccuracy: {{threshold: 0}}}}"
    word = AT_ONE_HALF.get(metric.name)
    if word is None or word in metric.arguments:
        return None
    return f"{middle}; write {{{metric.name}: {{{word}: 0}}}}"
