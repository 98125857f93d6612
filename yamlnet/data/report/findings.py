"""What looks wrong in the rows themselves: told by `yamlnet data`, for a person to look at.

None of it refuses a blueprint: a constant column may vary tomorrow. What training cannot do is an error where
it is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from yamlnet.checks.tracing import layer_of, readers
from yamlnet.data.dataset import Dataset
from yamlnet.data.parts.row_numbers import row_numbers
from yamlnet.data.report.class_counts import are_classes, class_counts
from yamlnet.data.report.described import Column, tells
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


def findings(
    plan: Plan, tables: Mapping[str, Table], columns: Sequence[Column], dataset: Dataset | None
) -> list[Finding]:
    """Everything that looks wrong, by kind.

    Args:
        plan: with a data section.
        tables: the rows of each part.
        columns: what was found of every column.
        dataset: the tensors, where they could be made.
    """
    data = plan.data
    assert data is not None, "whoever calls this looked"
    by_name = {column.name: column for column in columns}
    return [
        *_columns(data, by_name),
        *_leaks(data, by_name, tables["train"]),
        *_duplicates(data, tables),
        *(_classes(plan, data, dataset, tables) if dataset is not None else ()),
        *(_scales(plan, dataset) if dataset is not None else ()),
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


def _leaks(data: DataPlan, columns: Mapping[str, Column], train: Table) -> Iterator[Finding]:
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


def _same(name: str, target: str, columns: Mapping[str, Column], train: Table) -> bool:
    one, other = columns.get(name), columns.get(target)
    if one is None or other is None:
        return False
    return tells(one, other, train.columns[name], train.columns[target])


def _duplicates(data: DataPlan, tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Rows of other parts whose inputs some training row has too."""
    wanted = {column for tensor in data.inputs.values() for column in tensor.columns}
    if not all(wanted <= set(table.columns) for table in tables.values()):
        return
    numbers = {
        part: row_numbers(Table({name: table.columns[name] for name in wanted}, table.source), 0)
        for part, table in tables.items()
    }
    rows = reversed(list(enumerate(numbers["train"].tolist())))
    first = {number: tables["train"].number(row) for row, number in rows}
    for part, table in tables.items():
        there = [(row, number) for row, number in enumerate(numbers[part].tolist()) if number in first]
        if part != "train" and there:
            named = [f"{table.number(row)} as {first[number]}" for row, number in there[:NAMED]]
            more = f", and {len(there) - NAMED} more" if len(there) > NAMED else ""
            message = f"{len(there)} of {table.rows} {part} rows have the inputs of a training row"
            yield Finding("duplicates", part, f"{message} (row {', '.join(named)}{more})")


def _classes(plan: Plan, data: DataPlan, dataset: Dataset, tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Classes that a part lacks, that one row has, or that are very unequal."""
    for name in data.targets:
        parts = {part: getattr(dataset, part).targets[name] for part in tables}
        counts = class_counts(parts, dataset.facts[name]) if are_classes(plan, name) else None
        if counts is None:
            continue
        for part in tables:
            absent = [label for label, found in counts.items() if not found[part]]
            if absent:
                yield Finding("class-missing", name, f'"{name}" has no {part} row of {_listed(absent)}')
        sizes = {label: sum(found.values()) for label, found in counts.items()}
        single = [label for label, size in sizes.items() if size == 1]
        if single:
            yield Finding("class-of-one", name, f'"{name}" has one row alone of {_listed(single)}')
        least, most = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
        if sizes[most] >= UNBALANCED * sizes[least]:
            message = f'"{name}" has {sizes[most]} rows of "{most}" and {sizes[least]} of "{least}"'
            yield Finding("unbalanced", name, f"{message}; accuracy says little, and class_weight may help")


def _listed(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return ", ".join(f'"{label}"' for label in labels[:NAMED]) + more


def _scales(plan: Plan, dataset: Dataset) -> Iterator[Finding]:
    """Inputs whose numbers are far from 1, where no layer that reads them brings them there."""
    model = plan.models.get(plan.objective.feeds) or plan.models.get("model")
    reading = readers(model) if model is not None else {}
    for name, values in dataset.train.first().inputs.items():
        layers = [layer.name for node in reading.get(name, ()) if (layer := layer_of(node)) is not None]
        if any(layer in SCALES for layer in layers) or values.dtype.kind not in "iuf" or not values.size:
            continue
        for what, found in _features(name, values):
            if np.abs(found).max() > FAR:
                message = (
                    f"{what} goes from {found.min():.4g} to {found.max():.4g}; write normalize: standard"
                )
                yield Finding("scale", name, message)
                break
            if 0 < np.ptp(found) < NARROW:
                message = f"{what} goes from {found.min():.4g} to {found.max():.4g}, which hardly differ"
                yield Finding("scale", name, f"{message}; write normalize: standard")
                break


def _features(name: str, values: Array) -> Iterator[tuple[str, Array]]:
    """The values of an input, feature by feature where its rows are vectors."""
    if values.ndim != 2:
        yield f'the input "{name}"', values
        return
    for index in range(values.shape[1]):
        yield (
            (f'feature {index} of the input "{name}"' if values.shape[1] > 1 else f'the input "{name}"'),
            values[:, index],
        )
