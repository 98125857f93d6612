"""schedule: training ends either after epochs or after steps.

Fails:

    train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}, epochs: 10, steps: 5000}

Passes:

    train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}, epochs: 10}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan

NAME = "schedule"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem when both lengths are given."""
    if plan.train is not None and plan.train.epochs is not None and plan.train.steps is not None:
        message = 'give "epochs" or "steps", not both: one of them would be ignored'
        yield Diagnostic(NAME, message, ("train", "steps"), "key")
