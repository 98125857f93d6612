"""What part a column can play in a first blueprint: a number, a category, a date, a text, or none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from yamlnet.data.parts.split_columns import ANY_DATE, ISO
from yamlnet.data.report.described import Column, tells
from yamlnet.data.table import Array, Table

Kind = Literal["number", "category", "date", "text", "none"]

MOST_CATEGORIES = 50
"""A text with more different values is no category of a first blueprint."""

SEEN = 1000
"""Rows that are looked at to tell dates from other texts."""

ID_NAME = re.compile(r"(^|_| )(id|uuid|guid|index|key)$|^unnamed", re.IGNORECASE)


class Role(Struct, frozen=True):
    """What a column is, and why it is left out where it plays no part."""

    column: Column
    kind: Kind
    why: str = ""


def roles(table: Table, columns: Sequence[Column], target: str, train: Array) -> list[Role]:
    """The role of every column but the target.

    Args:
        table: all rows.
        columns: described, of the same rows.
        target: the column to tell.
        train: the training rows' indices: a category is one of theirs.
    """
    answer = next(column for column in columns if column.name == target)
    found = []
    for column in columns:
        if column.name == target:
            continue
        role = _role(column, table.columns[column.name], train)
        if role.kind != "none" and tells(
            column, answer, [(table.columns[column.name], table.columns[target])]
        ):
            role = Role(column, "none", f"it tells {target} in every row")
        found.append(role)
    return found


def _role(column: Column, values: Array, train: Array) -> Role:
    if column.shape or column.dtype in ("bytes", "file", "list"):
        return Role(column, "none", "its rows are no single values")
    if column.missing == column.rows:
        return Role(column, "none", "it is empty")
    if column.distinct == 1 and not column.missing:
        return Role(column, "none", "every row holds the same")
    if column.is_number:
        return _number(column, values)
    texts = [str(value) for value in values[:SEEN] if value]
    if all(ISO.match(text) or ANY_DATE.match(text) for text in texts):
        return Role(column, "date", "dates")
    return _text(column, values, train)


def _number(column: Column, values: Array) -> Role:
    if values.dtype.kind in "mM":
        return Role(column, "date", "dates")
    if not np.isfinite(values[values == values]).all():
        return Role(column, "none", "it holds infinity")
    different = column.distinct == column.rows
    whole = values.dtype.kind in "iu"
    if whole and different and (ID_NAME.search(column.name) or bool((np.diff(values) == 1).all())):
        return Role(column, "none", "it numbers the rows")
    return Role(column, "number")


def _text(column: Column, values: Array, train: Array) -> Role:
    distinct = column.distinct or 0
    if distinct <= min(MOST_CATEGORIES, column.rows // 2):
        if any(value is None for value in values):
            return Role(column, "none", f"{column.missing} rows hold no text")
        rare = set(values) - set(values[train])
        if rare:
            return Role(column, "none", f"{len(rare)} of its {distinct} values are in no training row")
        return Role(column, "category")
    spaces = sum(" " in str(value) for value in values[:SEEN]) / len(values[:SEEN])
    if distinct == column.rows and spaces < 0.5:
        return Role(column, "none", "every row holds another value")
    if spaces >= 0.5:
        return Role(column, "text", "texts")
    return Role(column, "none", f"{distinct:,} different values are many for a category")
