"""A blueprint's data, ready for training: sources read, split, fitted on the training rows, made tensors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.data.batches import Split
from yamlnet.data.fitting import fit_tensors, told_by
from yamlnet.data.sources import read_source
from yamlnet.data.splits import split_rows
from yamlnet.data.table import Array, Table
from yamlnet.data.tensors import Fitted, Shape, make_tensor
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, TensorPlan

Facts = dict[str, Any]


class Dataset(Struct, frozen=True):
    """Everything that training needs of the data.

    Attributes:
        train, validation, test: tensors by input and output name; None where there is no such part.
        facts: what `${data.…}` reads: by tensor name, and `train.rows`.
        fitted: what the transforms learnt, by tensor name, JSON-able: kept with the run.
        digest: SHA-256 of all tensors, in hexadecimal: two runs with the same one saw the same data.
    """

    train: Split
    validation: Split | None
    test: Split | None
    facts: Facts
    fitted: dict[str, Fitted]
    digest: str


def load(
    plan: DataPlan,
    root: Path,
    seed: int,
    inputs: Mapping[str, Shape],
    fitted: Mapping[str, Fitted] | None = None,
) -> Dataset:
    """Read, split, fit and transform.

    Args:
        plan: the filled-in data section.
        root: the folder that paths are relative to.
        seed: decides the split together with the rows' content.
        inputs: the shapes that the model's inputs take, without the batch axis.
        fitted: what an earlier run learnt; fitted anew from the training rows when None.

    Raises:
        DataError: at the place in the blueprint that asked for what is missing or does not fit.
    """
    tables = _tables(plan, root, seed)
    fitting = fit_tensors(plan, tables["train"], root) if fitted is None else told_by(plan, fitted)
    states = {name: one.states for name, one in fitting.items()}
    splits = {part: _split(plan, table, states, inputs) for part, table in tables.items()}
    facts: Facts = {name: {**_facts(splits["train"], name), **one.facts} for name, one in fitting.items()}
    facts["train"] = {"rows": splits["train"].rows}
    return Dataset(
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits.get("test"),
        facts=facts,
        fitted=states,
        digest=_digest(splits),
    )


def transform_rows(
    table: Table, plan: DataPlan, fitted: Mapping[str, Fitted], inputs: Mapping[str, Shape]
) -> dict[str, Array]:
    """Input tensors from raw rows, by what training learnt; targets are not needed.

    Raises:
        DataError: a column is missing, or holds what training never saw.
    """
    return {
        name: make_tensor(tensor, table, fitted[name], inputs.get(name))
        for name, tensor in plan.inputs.items()
    }


def _tables(plan: DataPlan, root: Path, seed: int) -> dict[str, Table]:
    """The rows of each part that there is."""
    rows = read_source(plan.train, root)
    fractions = {
        part: value
        for part, value in (("validation", plan.validation), ("test", plan.test))
        if isinstance(value, float)
    }
    if sum(fractions.values()) >= 1:
        message = (
            f"validation and test take {sum(fractions.values()):g} of the rows, which leaves none to train on"
        )
        raise DataError(message, path=(*plan.path, "test"), check="empty-split")
    parts = split_rows(rows, fractions.get("validation", 0.0), fractions.get("test", 0.0), seed)
    tables = {"train": rows.take(parts.train) if fractions else rows}
    for part, indices in (("validation", parts.validation), ("test", parts.test)):
        source = getattr(plan, part)
        if isinstance(source, SourcePlan):
            tables[part] = read_source(source, root)
        elif part in fractions:
            tables[part] = rows.take(indices)
    for part, table in tables.items():
        if table.rows == 0:
            message = f"the {part} part of {rows.rows} rows is empty; give it a larger fraction, or more rows"
            raise DataError(message, path=(*plan.path, part), check="empty-split")
    return tables


def _split(plan: DataPlan, table: Table, states: Mapping[str, Fitted], inputs: Mapping[str, Shape]) -> Split:
    def made(tensors: Mapping[str, TensorPlan], shapes: Mapping[str, Shape]) -> dict[str, Array]:
        return {
            name: make_tensor(tensor, table, states[name], shapes.get(name))
            for name, tensor in tensors.items()
        }

    return Split(made(plan.inputs, inputs), made(plan.targets, {}), table.rows)


def _facts(train: Split, name: str) -> dict[str, object]:
    """What every tensor tells: its shape, its range, and its classes where it holds whole numbers."""
    values = train.inputs[name] if name in train.inputs else train.targets[name]
    facts: dict[str, object] = {"shape": list(values.shape[1:]), "rows": train.rows}
    if values.size:
        facts |= {"min": values.min().item(), "max": values.max().item()}
    if values.dtype.kind in "iu" and values.size and values.min() >= 0:
        facts["classes"] = int(values.max()) + 1
    return facts


def _digest(splits: Mapping[str, Split]) -> str:
    digest = hashlib.sha256()
    for part, split in splits.items():
        for name, values in (*split.inputs.items(), *split.targets.items()):
            digest.update(f"{part}/{name}/{values.dtype}/{values.shape}".encode())
            digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()
