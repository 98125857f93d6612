"""loss-fit: a loss fits what the target is: the number of a class, a one-hot row, or a measurement.

SparseCategoricalCrossentropy takes the number of the class (encode: index), CategoricalCrossentropy and its
like a row with a 1 at its class (encode: one-hot), BinaryCrossentropy values from 0 to 1. A squared error
takes classes for quantities: it says that class 2 is twice class 1. What the target is, is known from its
transforms, from data sets that ship with scikit-learn and Keras, and else once train has read the rows.

Fails:

    data:
      train: {Sklearn: iris}
      inputs: {x: {column: features}}
      targets: {kind: {column: target, encode: one-hot}}
    train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}, epochs: 3}

Passes:

    data:
      train: {Sklearn: iris}
      inputs: {x: {column: features}}
      targets: {kind: {column: target, encode: one-hot}}
    train: {loss: {CategoricalCrossentropy: {from_logits: true}}, epochs: 3}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.checks.answers import Learnt, learnt
from yamlnet.checks.targets import ROUNDING, Target, target_of
from yamlnet.diagnostics.diagnostic import Diagnostic, Note, Severity
from yamlnet.resolver.plan import Plan

NAME = "loss-fit"

SPARSE = ("SparseCategoricalCrossentropy",)
ONE_HOT = (
    "CategoricalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge", "KLDivergence",
)  # fmt: skip
BINARY = ("BinaryCrossentropy", "BinaryFocalCrossentropy")
OF_VALUES = (
    "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError",
    "Huber", "LogCosh",
)  # fmt: skip


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem for each loss that reads its target as what it is not."""
    for one in learnt(plan):
        target = target_of(plan, one.answer.name)
        found = _misfit(one, target) if target is not None else None
        if found is not None and target is not None:
            said, severity = found
            message = f'{one.loss.name} {said} (output "{one.answer.name}")'
            note = Note("the target is here", target.encoded or target.path)
            yield Diagnostic(NAME, message, one.loss.path, severity=severity, notes=(note,))


def _misfit(one: Learnt, target: Target) -> tuple[str, Severity] | None:
    loss, encoding = one.loss.name, target.encoding
    if loss in SPARSE and encoding == "one-hot":
        return "takes the class's number, and the target is one-hot; take CategoricalCrossentropy", "error"
    if loss in ONE_HOT and encoding == "index":
        other = "take SparseCategoricalCrossentropy, or encode: one-hot"
        return f"takes one-hot rows, and the target is the class's number; {other}", "error"
    if loss in (*SPARSE, *ONE_HOT[:4]) and encoding == "number":
        return "tells classes apart, and the target is a measurement; take mse, or huber", "error"
    if loss in BINARY and (said := _beyond_one(target)) is not None:
        return said
    if loss in OF_VALUES and encoding == "index" and (target.classes or 0) > 2 and one.answer.units == 1:
        return (
            f"takes the numbers of {target.classes} classes for quantities; "
            f"take SparseCategoricalCrossentropy and give the output {target.classes} units",
            "warning",
        )
    return None


def _beyond_one(target: Target) -> tuple[str, Severity] | None:
    """A target that no probability can be."""
    if target.encoding == "index" and target.classes is not None and target.classes > 2:
        said = f"takes 0 or 1, and the target is the number of one of {target.classes} classes"
        return f"{said}; take SparseCategoricalCrossentropy", "error"
    least, most = target.least, target.most
    if target.encoding == "number" and least is None:
        return None
    if (least is not None and least < -ROUNDING) or (most is not None and most > 1 + ROUNDING):
        if most is None:
            return "takes 0 to 1, and the target, normalized, lies below 0 too; take mse", "error"
        return f"takes 0 to 1, and the target holds {least:g} to {most:g}; take mse, or scale it", "error"
    return None
