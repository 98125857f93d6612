"""What is told of the tensors: the range of their numbers, their classes, their first rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.data.batches import Split
from yamlnet.data.report.class_counts import ClassCounts, are_classes
from yamlnet.data.report.described import SHOWN, short
from yamlnet.data.survey import Facts
from yamlnet.data.table import Array, Table
from yamlnet.resolver.plan import DataPlan, Plan, TensorPlan
from yamlnet.schema.data_words import in_short


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


class Range(Struct, frozen=True):
    """The least and the largest numbers of an input's training rows, (features,), or of all of them, (1,)."""

    low: Array
    high: Array


class Told(Struct, frozen=True):
    """All tensors, and the range of each that holds numbers, by its name."""

    tensors: list[Tensor]
    ranges: dict[str, Range]


class Looking:
    """What is found of all tensors so far.

    Args:
        plan: for what the losses compare.
        data: its data section.
    """

    def __init__(self, plan: Plan, data: DataPlan) -> None:
        self.tensors = [
            *(_SoFar(one, "input", False) for one in data.inputs.values()),
            *(_SoFar(one, "target", are_classes(plan, name)) for name, one in data.targets.items()),
        ]

    def look_at(self, part: str, piece: Split) -> None:
        """More rows of one part."""
        for one in self.tensors:
            one.look_at(part, piece)

    def told(self, facts: Facts, table: Table) -> Told:
        """What was found.

        Args:
            facts: by tensor.
            table: the first training rows.
        """
        return Told(
            [one.tensor(table, facts[one.plan.name]) for one in self.tensors],
            {one.plan.name: Range(one.low, one.high) for one in self.tensors if one.numbers},
        )


class _SoFar:
    """What is found of one tensor so far."""

    def __init__(self, plan: TensorPlan, role: str, counted: bool) -> None:
        self.plan, self.role = plan, role
        self.classes = ClassCounts() if counted else None
        self.first: Array | None = None
        self.numbers, self.total = 0, 0.0
        self.low, self.high = np.array([np.inf]), np.array([-np.inf])

    def look_at(self, part: str, piece: Split) -> None:
        values = (piece.inputs if self.role == "input" else piece.targets)[self.plan.name]
        if self.classes is not None:
            self.classes.count_in(part, values)
        if part != "train":
            return
        if self.first is None:
            self.first = values[:SHOWN].copy()
        if values.dtype.kind in "biuf" and values.size:
            features = (0,) if values.ndim == 2 else None
            self.low = np.minimum(self.low, values.min(axis=features))
            self.high = np.maximum(self.high, values.max(axis=features))
            self.numbers += values.size
            self.total += float(values.sum(dtype=np.float64))

    def tensor(self, table: Table, facts: Mapping[str, Any]) -> Tensor:
        assert self.first is not None, "there are training rows"
        return Tensor(
            name=self.plan.name,
            role=self.role,
            columns=list(self.plan.columns),
            words={word: in_short(word, argument) for word, argument in self.plan.transforms},
            dtype=str(self.first.dtype),
            shape=list(self.first.shape[1:]),
            least=float(self.low.min()) if self.numbers else None,
            mean=self.total / self.numbers if self.numbers else None,
            most=float(self.high.max()) if self.numbers else None,
            classes=self.classes.counts(facts) if self.classes is not None else None,
            vocabulary_size=facts.get("vocabulary_size"),
            examples=self._examples(table, self.first),
        )

    def _examples(self, table: Table, values: Array) -> list[Example]:
        columns = [table.columns[column] for column in self.plan.columns]
        return [
            Example([short(column[row]) for column in columns], short(values[row]))
            for row in range(min(SHOWN, len(values), table.rows))
        ]
