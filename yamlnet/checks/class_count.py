"""class-count: an output that tells classes apart has a unit for each class of the data.

With fewer units than classes some rows have a target that the output cannot name; with more, units are
trained that no row ever asks for, and the file misleads its reader. The data knows how many classes there
are: write units: ${data.NAME.classes}, with the target's name, and the two can never differ. Classes are
known of the data sets that ship with scikit-learn and Keras, of columns with encode, and else once train
has read the rows.

Fails:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 2, as: kind}         # iris has three kinds
      outputs: kind
    train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}, epochs: 3}

Passes:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: "${data.kind.classes}", as: kind}
      outputs: kind
    train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}, epochs: 3}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.checks.answers import WITH_UNITS, Learnt, learnt
from yamlnet.checks.targets import Target, target_of
from yamlnet.checks.tracing import place_of
from yamlnet.diagnostics.diagnostic import Diagnostic, Severity
from yamlnet.resolver.plan import Plan

NAME = "class-count"

SPARSE = ("SparseCategoricalCrossentropy",)
ONE_HOT = (
    "CategoricalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge", "KLDivergence",
)  # fmt: skip
BINARY = ("BinaryCrossentropy", "BinaryFocalCrossentropy", "Hinge", "SquaredHinge")

FEW = 100
ROWS_PER_CLASS = 20
"""Numbers of classes that were merely read are held against the units only where the rows would have shown
every class: up to so many units, with so many rows for each. A vocabulary has words that no row uses."""


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem for each output whose units are not the classes of its target."""
    for one in learnt(plan):
        target = target_of(plan, one.answer.name)
        if target is None or target.classes is None or not target.single:
            continue
        units, classes = one.answer.units, target.classes
        if units is None or one.answer.layer is None or units == classes or not _compares(one, target, plan):
            continue
        yield _problem(one, units, classes)


def _compares(one: Learnt, target: Target, plan: Plan) -> bool:
    """Whether the loss holds the units against the classes, and both are sure."""
    units, classes = one.answer.units or 0, target.classes or 0
    if one.loss.name in BINARY:
        return (
            target.encoding == "index"
            and target.counted
            and classes == 2
            and units > 1
            and plan.facts is None
        )
    if one.loss.name not in SPARSE and not (one.loss.name in ONE_HOT and target.encoding == "one-hot"):
        return False
    if one.loss.arguments.get("ignore_class") is not None:
        return False
    if units < classes or one.loss.name not in SPARSE:
        # With the rows at hand `target-shape` tells it, of any layers and any loss.
        return plan.facts is None and target.encoding is not None
    sampled = units <= FEW and (target.rows or 0) >= ROWS_PER_CLASS * units
    return target.counted or sampled


def _problem(one: Learnt, units: int, classes: int) -> Diagnostic:
    answer = one.answer
    assert answer.layer is not None, "check() looked"
    word = WITH_UNITS[answer.layer.name]
    severity: Severity = "warning" if units > classes and one.loss.name in SPARSE else "error"
    if one.loss.name in BINARY:
        message = (
            f'output "{answer.name}" has {units} units, and {one.loss.name} compares one value '
            "with its target of 0 or 1; for yes or no it takes 1 unit"
        )
    elif units == 1 and classes == 2:
        message = (
            f'output "{answer.name}" has 1 unit, and {one.loss.name} compares 2 classes; '
            f"take binary_crossentropy, or write {word}: 2"
        )
    else:
        message = (
            f'output "{answer.name}" has {units} units, and its target has '
            f'{classes} classes; write {word}: "${{data.{answer.name}.classes}}"'
        )
    return Diagnostic(NAME, message, place_of(answer.layer, word), severity=severity)
