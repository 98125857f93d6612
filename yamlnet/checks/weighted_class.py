"""weighted-class: the classes that are weighted are classes of the output.

class_weight gives rows of a class more or less to say: {0: 1, 1: 5}. A class that the output does not have
weighs nothing, silently: classes are numbered from 0, so an output of three units has 0, 1 and 2, and one
unit has 0 (no) and 1 (yes).

Fails:

    train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}, class_weight: {1: 1, 2: 1, 3: 5}}

Passes:

    train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}, class_weight: {0: 1, 1: 1, 2: 5}}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.checks.answers import learnt
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan

NAME = "weighted-class"

OF_CLASSES = ("CategoricalCrossentropy", "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy")
BINARY = ("BinaryCrossentropy", "BinaryFocalCrossentropy")


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each weighted class that the output does not have."""
    outputs = list(learnt(plan))
    if plan.train is None or not plan.train.class_weight or len(outputs) != 1:
        return
    units = outputs[0].answer.units
    if outputs[0].loss.name in BINARY and units == 1:
        units = 2
    elif outputs[0].loss.name not in OF_CLASSES:
        return
    for label in plan.train.class_weight:
        if units is not None and not 0 <= label < units:
            message = f"there is no class {label}: the output has classes 0 to {units - 1}"
            yield Diagnostic(NAME, message, ("train", "class_weight", str(label)), "key", severity="warning")
