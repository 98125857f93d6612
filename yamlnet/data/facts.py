"""What only the data knows: reading it for a plan, and filling the plan in.

Importing this module reads no rows and imports nothing heavy.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from yamlnet.diagnostics.diagnostic import BlueprintError, DataError, Diagnostic
from yamlnet.resolver.plan import Plan
from yamlnet.resolver.resolve import resolve
from yamlnet.schema.forms import Blueprint
from yamlnet.syntax.tree import Tree

if TYPE_CHECKING:
    from yamlnet.data.dataset import Dataset


def with_data(
    blueprint: Blueprint, plan: Plan, folder: Path, tree: Tree | None = None
) -> tuple[Plan, Dataset]:
    """The data of a blueprint, and the plan with its facts, and with what needs them filled in.

    Args:
        blueprint: what is resolved again once the facts are known.
        plan: what it was resolved to without them.
        folder: what the paths of its data are relative to.
        tree: as `resolve` takes it.

    Raises:
        BlueprintError: the data cannot be read, or there is none.
    """
    from yamlnet.data.batches import steps_per_epoch
    from yamlnet.data.dataset import load

    if plan.data is None:
        message = "the data knows this, and the blueprint has no data section: add one, or write the value"
        raise BlueprintError([Diagnostic("missing-data", message, path) for path in plan.unknown])
    try:
        dataset = load(plan.data, folder, plan.seed, input_shapes(plan))
    except DataError as error:
        raise BlueprintError([Diagnostic(error.check, _with_hint(error), error.path, "value")]) from error
    steps = plan.train.steps if plan.train else None
    per_epoch = steps_per_epoch(dataset.train.rows, plan.data.batch_size)
    steps = steps or per_epoch * ((plan.train.epochs if plan.train else None) or 1)
    facts = {"steps": steps, "data": dataset.facts}
    return replace(resolve(blueprint, facts, tree=tree) if plan.unknown else plan, facts=facts), dataset


def input_shapes(plan: Plan) -> dict[str, tuple[int | None, ...]]:
    """The shape of each input that states one, without the batch axis."""
    return {given.name: given.shape for given in plan.models["model"].inputs if given.shape is not None}


def _with_hint(error: DataError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)
