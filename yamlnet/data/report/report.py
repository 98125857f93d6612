"""What the data of a blueprint knows: its parts, its columns, its tensors, its facts, what looks wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from yamlnet.data.dataset import Dataset, from_parts
from yamlnet.data.facts import input_shapes
from yamlnet.data.parts.reading import all_rows, read_parts
from yamlnet.data.parts.splits import Shares, fold_sizes
from yamlnet.data.report.described import SHOWN, Column, Describing
from yamlnet.data.report.findings import Finding, findings, listed
from yamlnet.data.report.tensors import Looking, Tensor, Told
from yamlnet.data.rows import Rows
from yamlnet.data.streams.stream import Stream
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, Plan

ROOM = 64 << 20
"""Bytes of decoded files that are held; of more, tensors are made a piece at a time."""

MOST_DISTINCT = 100_000
"""Of rows that are streamed, so many distinct values of a column are counted."""

Step = Callable[[str, float], None]
"""Is told what is looked at next, and which share of the work is done."""


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
    first = next(parts["train"].chunks()).between(0, SHOWN)
    columns = _columns(parts, list(first.columns), step)
    step("making tensors", 0.5)
    shapes = input_shapes(plan) if "model" in plan.models else {}
    looking = Looking(plan, data)
    dataset, error = _dataset(data, parts, root, shapes, looking)
    told = looking.told(dataset.facts, first) if dataset is not None else Told([], {})
    step("looking for what is wrong", 0.8)
    facts = _flat(dataset.facts) if dataset is not None else {}
    found = [*_estimated(columns, facts), *findings(plan, parts, columns, told)]
    rows = {part: found.rows for part, found in parts.items()}
    folds = _folds(data, root, plan.seed)
    return Report(plan.name, rows, folds, columns, told.tensors, facts, found), error


def _columns(parts: Mapping[str, Rows], names: Sequence[str], step: Step) -> list[Column]:
    """What the columns hold, in one pass over all rows."""
    streamed = any(isinstance(rows, Stream) for rows in parts.values())
    looking = [Describing(name, MOST_DISTINCT if streamed else None) for name in names]
    done, every = 0.0, sum(rows.rows for rows in parts.values()) * len(names)
    for part, rows in parts.items():
        for table in rows.chunks():
            for column in looking:
                step(f"column {column.name}", 0.2 + 0.3 * done / every)
                column.look_at(part, table)
                done += table.rows
    return [column.column() for column in looking]


def _estimated(columns: Sequence[Column], facts: Mapping[str, Any]) -> list[Finding]:
    """What is not told exactly, of rows that memory does not hold."""
    found = []
    names = [column.name for column in columns if column.at_least]
    if names:
        message = (
            f"{listed(names)}: more than {MOST_DISTINCT:,} distinct values, which are not counted further"
        )
        found.append(Finding("streamed", "distinct", message))
    for name, value in facts.items():
        if name.endswith(".sampled"):
            about = name.removeprefix("data.").removesuffix(".sampled")
            rows = max(value) if isinstance(value, list) else value  # one for each column
            message = f'the quantiles of "{about}" are those of {rows:,} rows, drawn at random'
            found.append(Finding("streamed", about, message))
    return found


def _dataset(
    data: DataPlan,
    parts: Mapping[str, Rows],
    root: Path,
    shapes: Mapping[str, tuple[int | None, ...]],
    looking: Looking,
) -> tuple[Dataset | None, DataError | None]:
    try:
        return from_parts(data, parts, root, shapes, room=ROOM, look=looking.look_at), None
    except DataError as error:
        return None, error


def _folds(data: DataPlan, root: Path, seed: int) -> list[int] | None:
    """How many rows each fold is validated on."""
    if data.folds is None or data.fold is not None:
        return None
    test = data.test if isinstance(data.test, float) else 0.0
    return fold_sizes(all_rows(data, root), data.split, Shares(test=test, folds=data.folds), seed)


def _flat(facts: Mapping[str, Any], prefix: str = "data") -> dict[str, Any]:
    """Facts by what is written between `${` and `}`."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}.{name}")
        else:
            found[f"{prefix}.{name}"] = value
    return found
