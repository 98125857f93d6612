"""Rows beside what a run gives back of them, how far the two are apart, and which rows are far off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.diagnostics.diagnostic import DataError, YamlnetError
from yamlnet.objectives import implementation
from yamlnet.resolver.plan import Plan
from yamlnet.runner.evaluate import predict_run
from yamlnet.runner.generate import grid
from yamlnet.runner.run import Run

Array = np.ndarray[Any, np.dtype[Any]]

BETWEEN = 1
"""Pixels between a row above and what is given back of it below."""


class GivenBack(Struct, frozen=True):
    """Some rows as the model reads them, and what it gives back.

    Attributes:
        rows: by output, the input that it gives back: (rows, …).
        made: by output, of the same shapes.
        errors: the mean of the squared differences over all values of a row, (rows,), float64.
    """

    rows: Mapping[str, Array]
    made: Mapping[str, Array]
    errors: Array


def give_back(run: Run, plan: Plan, pieces: Iterable[Mapping[str, Array]]) -> Iterator[GivenBack]:
    """What a run gives back of each piece of rows, by the inputs' names.

    Raises:
        YamlnetError: the run's objective gives no rows back.
    """
    pairs: Mapping[str, str] = {}
    if plan.data is not None:
        outputs = tuple(run.manifest["outputs"])
        pairs = implementation(plan.objective.name).given_back(outputs, tuple(plan.data.inputs))
    if not pairs:
        message = f"a run of objective {plan.objective.name} gives no rows back"
        raise YamlnetError(message, hint="yamlnet predict answers rows")
    for inputs in pieces:
        predicted = predict_run(run, inputs)
        made = {output: predicted[output] for output in pairs}
        rows = {output: inputs[given].reshape(made[output].shape) for output, given in pairs.items()}
        yield GivenBack(rows, made, row_errors(rows, made))


def row_errors(rows: Mapping[str, Array], made: Mapping[str, Array]) -> Array:
    """The mean squared difference of each row over all its values: (rows, …) by name → (rows,), float64."""
    apart = [
        (np.asarray(made[name], np.float64) - np.asarray(values, np.float64)).reshape(len(values), -1)
        for name, values in rows.items()
    ]
    errors: Array = np.square(np.concatenate(apart, axis=1)).mean(axis=1)
    return errors


def joined(pieces: Iterable[GivenBack]) -> GivenBack:
    """All pieces as one."""
    found = list(pieces)
    return GivenBack(
        {name: np.concatenate([one.rows[name] for one in found]) for name in found[0].rows},
        {name: np.concatenate([one.made[name] for one in found]) for name in found[0].made},
        np.concatenate([one.errors for one in found]),
    )


def pairs_grid(rows: Array, made: Array) -> bytes:
    """Pictures side by side as a PNG, each above what was made of it; the rows say what is black and white.

    Args:
        rows: (count, height, width) or (count, height, width, channels).
        made: of the same shape.
    """
    least, most = float(rows.min()), float(rows.max())
    line = np.full((len(rows), BETWEEN, *rows.shape[2:]), most, dtype=np.float32)
    return grid(np.concatenate([rows, line, made], axis=1), least, most)


def roc_auc(errors: Array, labels: Array, normal: object) -> float:
    """The area under the ROC curve of errors as a score of what is not normal.

    It is the chance that a row of another label has a larger error than a normal one.

    Args:
        errors: (rows,).
        labels: (rows,), numbers or texts.
        normal: the label of normal rows; a text that reads as a number is that number, too.

    Raises:
        DataError: all rows are normal, or none is.
        YamlnetError: scikit-learn is not installed.
    """
    try:
        from sklearn.metrics import roc_auc_score
    except ImportError as error:
        raise YamlnetError("ROC AUC needs scikit-learn", hint='pip install "yamlnet[data]"') from error
    anomalous = np.array([not _same(label, normal) for label in labels.tolist()])
    if anomalous.all() or not anomalous.any():
        count = "none" if anomalous.all() else "every one"
        message = f"of {len(labels)} rows {count} is {normal}, and ROC AUC compares rows that are with others"
        raise DataError(message)
    return float(roc_auc_score(anomalous, errors))


def _same(label: object, normal: object) -> bool:
    """Whether a label of the rows is the one that a person wrote: 0, 0.0 and "0" are."""
    if isinstance(label, int | float):
        try:
            return float(label) == float(str(normal))
        except ValueError:
            return False
    return str(label) == str(normal)
