"""What must hold of a plan beyond its structure. Each check is one module; this is their list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yamlnet.checks import (
    activation_twice,
    agent,
    class_count,
    class_weight,
    data_names,
    distribution,
    dropout,
    from_logits,
    leaking_target,
    learning_rate,
    loss_fit,
    losses,
    mask_lost,
    metric_fit,
    monitor,
    name_clash,
    no_effect,
    output_activation,
    output_names,
    output_without_loss,
    repeated,
    schedule,
    shadowed_variable,
    shared_models,
    sizes,
    unreachable_layer,
    unscaled,
    unused_block,
    unused_import,
    unused_input,
    unused_model,
    unused_parameter,
    useless_bias,
    weight_without_loss,
    weighted_class,
)
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan
from yamlnet.schema.forms import Blueprint
from yamlnet.schema.words import DEFAULT_MODEL
from yamlnet.verdicts.limits import MAX_PARAMS

CHECKS: tuple[Callable[[Plan], Iterator[Diagnostic]], ...] = (
    data_names.check,
    output_names.check,
    losses.check,
    agent.check,
    schedule.check,
    distribution.check,
    shared_models.check,
    name_clash.check,
    class_weight.check,
    weight_without_loss.check,
    leaking_target.check,
    repeated.check,
    loss_fit.check,
    class_count.check,
    output_activation.check,
    from_logits.check,
    metric_fit.check,
    weighted_class.check,
    monitor.check,
    learning_rate.check,
    dropout.check,
    activation_twice.check,
    mask_lost.check,
    unscaled.check,
    useless_bias.check,
    sizes.check,
)

WITH_ROWS = frozenset(
    module.NAME for module in (class_count, learning_rate, loss_fit, metric_fit, output_activation, unscaled)
)
"""The checks that see more once the rows were read: `Plan.facts`."""

WITH_VARIANTS = frozenset({sizes.NAME})
"""The checks that warn of a variant where they refuse what is built: the variant is there to be chosen."""

WORD_CHECKS: tuple[Callable[[Blueprint, Plan], Iterator[Diagnostic]], ...] = (
    unused_parameter.check,
    unused_block.check,
    unused_model.check,
    unused_import.check,
    unused_input.check,
    unreachable_layer.check,
    output_without_loss.check,
    no_effect.check,
    shadowed_variable.check,
)
"""Checks that look at the user's own words too: what nobody uses is in no plan. All of them are warnings."""

OF_USERS = (unused_block.check, unused_model.check, unused_import.check, output_without_loss.check)
"""Those that say nothing of a file without a model: what it has is for others to use."""


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


def check_words(blueprint: Blueprint, plan: Plan) -> list[Diagnostic]:
    """What is useless in a blueprint that is right, in the order of `WORD_CHECKS`."""
    library = DEFAULT_MODEL not in plan.models
    checks = [one for one in WORD_CHECKS if not (library and one in OF_USERS)]
    return [problem for one in checks for problem in one(blueprint, plan)]
