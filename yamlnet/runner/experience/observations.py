"""Observations as rows: an agent's model is exported and asked with them, as others are with their data's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec.structs import replace

from yamlnet.data.dataset import Dataset, from_parts
from yamlnet.data.facts import input_shapes, refuse_facts
from yamlnet.data.table import Array, Table
from yamlnet.resolver.plan import DataPlan, Plan, SourcePlan, TensorPlan
from yamlnet.resolver.resolve import resolve
from yamlnet.runner.experience.collecting import Seen
from yamlnet.runner.experience.copies import Copies
from yamlnet.runner.experience.experience import observed, telling_of
from yamlnet.runner.experience.fitting import require_fit
from yamlnet.runner.experience.world import World, find_world
from yamlnet.schema.forms import Blueprint
from yamlnet.syntax.tree import Tree

RECORDED = "observation"
"""What `yamlnet play` calls observations."""
ROWS = 64
"""Observations that are looked at."""
MOST_STATES = 4096
"""States that are numbers are all of them rows, up to so many."""


def with_environment(blueprint: Blueprint, tree: Tree, plan: Plan) -> tuple[Plan, Dataset]:
    """What is seen in a blueprint's environment as a data set, and the plan with its steps filled in.

    Raises:
        BlueprintError: there is no such environment, or the models do not fit to it.
    """
    refuse_facts(plan)
    require_fit(plan, find_world(plan.objective))
    assert plan.train is not None, "train() looked"
    steps = plan.train.steps or telling_of(plan).steps_per_epoch * (plan.train.epochs or 1)
    facts = {"steps": steps, "data": {}}
    known = replace(resolve(blueprint, facts, tree=tree) if plan.unknown else plan, facts=facts)
    return known, observations(known)


def observations(plan: Plan) -> Dataset:
    """Observations of an agent that acts at random, or all states where they are counted."""
    seen, world = observed(plan), find_world(plan.objective)
    rows = _states(world, seen) if 0 < world.states <= MOST_STATES else _met(world, seen, plan.seed)
    data = with_rows(plan).data
    assert data is not None, "with_rows gives one"
    return from_parts(data, {"train": Table({seen.name: rows}, world.id)}, Path(), input_shapes(plan))


def with_rows(plan: Plan) -> Plan:
    """The plan of an agent as if observations came from a file, in a column of the input's name."""
    if not plan.objective.acts:
        return plan
    name = observed(plan).name
    tensor = TensorPlan(name, (name,), (), ("model", "inputs", name))
    source = SourcePlan("Npz", {}, plan.objective.path)
    data = DataPlan(source, None, None, {name: tensor}, {}, batch_size=ROWS, shuffle=False)
    return replace(plan, data=data)


def as_observations(table: Table, plan: Plan) -> Table:
    """A table with the column that an agent's model reads.

    Where it has none of that name, `observation` is it, as `yamlnet play` writes it, or all columns in order.
    """
    name, shape = (observed(plan).name, plan.fed[0].shape or ()) if plan.objective.acts else ("", ())
    columns = table.columns
    if not name or name in columns:
        return table
    if RECORDED in columns:
        return Table({name: columns[RECORDED]}, table.source)
    if shape == (len(columns),):
        return Table({name: np.stack(list(columns.values()), axis=-1)}, table.source)
    return table


def _states(world: World, seen: Seen) -> Array:
    return np.arange(world.states).astype(seen.dtype)


def _met(world: World, seen: Seen, seed: int) -> Array:
    copies, numbers, found = Copies(world, 4, seed), np.random.default_rng(seed), []
    for _ in range(ROWS // len(copies)):
        found.append(copies.seen)
        copies.step(world.actions.by_chance(len(copies), numbers))
    copies.close()
    return np.concatenate(found).astype(seen.dtype)
