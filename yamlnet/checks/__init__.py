"""What must hold of a plan beyond its structure. Each check is one module; this is their list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yamlnet.checks import data_names, losses, output_names, schedule, shared_models, sizes
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan
from yamlnet.verdicts.limits import MAX_PARAMS

CHECKS: tuple[Callable[[Plan], Iterator[Diagnostic]], ...] = (
    data_names.check,
    output_names.check,
    losses.check,
    schedule.check,
    shared_models.check,
    sizes.check,
)


def check(plan: Plan, max_params: int = MAX_PARAMS) -> list[Diagnostic]:
    """Every problem that the checks find in a plan, in the order of `CHECKS`.

    Args:
        plan: from `resolve`.
        max_params: how many parameters its models may have together.
    """
    if "model" not in plan.models:
        return []  # its absence was reported, and every check is about it
    found = [problem for one in CHECKS if one is not sizes.check for problem in one(plan)]
    return [*found, *sizes.check(plan, max_params)]
