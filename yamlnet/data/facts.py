"""What only the data knows: reading it for a plan that waits for it, and filling the plan in.

Importing this module reads no rows and imports nothing heavy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import BlueprintError, DataError, Diagnostic, KeyPath
from yamlnet.resolver.plan import Plan
from yamlnet.resolver.resolve import resolve
from yamlnet.schema.forms import Blueprint
from yamlnet.syntax.tree import Tree

if TYPE_CHECKING:
    from yamlnet.data.dataset import Dataset


def with_data(blueprint: Blueprint, tree: Tree, plan: Plan, folder: Path) -> tuple[Plan, Dataset]:
    """The data of a blueprint, and the plan with its facts, and with what needs them filled in.

    Args:
        blueprint: what is resolved again once the facts are known.
        tree: the document that it is written in.
        plan: what it was resolved to without them.
        folder: what the paths of its data are relative to.

    Raises:
        BlueprintError: the data cannot be read, or there is none.
    """
    from yamlnet.data.batches import steps_per_epoch
    from yamlnet.data.dataset import load

    refuse_facts(plan)
    assert plan.data is not None, "there are facts to be known, or there is training"
    try:
        dataset = load(plan.data, folder, plan.seed, input_shapes(plan))
    except DataError as error:
        raise BlueprintError([Diagnostic(error.check, _with_hint(error), error.path, "value")]) from error
    steps = plan.train.steps if plan.train else None
    per_epoch = steps_per_epoch(dataset.train.rows, plan.data.batch_size)
    steps = steps or per_epoch * ((plan.train.epochs if plan.train else None) or 1)
    facts = {"steps": steps, "data": dataset.facts}
    return replace(resolve(blueprint, facts, tree=tree) if plan.unknown else plan, facts=facts), dataset


def refuse_facts(plan: Plan) -> None:
    """Refuse facts that only data knows, where there is none.

    Raises:
        BlueprintError: at each of them.
    """
    if plan.data is None and (paths := graph_facts(plan)):
        message = "the data knows this, and the blueprint has no data section: add one, or write the value"
        raise BlueprintError([Diagnostic("missing-data", message, path) for path in paths])


def graph_facts(plan: Plan) -> list[KeyPath]:
    """Where the models wait for the data."""
    return [path for path in plan.unknown if path[0] != "train"]


def input_shapes(plan: Plan) -> dict[str, tuple[int | None, ...]]:
    """The shape of each input that rows feed and that states one, without the batch axis.

    None is an axis that the data tells.
    """
    stated = {given.name: given.shape for given in plan.fed if isinstance(given.shape, tuple)}
    return {name: tuple(map(_axis, shape)) for name, shape in stated.items()}


def _axis(written: object) -> int | None:
    return written if isinstance(written, int) else None


def _with_hint(error: DataError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)
