"""What must hold of a plan beyond its structure. Each check is one module; this is their list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yamlnet.checks import data_names, losses, output_names, schedule, shared_models
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan

CHECKS: tuple[Callable[[Plan], Iterator[Diagnostic]], ...] = (
    data_names.check,
    output_names.check,
    losses.check,
    schedule.check,
    shared_models.check,
)


def check(plan: Plan) -> list[Diagnostic]:
    """Every problem that the checks find in a plan, in the order of `CHECKS`."""
    if "model" not in plan.models:
        return []  # its absence was reported, and every check is about it
    return [problem for one in CHECKS for problem in one(plan)]
