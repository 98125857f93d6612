"""What looks wrong in the rows themselves: told by `yamlnet data`, for a person to look at.

None of it refuses a blueprint: a constant column may vary tomorrow. What training cannot do is an error where
it is done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from yamlnet.checks.tracing import layer_of, readers
from yamlnet.data.parts.row_numbers import row_numbers
from yamlnet.data.report.described import Column, tells
from yamlnet.data.report.tensors import Range, Told
from yamlnet.data.rows import Rows
from yamlnet.data.table import Array, Table
from yamlnet.resolver.plan import DataPlan, Plan

NAMED = 5
"""So many rows or classes are named; the rest are counted."""

UNBALANCED = 20
"""How many times the rows of the smallest class the largest has, before it is told."""

FAR, NARROW = 20.0, 0.01
"""Beyond the first an input's values are far from 1, within the second they hardly differ."""

SCALES = ("Embedding", "Normalization", "Rescaling", "BatchNormalization", "LayerNormalization")
"""Layers that take numbers of any size."""


class Finding(Struct, frozen=True):
    """One thing that looks wrong: its kind, the column or tensor it is about, and a sentence."""

    kind: str
    about: str
    message: str


def findings(plan: Plan, parts: Mapping[str, Rows], columns: Sequence[Column], told: Told) -> list[Finding]:
    """Everything that looks wrong, by kind.

    Args:
        plan: with a data section.
        parts: the rows of each part.
        columns: what was found of every column.
        told: what was found of the tensors; none where they could not be made.
    """
    data = plan.data
    assert data is not None, "whoever calls this looked"
    by_name = {column.name: column for column in columns}
    return [
        *_columns(data, by_name),
        *_leaks(data, by_name, parts["train"]),
        *_duplicates(data, parts),
        *_classes(told, list(parts)),
        *_scales(plan, told),
    ]


def _columns(data: DataPlan, columns: Mapping[str, Column]) -> Iterator[Finding]:
    """Constant columns, and missing values that nothing stands for."""
    for tensor in (*data.inputs.values(), *data.targets.values()):
        settled = any(word == "missing" and argument != "error" for word, argument in tensor.transforms)
        for name in tensor.columns:
            column = columns.get(name)
            if column is None:
                continue
            if column.distinct == 1 or (column.least is not None and column.least == column.most):
                yield Finding(
                    "constant", name, f'every row of "{name}" holds {column.examples[0]}: it tells nothing'
                )
            if column.missing and not settled:
                share = f"{column.missing} of {column.rows} rows"
                message = (
                    f'{share} of "{name}" hold no value, row {column.first_missing} first; write missing: …'
                )
                yield Finding("missing", name, message)


def _leaks(data: DataPlan, columns: Mapping[str, Column], train: Rows) -> Iterator[Finding]:
    """Targets among the inputs: the same column, or one that says the same in every row."""
    targets = {name: tensor for tensor in data.targets.values() for name in tensor.columns}
    for name in dict.fromkeys(column for tensor in data.inputs.values() for column in tensor.columns):
        if name in targets and {*targets[name].columns} != {name}:
            yield Finding(
                "leak", name, f'the input "{name}" is a column of the target "{targets[name].name}"'
            )
            continue
        for target in targets:
            if name == target and not _reads_itself(data, name):
                yield Finding("leak", name, f'the input "{name}" is the target')
            elif name != target and _same(name, target, columns, train):
                message = (
                    f'the input "{name}" tells the target "{target}" in every row: is it known beforehand?'
                )
                yield Finding("leak", name, message)


def _reads_itself(data: DataPlan, name: str) -> bool:
    """Whether inputs and targets are the same columns: an autoencoder tells what it reads."""
    inputs = {column for tensor in data.inputs.values() for column in tensor.columns}
    targets = {column for tensor in data.targets.values() for column in tensor.columns}
    return inputs == targets


def _same(name: str, target: str, columns: Mapping[str, Column], train: Rows) -> bool:
    one, other = columns.get(name), columns.get(target)
    if one is None or other is None:
        return False
    pieces = ((table.columns[name], table.columns[target]) for table in train.chunks([name, target]))
    return tells(one, other, pieces)


def _duplicates(data: DataPlan, parts: Mapping[str, Rows]) -> Iterator[Finding]:
    """Rows of other parts whose inputs some training row has too: 16 bytes a row of those parts are held."""
    wanted = {column for tensor in data.inputs.values() for column in tensor.columns}
    others = [part for part in parts if part != "train"]
    if not others or not all(wanted <= set(next(rows.chunks()).columns) for rows in parts.values()):
        return
    hashes = {part: [_hashed(table, wanted) for table in parts[part].chunks(wanted)] for part in others}
    numbers = {part: np.concatenate([one for one, _ in found]) for part, found in hashes.items()}
    rows = {part: np.concatenate([one for _, one in found]) for part, found in hashes.items()}
    first = _first_rows(parts["train"], wanted, np.unique(np.concatenate(list(numbers.values()))))
    for part in others:
        there = np.flatnonzero(np.isin(numbers[part], list(first)))
        if len(there):
            named = [f"{rows[part][row]} as {first[float(numbers[part][row])]}" for row in there[:NAMED]]
            more = f", and {len(there) - NAMED} more" if len(there) > NAMED else ""
            message = f"{len(there)} of {parts[part].rows} {part} rows have the inputs of a training row"
            yield Finding("duplicates", part, f"{message} (row {', '.join(named)}{more})")


def _hashed(table: Table, wanted: Collection[str]) -> tuple[Array, Array]:
    """Each row's number in [0, 1) by some of its columns, and its number in the file."""
    numbers = row_numbers(Table({name: table.columns[name] for name in wanted}, table.source), 0)
    return numbers, table.places + 1


def _first_rows(train: Rows, wanted: Collection[str], asked: Array) -> dict[float, int]:
    """The first training row of each number that is asked for, where there is one."""
    found: dict[float, int] = {}
    for table in train.chunks(wanted):
        numbers, rows = _hashed(table, wanted)
        for row in np.flatnonzero(np.isin(numbers, asked)).tolist():
            found.setdefault(float(numbers[row]), int(rows[row]))
    return found


def _classes(told: Told, parts: Sequence[str]) -> Iterator[Finding]:
    """Classes that a part lacks, that one row has, or that are very unequal."""
    for tensor in told.tensors:
        name, counts = tensor.name, tensor.classes
        if tensor.role != "target" or counts is None:
            continue
        for part in parts:
            absent = [label for label, found in counts.items() if not found[part]]
            if absent:
                yield Finding("class-missing", name, f'"{name}" has no {part} row of {listed(absent)}')
        sizes = {label: sum(found.values()) for label, found in counts.items()}
        single = [label for label, size in sizes.items() if size == 1]
        if single:
            yield Finding("class-of-one", name, f'"{name}" has one row alone of {listed(single)}')
        least, most = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
        if sizes[most] >= UNBALANCED * sizes[least]:
            message = f'"{name}" has {sizes[most]} rows of "{most}" and {sizes[least]} of "{least}"'
            yield Finding("unbalanced", name, f"{message}; accuracy says little, and class_weight may help")


def listed(labels: Sequence[str]) -> str:
    """The first of them, and how many more."""
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return ", ".join(f'"{label}"' for label in labels[:NAMED]) + more


def _scales(plan: Plan, told: Told) -> Iterator[Finding]:
    """Inputs whose numbers are far from 1, where no layer that reads them brings them there."""
    model = plan.models.get(plan.objective.feeds) or plan.models.get("model")
    reading = readers(model) if model is not None else {}
    for tensor in told.tensors:
        layers = [
            layer.name for node in reading.get(tensor.name, ()) if (layer := layer_of(node)) is not None
        ]
        if tensor.role != "input" or tensor.dtype == "bool" or tensor.name not in told.ranges:
            continue
        if not any(layer in SCALES for layer in layers):
            yield from _scale(tensor.name, tensor.shape, told.ranges[tensor.name])


def _scale(name: str, shape: Sequence[int], found: Range) -> Iterator[Finding]:
    """The first feature of an input that is far from 1, if there is one."""
    for index, (low, high) in enumerate(zip(found.low.tolist(), found.high.tolist(), strict=True)):
        what = (
            f'feature {index} of the input "{name}"'
            if len(shape) == 1 and shape[0] > 1
            else f'the input "{name}"'
        )
        goes = f"{what} goes from {low:.4g} to {high:.4g}"
        if max(abs(low), abs(high)) > FAR:
            yield Finding("scale", name, f"{goes}; write normalize: standard")
            return
        if 0 < high - low < NARROW:
            yield Finding("scale", name, f"{goes}, which hardly differ; write normalize: standard")
            return
