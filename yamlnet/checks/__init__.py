"""What must hold of a plan beyond its structure. Each check is one module; this is their list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yamlnet.checks import (
    activation_twice,
    class_count,
    class_weight,
    data_names,
    dropout,
    from_logits,
    learning_rate,
    loss_fit,
    losses,
    mask_lost,
    metric_fit,
    monitor,
    output_activation,
    output_names,
    schedule,
    shared_models,
    unscaled,
    useless_bias,
)
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan

CHECKS: tuple[Callable[[Plan], Iterator[Diagnostic]], ...] = (
    data_names.check,
    output_names.check,
    losses.check,
    schedule.check,
    shared_models.check,
    loss_fit.check,
    class_count.check,
    output_activation.check,
    from_logits.check,
    metric_fit.check,
    class_weight.check,
    monitor.check,
    learning_rate.check,
    dropout.check,
    activation_twice.check,
    mask_lost.check,
    unscaled.check,
    useless_bias.check,
)

WITH_ROWS = frozenset(
    module.NAME for module in (class_count, learning_rate, loss_fit, metric_fit, output_activation, unscaled)
)
"""The checks that see more once the rows were read: `Plan.facts`."""


def check(plan: Plan) -> list[Diagnostic]:
    """Every problem that the checks find in a plan, in the order of `CHECKS`."""
    if "model" not in plan.models:
        return []  # its absence was reported, and every check is about it
    return [problem for one in CHECKS for problem in one(plan)]
