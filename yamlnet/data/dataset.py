"""A blueprint's data, ready for training: sources read, split, fitted on the training rows, made tensors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.data.batches import Split
from yamlnet.data.in_order import is_one_text, parts_in_order, text_in_order
from yamlnet.data.media.columns import without_broken
from yamlnet.data.sources import read_source
from yamlnet.data.splits import split_rows
from yamlnet.data.table import Array, Table
from yamlnet.data.tensors import Fitted, Shape, fit_tensor, make_tensors
from yamlnet.data.windows import reach
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan

Facts = dict[str, Any]

AT_ONCE = 4096
"""Rows that are hashed at a time."""


class Dataset(Struct, frozen=True):
    """Everything that training needs of the data.

    Attributes:
        train, validation, test: tensors by input and output name; None where there is no such part.
        facts: what `${data.…}` reads: by tensor name, and `train.rows`.
        fitted: what the transforms learnt, by tensor name, JSON-able: kept with the run.
        skipped: by part, what was wrong with each row that was left out (`on_error: skip`).
        digest: SHA-256 of all tensors, in hexadecimal: two runs with the same one saw the same data.
    """

    train: Split
    validation: Split | None
    test: Split | None
    facts: Facts
    fitted: dict[str, Fitted]
    digest: str
    skipped: Mapping[str, tuple[str, ...]] = {}


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
    tensors = {**plan.inputs, **plan.targets}
    skipped = _skip_broken(plan, tables) if plan.on_error == "skip" else {}
    fitting = {name: fit_tensor(tensor, tables["train"]) for name, tensor in tensors.items()}
    states = dict(fitted) if fitted is not None else {name: one.states for name, one in fitting.items()}
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
        skipped=skipped,
    )


def transform_rows(
    table: Table, plan: DataPlan, fitted: Mapping[str, Fitted], inputs: Mapping[str, Shape]
) -> dict[str, Array]:
    """Input tensors from raw rows, by what training learnt; targets are not needed.

    Raises:
        DataError: a column is missing, or holds what training never saw.
    """
    return make_tensors(plan.inputs, table, fitted, inputs, every_row=True)[0]


def _skip_broken(plan: DataPlan, tables: dict[str, Table]) -> dict[str, tuple[str, ...]]:
    """Leave out the rows whose files cannot be decoded, in every part; what is wrong with each of them."""
    tensors, skipped = [*plan.inputs.values(), *plan.targets.values()], {}
    for part, table in tables.items():
        tables[part], broken = without_broken(tensors, table)
        if broken and reach(tensors) is not None:
            message = f"{broken[0]}; windows take rows one after another, so none can be left out"
            raise DataError(message, path=(*plan.path, "on_error"), check="broken-file")
        if broken:
            skipped[part] = broken
    return skipped


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
    tables = _divided(plan, rows, fractions, seed) if fractions else {"train": rows}
    for part in ("validation", "test"):
        if isinstance(source := getattr(plan, part), SourcePlan):
            tables[part] = read_source(source, root)
    for part, table in tables.items():
        if table.rows == 0:
            message = f"the {part} part of {rows.rows} rows is empty; give it a larger fraction, or more rows"
            raise DataError(message, path=(*plan.path, part), check="empty-split")
    return tables


def _divided(plan: DataPlan, rows: Table, fractions: Mapping[str, float], seed: int) -> dict[str, Table]:
    """The parts of the training rows: by their content, or where windows are taken in their order."""
    asked = reach([*plan.inputs.values(), *plan.targets.values()])
    if asked is not None and is_one_text(rows):
        return text_in_order(rows, fractions)
    validation, test = (fractions.get(part, 0.0) for part in ("validation", "test"))
    if asked is None:
        parts = split_rows(rows, validation, test, seed)
    else:
        series = rows.column(asked.by, (*plan.path, "inputs")) if asked.by is not None else None
        parts = parts_in_order(rows, validation, test, series)
    return {part: rows.take(getattr(parts, part)) for part in ("train", *fractions)}


def _split(plan: DataPlan, table: Table, states: Mapping[str, Fitted], inputs: Mapping[str, Shape]) -> Split:
    made, rows = make_tensors({**plan.inputs, **plan.targets}, table, states, inputs)
    return Split(
        {name: made[name] for name in plan.inputs}, {name: made[name] for name in plan.targets}, rows
    )


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
            for start in range(0, len(values), AT_ONCE):  # windows are views, which whole would be copied
                digest.update(np.ascontiguousarray(values[start : start + AT_ONCE]).data)
    return digest.hexdigest()
