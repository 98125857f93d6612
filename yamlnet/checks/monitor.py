"""monitor: callbacks watch what training measures, in the right direction, and in time.

What can be watched are the columns of history.csv: loss, each metric by its Keras name, with several outputs
NAME_loss and NAME_accuracy, and each with val_ before it where the data has a validation part. A callback
that watches anything else never acts. So does one that is more patient than the training is long; and one
that waits for a loss to grow stops at once, for the worst weights. Of several outputs' metrics Keras cannot
tell the direction: give mode: max or mode: min.

Fails:

    train:
      loss: {SparseCategoricalCrossentropy: {from_logits: true}}
      metrics: [accuracy]
      epochs: 20
      callbacks: [{EarlyStopping: {monitor: val_acc, patience: 3}}]
    data:
      train: {Sklearn: iris}
      validation: 0.2
      inputs: {x: {column: features}}
      targets: {kind: {column: target}}

Passes:

    train:
      loss: {SparseCategoricalCrossentropy: {from_logits: true}}
      metrics: [accuracy]
      epochs: 20
      callbacks: [{EarlyStopping: {monitor: val_accuracy, patience: 3}}]
    data:
      train: {Sklearn: iris}
      validation: 0.2
      inputs: {x: {column: features}}
      targets: {kind: {column: target}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from yamlnet.checks.tracing import argument, place_of
from yamlnet.diagnostics.diagnostic import Diagnostic, KeyPath, Severity
from yamlnet.diagnostics.suggest import closest
from yamlnet.resolver.plan import ObjectSpec, Plan, TrainPlan
from yamlnet.schema.words import SUPERVISED

NAME = "monitor"

WATCHERS = ("EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint")

UNNAMED = {
    "AUC": "auc", "BinaryIoU": "binary_io_u", "IoU": "io_u", "MeanIoU": "mean_io_u", "Precision": "precision",
    "OneHotIoU": "one_hot_io_u", "OneHotMeanIoU": "one_hot_mean_io_u", "Recall": "recall",
    "PrecisionAtRecall": "precision_at_recall", "RecallAtPrecision": "recall_at_precision",
    "TrueNegatives": "true_negatives",
    "SensitivityAtSpecificity": "sensitivity_at_specificity", "TruePositives": "true_positives",
    "SpecificityAtSensitivity": "specificity_at_sensitivity", "FalseNegatives": "false_negatives",
    "FalsePositives": "false_positives",
}  # fmt: skip
"""Metrics that Keras names after their class, and numbers where there are several: `auc`, `auc_1`."""

FALL = (
    "BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy",
    "CategoricalHinge", "Hinge", "SquaredHinge", "KLDivergence", "LogCoshError", "Poisson",
    "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError",
    "RootMeanSquaredError",
)  # fmt: skip
"""Metrics that are better the smaller they are (Keras's `_direction` is "down"); all others rise."""

WITHOUT_DIRECTION = (
    "Mean", "Sum", "Metric", "MeanMetricWrapper", "TruePositives", "TrueNegatives", "FalsePositives",
    "FalseNegatives",
)  # fmt: skip
"""Metrics of which Keras does not know it."""

LONG = {"acc": "accuracy", "mse": "mean_squared_error", "mae": "mean_absolute_error"}
"""Short names that Keras's history had in earlier years, or has where the metric is written so."""


class Measure(Struct, frozen=True):
    """One column of the history, and whether less is better; None where Keras would not say."""

    name: str
    falls: bool | None
    known_to_keras: bool


def measures(plan: Plan) -> list[Measure]:
    """What the history of a plan's training has for the training rows, in order."""
    train = plan.train
    if train is None:
        return []
    if train.objective.name != SUPERVISED:
        return [*_own(train), *_compared(plan, train)]
    several = len(plan.models["model"].outputs) > 1
    found = [Measure("loss", True, known_to_keras=True)]
    losses = list(train.loss) if isinstance(train.loss, Mapping) else list(plan.models["model"].outputs)
    if len(losses) > 1:
        found += [Measure(f"{name}_loss", True, known_to_keras=False) for name in losses]
    for output in plan.models["model"].outputs:
        for metric, name in _named(_metrics_of(output, train)):
            falls = None if metric.name in WITHOUT_DIRECTION else metric.name in FALL
            full = f"{output}_{name}" if several else name
            found.append(Measure(full, falls, known_to_keras=falls is not None and not several))
    return found


def _own(train: TrainPlan) -> list[Measure]:
    """What an objective writes into the history itself, and what is told of an environment's episodes."""
    from yamlnet.schema.objective_words import known_words

    words, objective = known_words(train.objective.name), train.objective
    own = [(one.name, one.falls) for one in (*words.measures, *words.episodes)]
    if objective.acts and objective.arguments.get("validation_episodes"):
        own += [("val_return", False), ("val_length", False)]
    return [Measure(name, falls, known_to_keras=name in ("loss", "accuracy")) for name, falls in own]


def _compared(plan: Plan, train: TrainPlan) -> Iterator[Measure]:
    """The metrics by which an objective compares its model's output."""
    for metric, name in _named(train.metrics.get("", ())):
        falls = None if metric.name in WITHOUT_DIRECTION else metric.name in FALL
        yield Measure(name, falls, known_to_keras=falls is not None)


def _metrics_of(output: str, train: TrainPlan) -> tuple[ObjectSpec, ...]:
    """An output's metrics; those that name no output are for each that has a loss."""
    learnt = not isinstance(train.loss, Mapping) or output in train.loss
    return train.metrics.get(output, train.metrics.get("", ()) if learnt else ())


def _named(metrics: tuple[ObjectSpec, ...]) -> Iterator[tuple[ObjectSpec, str]]:
    for metric in metrics:
        name = argument(metric, "name") or UNNAMED.get(metric.name) or metric.name
        yield metric, str(name)


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem for each callback that watches nothing, the wrong way, or for too long."""
    if plan.train is None or (plan.train.objective.name == SUPERVISED and not plan.train.loss):
        return
    found = measures(plan)
    for callback in plan.train.callbacks:
        if callback.name not in WATCHERS:
            continue
        if callback.name == "ModelCheckpoint" and argument(callback, "save_best_only") is not True:
            continue  # it watches nothing
        yield from _watched(plan, callback, found)
        yield from _patience(callback, plan.train)


def _watched(plan: Plan, callback: ObjectSpec, found: list[Measure]) -> Iterator[Diagnostic]:
    monitor = str(argument(callback, "monitor"))
    path = place_of(callback, "monitor") if "monitor" in callback.arguments else callback.path
    # Of an environment only some measures come with val_: these have names of their own.
    bare = monitor if plan.objective.acts else monitor.removeprefix("val_")
    measure = next((one for one in found if _is_called(bare, one, found)), None)
    if measure is None:
        if monitor == "learning_rate" and any(c.name == "ReduceLROnPlateau" for c in _callbacks(plan)):
            return  # that callback writes it into the history
        yield _warning(f'nothing that is measured is called "{monitor}"{_mend(plan, monitor, found)}', path)
    elif monitor != bare and plan.data is not None and not _has_validation(plan):
        message = f'"{monitor}" needs validation rows, and the data has none; add validation: 0.2 to data'
        yield _warning(f"{message}, or watch {bare}", path)
    else:
        yield from _direction(callback, monitor, measure, path)


def _callbacks(plan: Plan) -> tuple[ObjectSpec, ...]:
    return plan.train.callbacks if plan.train is not None else ()


def _has_validation(plan: Plan) -> bool:
    data = plan.data
    return data is not None and bool(data.validation or data.folds or data.split.kind == "column")


def _is_called(name: str, measure: Measure, found: list[Measure]) -> bool:
    """Whether a name is a measure's: Keras numbers a second `auc` of one process `auc_1`."""
    if name == measure.name:
        return True
    numbered = re.fullmatch(rf"{re.escape(measure.name)}_\d+", name) is not None
    return numbered and measure.name.endswith(tuple(UNNAMED.values()))


def _mend(plan: Plan, monitor: str, found: list[Measure]) -> str:
    names = [measure.name for measure in found]
    names = [f"val_{name}" for name in names] + names if _has_validation(plan) else names
    bare = monitor.removeprefix("val_")
    long = LONG.get(bare, bare)
    by_heart = [name for name in (monitor.removesuffix(bare) + long, long) if name in names]
    meant = next(iter(by_heart), None) or closest(monitor, names)
    return f'; did you mean "{meant}"?' if meant else f"; there are {', '.join(names)}"


def _direction(callback: ObjectSpec, monitor: str, measure: Measure, path: KeyPath) -> Iterator[Diagnostic]:
    mode = argument(callback, "mode")
    if mode == "auto" and not measure.known_to_keras:
        falls = measure.falls
        right = "mode: min or mode: max" if falls is None else f"mode: {'min' if falls else 'max'}"
        unsure = f'Keras cannot tell whether "{monitor}" should grow or shrink'
        message = f"{unsure}, and training would stop; add {right}"
        yield _warning(message, path, "error")
    elif mode in ("min", "max") and measure.falls is not None and (mode == "min") != measure.falls:
        better, right = ("smaller", "min") if measure.falls else ("greater", "max")
        message = (
            f'"{monitor}" is better the {better} it is, and mode: {mode} keeps the worst; write mode: {right}'
        )
        yield _warning(message, place_of(callback, "mode"))


def _patience(callback: ObjectSpec, train: TrainPlan) -> Iterator[Diagnostic]:
    patience = argument(callback, "patience")
    epochs = train.epochs
    if not isinstance(patience, int) or not isinstance(epochs, int) or patience < epochs:
        return
    if callback.name == "EarlyStopping" and argument(callback, "restore_best_weights") is True:
        return  # it never stops, and restores the best weights at the end
    if "patience" in callback.arguments:
        message = f"it waits for {patience} epochs, and training has {epochs}: it never acts"
        yield _warning(message, place_of(callback, "patience"))


def _warning(message: str, path: KeyPath, severity: Severity = "warning") -> Diagnostic:
    return Diagnostic(NAME, message, path, severity=severity)
