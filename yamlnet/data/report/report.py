"""What the data of a blueprint knows: its parts, its columns, its tensors, its facts, what looks wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.data.batches import Split
from yamlnet.data.dataset import Dataset, from_parts
from yamlnet.data.facts import input_shapes
from yamlnet.data.parts.reading import read_parts
from yamlnet.data.parts.splits import VALIDATION, Shares, assign
from yamlnet.data.report.class_counts import are_classes, class_counts
from yamlnet.data.report.described import SHOWN, Column, describe, short
from yamlnet.data.report.findings import Finding, findings
from yamlnet.data.rows import Rows
from yamlnet.data.sources import read_source
from yamlnet.data.streams.stream import Stream
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, Plan, TensorPlan

Step = Callable[[str, float], None]
"""Is told what is looked at next, and which share of the work is done."""


class Example(Struct, frozen=True):
    """One row on its way: what its columns hold, and what the tensor holds."""

    raw: list[str]
    tensor: str


class Tensor(Struct, frozen=True):
    """What the model is given, or compared with.

    Attributes:
        name: as the model calls it.
        role: `input` or `target`.
        columns: what it is made from.
        words: its transforms as written.
        dtype: of the tensor.
        shape: of one row.
        least, mean, most: over the training rows.
        classes: of a target of classes: the rows of each, by part of the data.
        vocabulary_size: where it has one.
        examples: the first training rows.
    """

    name: str
    role: str
    columns: list[str]
    words: dict[str, Any]
    dtype: str
    shape: list[int]
    least: float | None
    mean: float | None
    most: float | None
    classes: dict[str, dict[str, int]] | None
    vocabulary_size: int | None
    examples: list[Example]


class Report(Struct, frozen=True):
    """All of it; JSON-able.

    Attributes:
        name: the blueprint's.
        rows: of each part.
        folds: the validation rows of each fold, where there are folds.
        columns: of the training source.
        tensors: none where they could not be made.
        facts: what expressions can read, by how it is written: `data.kind.classes`.
        warnings: what looks wrong.
    """

    name: str
    rows: dict[str, int]
    folds: list[int] | None
    columns: list[Column]
    tensors: list[Tensor]
    facts: dict[str, Any]
    warnings: list[Finding]


def report(plan: Plan, root: Path, step: Step) -> tuple[Report, DataError | None]:
    """Read the data, and look at it.

    Args:
        plan: with a data section.
        root: the folder that its paths are relative to.
        step: is told each step.

    Returns:
        The report, and what keeps its tensors from being made.

    Raises:
        DataError: the rows cannot be read or divided.
    """
    data = plan.data
    assert data is not None, "whoever calls this looked"
    step("reading rows", 0.0)
    parts = read_parts(data, root, plan.seed)
    tables = {part: next(rows.chunks()) for part, rows in parts.items()}  # of a stream, rows to look at
    columns, names = [], list(tables["train"].columns)
    for number, name in enumerate(names):
        step(f"column {name}", 0.2 + 0.3 * number / len(names))
        columns.append(describe(name, tables))
    step("making tensors", 0.5)
    shapes = input_shapes(plan) if "model" in plan.models else {}
    dataset, error = _dataset(data, tables, root, shapes)
    tensors = _tensors(plan, data, tables, dataset) if dataset is not None else []
    step("looking for what is wrong", 0.8)
    found = [*_looked_at(parts, tables), *findings(plan, tables, columns, dataset)]
    rows = {part: found.rows for part, found in parts.items()}
    facts = _flat(dataset.facts) if dataset is not None else {}
    return Report(plan.name, rows, _folds(data, root, plan.seed), columns, tensors, facts, found), error


def _looked_at(parts: Mapping[str, Rows], tables: Mapping[str, Table]) -> list[Finding]:
    """What is said of rows that memory does not hold."""
    if not any(isinstance(rows, Stream) for rows in parts.values()):
        return []
    looked = ", ".join(f"{table.rows:,} {part}" for part, table in tables.items())
    message = f"the rows are streamed: what is told of columns and tensors is of {looked} rows"
    return [Finding("streamed", "rows", message)]


def _dataset(
    data: DataPlan, tables: Mapping[str, Table], root: Path, shapes: Mapping[str, tuple[int | None, ...]]
) -> tuple[Dataset | None, DataError | None]:
    try:
        return from_parts(data, tables, root, shapes, held=True), None
    except DataError as error:
        return None, error


def _folds(data: DataPlan, root: Path, seed: int) -> list[int] | None:
    """How many rows each fold is validated on."""
    if data.folds is None or data.fold is not None:
        return None
    rows = read_source(data.train, root)
    test = data.test if isinstance(data.test, float) else 0.0
    shares = [Shares(test=test, folds=data.folds, fold=fold) for fold in range(1, data.folds + 1)]
    return [int((assign(rows, data.split, one, seed) == VALIDATION).sum()) for one in shares]


def _tensors(plan: Plan, data: DataPlan, tables: Mapping[str, Table], dataset: Dataset) -> list[Tensor]:
    splits = {part: getattr(dataset, part) for part in tables}
    return [
        *(_tensor(one, "input", tables, splits, dataset, False) for one in data.inputs.values()),
        *(
            _tensor(one, "target", tables, splits, dataset, are_classes(plan, name))
            for name, one in data.targets.items()
        ),
    ]


def _tensor(
    plan: TensorPlan,
    role: str,
    tables: Mapping[str, Table],
    splits: Mapping[str, Split],
    dataset: Dataset,
    counted: bool,
) -> Tensor:
    parts = {
        part: (split.inputs if role == "input" else split.targets)[plan.name]
        for part, split in splits.items()
    }
    values, facts = parts["train"], dataset.facts[plan.name]
    numbers = values.dtype.kind in "biuf" and values.size > 0
    return Tensor(
        name=plan.name,
        role=role,
        columns=list(plan.columns),
        words=dict(plan.transforms),
        dtype=str(values.dtype),
        shape=list(values.shape[1:]),
        least=float(values.min()) if numbers else None,
        mean=float(values.mean(dtype=np.float64)) if numbers else None,
        most=float(values.max()) if numbers else None,
        classes=class_counts(parts, facts) if counted else None,
        vocabulary_size=facts.get("vocabulary_size"),
        examples=_examples(plan, tables["train"], values),
    )


def _examples(plan: TensorPlan, table: Table, values: Array) -> list[Example]:
    columns = [table.columns[column] for column in plan.columns]
    return [
        Example([short(column[row]) for column in columns], short(values[row]))
        for row in range(min(SHOWN, len(values)))
    ]


def _flat(facts: Mapping[str, Any], prefix: str = "data") -> dict[str, Any]:
    """Facts by what is written between `${` and `}`."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}.{name}")
        else:
            found[f"{prefix}.{name}"] = value
    return found
