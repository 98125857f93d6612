"""What a column to be told asks of a first blueprint: its loss, its metrics, its output, its split."""

from __future__ import annotations

import json
import math
import re
from typing import Literal

import numpy as np
from msgspec import Struct

from yamlnet.data.parts.splits import TEST, TRAIN, Shares
from yamlnet.data.report.described import Column, as_text
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import SplitPlan
from yamlnet.resolver.yaml_text import inline
from yamlnet.schema.words import name_mistake, shortened
from yamlnet.syntax.parse import parse

MOST_CLASSES, FEW_VALUES, ROWS_EACH = 1000, 20, 10
"""Texts have up to so many classes; whole numbers with so few values, each in so many rows, are classes."""

LEAST_ROWS = 4
"""A class with fewer has no share in a part of 15 %."""


class Answer(Struct, frozen=True):
    """The lines of a blueprint that follow from the target."""

    column: str
    name: str
    layer: str
    words: str
    loss: str
    metrics: str
    split_lines: list[str]
    baseline: str


class Target(Struct, frozen=True):
    """A column to be told: two values, classes, or a number."""

    column: Column
    kind: Literal["binary", "classes", "number"]
    split: SplitPlan

    def answer(self, table: Table, codes: Array) -> Answer:
        """The lines, and what the simplest answer scores on the test rows."""
        values = table.columns[self.column.name]
        made = {"binary": _binary, "classes": _classes, "number": _number}[self.kind]
        return made(self, values[codes == TRAIN], values[codes == TEST])

    @property
    def name(self) -> str:
        """The column's name as that of a tensor."""
        plain = re.sub(r"[^a-z0-9_]+", "_", self.column.name.lower()).strip("_")
        taken = plain in ("numbers", "categories", "units") or name_mistake(plain, "tensor") is not None
        taken = taken or written(plain) != plain
        return shortened(f"target_{plain}".rstrip("_")) if taken else plain

    @property
    def split_lines(self) -> list[str]:
        """Classes keep their shares in every part."""
        if self.kind == "number":
            return []
        return [
            f"  split: {{stratify: {written(self.column.name)}}}  # each part has its share of every class"
        ]

    def words(self, **more: object) -> str:
        """The tensor's entry under `targets`."""
        entry = "".join(f", {word}: {inline(value)}" for word, value in more.items())
        return f"{{column: {written(self.column.name)}{entry}}}"


def written(name: str) -> str:
    """A column's name as a blueprint's value: a text, in which no expression begins."""
    text = inline(name.replace("${", "$${"))
    plain = parse(f"a: [{text}]", "").warnings
    return json.dumps(name.replace("${", "$${"), ensure_ascii=False) if plain else text


def answer_for(column: Column, table: Table, shares: Shares) -> Target:
    """What kind of target a column is.

    Raises:
        DataError: it has gaps, it never varies, or it cannot be told by a network with one output.
    """
    values = table.columns[column.name]
    if column.missing:
        message = f'row {column.first_missing} of the target "{column.name}" holds no value'
        more = f", and {column.missing - 1} more" if column.missing > 1 else ""
        raise DataError(f"{message}{more}; leave such rows out", check="missing-value")
    if column.distinct is None or column.dtype in ("bytes", "file", "list"):
        raise DataError(f'the rows of the target "{column.name}" are no single values', check="column")
    if column.distinct == 1:
        raise DataError(f'every row of the target "{column.name}" holds the same', check="column")
    if not _is_class(column, values):
        if column.is_number:
            return Target(column, "number", SplitPlan())
        message = (
            f'the target "{column.name}" has {column.distinct:,} different texts in {column.rows:,} rows'
        )
        raise DataError(f"{message}, too many for classes", check="column")
    _require_rows(column, values)
    kind: Literal["binary", "classes"] = "binary" if column.distinct == 2 else "classes"
    return Target(column, kind, SplitPlan("stratify", column.name))


def _is_class(column: Column, values: Array) -> bool:
    distinct = column.distinct or 0
    if distinct == 2 or values.dtype.kind == "b":
        return True
    if not column.is_number:
        return distinct <= min(MOST_CLASSES, column.rows // LEAST_ROWS)
    whole = values.dtype.kind in "iu" or bool((values == np.floor(values)).all())
    return whole and distinct <= FEW_VALUES and distinct * ROWS_EACH <= column.rows


def _require_rows(column: Column, values: Array) -> None:
    names, counts = np.unique(values.astype(str) if values.dtype.kind == "O" else values, return_counts=True)
    if counts.min() < LEAST_ROWS:
        name, count = as_text(names[counts.argmin()].item()), counts.min()
        message = f'class "{name}" of the target "{column.name}" has {count} row{"s" if count > 1 else ""}'
        raise DataError(
            f"{message}, too few to learn and to measure; leave it out, or join classes", check="split"
        )


def _share(train: Array, test: Array) -> str:
    """How often the most common class of the training rows is right."""
    names, counts = np.unique(train.astype(str) if train.dtype.kind == "O" else train, return_counts=True)
    common = names[counts.argmax()]
    right = float((test.astype(names.dtype) == common).mean())
    return f'to beat: always "{as_text(common.item())}" is right in {right:.1%} of the test rows'


def _binary(target: Target, train: Array, test: Array) -> Answer:
    ready = train.dtype.kind in "biuf" and set(np.unique(train).tolist()) == {0, 1}
    encode = {} if ready else {"encode": "index"}
    return Answer(
        column=target.column.name,
        name=target.name,
        layer=f"Dense: {{units: 1, activation: sigmoid, as: {target.name}}}  # the second one's chance",
        words=target.words(**encode),
        loss="binary_crossentropy",
        metrics="[binary_accuracy, AUC]",
        split_lines=target.split_lines,
        baseline=_share(train, test),
    )


def _classes(target: Target, train: Array, test: Array) -> Answer:
    units = f'"${{data.{target.name}.classes}}"'
    return Answer(
        column=target.column.name,
        name=target.name,
        layer=f"Dense: {{units: {units}, as: {target.name}}}  # a number for each class",
        words=target.words(encode="index"),
        loss="{SparseCategoricalCrossentropy: {from_logits: true}}",
        metrics="[accuracy]",
        split_lines=target.split_lines,
        baseline=_share(train, test),
    )


def _number(target: Target, train: Array, test: Array) -> Answer:
    """Scaled by a power of ten to a deviation near 1, and begun at the mean of the training rows."""
    numbers = train.astype(np.float64)
    power = -round(math.log10(float(numbers.std()) or 1.0))
    scale = 10.0**power
    start = f"{float(numbers.mean()) * scale:.3g}"
    error = float(np.abs(test.astype(np.float64) - numbers.mean()).mean())
    arguments = f"units: 1, bias_initializer: {{Constant: {start}}}, as: {target.name}"
    told = f"{error:,.0f}" if error >= 1000 else f"{error:.4g}"
    learnt = f" ({error * scale:.4g} while training, in units of {10.0**-power:,.10g})" if power else ""
    return Answer(
        column=target.column.name,
        name=target.name,
        layer=f"Dense: {{{arguments}}}  # begins at the mean",
        words=target.words(scale=_scale(power)) + "  # so that the loss is near 1"
        if power
        else target.words(),
        loss="mean_squared_error",
        metrics="[mean_absolute_error, r2_score]",
        split_lines=[],
        baseline=f"to beat: always the mean is off by {told}{learnt}, r2_score 0",
    )


def _scale(power: int) -> float | int:
    return 10**power if power > 0 else float(f"1e{power}")
