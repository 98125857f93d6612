"""What a column holds: its kind, its range, its distinct values, and what is missing in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array, Table

SHOWN = 3
"""Examples of each column."""

COUNTED = 50
"""Up to so many distinct values are counted one by one."""

LONGEST = 60


class Column(Struct, frozen=True):
    """One column over all rows.

    Attributes:
        name: as the source calls it.
        dtype: NumPy's name of its numbers; `text`, `bytes`, `file`, `list` of objects.
        shape: of one row; empty for single values.
        rows: how many there are.
        missing: how many of them hold nothing, or no number.
        first_missing: the number of the first such row as users count, or None.
        distinct: how many different single values there are; None for vectors.
        least, mean, most: of its numbers.
        values: the rows of each distinct value by part of the data, where these are few.
        examples: the first rows, as text.
        at_least: whether there are more distinct values than `distinct`, where no more were counted.
    """

    name: str
    dtype: str
    shape: list[int]
    rows: int
    missing: int
    first_missing: int | None
    distinct: int | None
    least: float | None
    mean: float | None
    most: float | None
    values: dict[str, dict[str, int]] | None
    examples: list[str]
    at_least: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers, as they are read."""
        return self.dtype not in ("text", "bytes", "file", "list")


def describe(name: str, tables: Mapping[str, Table]) -> Column:
    """A column over all parts that have it."""
    found = Describing(name)
    for part, table in tables.items():
        found.look_at(part, table)
    return found.column()


class Describing:
    """What is found of a column so far.

    Args:
        name: of the column.
        most: of more distinct values than these no more are counted; None counts all of them.
    """

    def __init__(self, name: str, most: int | None = None) -> None:
        self.name, self.most = name, most
        self.dtype, self.shape, self.examples = "", list[int](), list[str]()
        self.rows = self.missing = self.numbers = 0
        self.first_missing: int | None = None
        self.least, self.total, self.highest = np.inf, 0.0, -np.inf
        self.counts: dict[str, dict[str, int]] = {}
        self.distinct: set[str] = set()
        self.single = True

    @property
    def at_least(self) -> bool:
        """Whether there are more distinct values than are counted."""
        return self.most is not None and len(self.distinct) > self.most

    def look_at(self, part: str, table: Table) -> None:
        """More rows of one part, if they have the column."""
        if self.name not in table.columns:
            return
        values = table.columns[self.name]
        if not self.rows:
            self.dtype, self.shape = _dtype(values), list(values.shape[1:])
            self.examples = [short(value) for value in values[:SHOWN]]
        gone = missing(values)
        if self.first_missing is None and gone.any():
            self.first_missing = table.number(int(np.argmax(gone)))
        self.rows, self.missing = self.rows + len(values), self.missing + int(gone.sum())
        there = values[~gone]
        self._add_numbers(there)
        self._add_counts(part, there)

    def _add_numbers(self, values: Array) -> None:
        if values.dtype.kind in "biuf" and values.size:
            self.least = min(self.least, float(values.min()))
            self.highest = max(self.highest, float(values.max()))
            self.total += float(values.sum(dtype=np.float64))
            self.numbers += values.size

    def _add_counts(self, part: str, values: Array) -> None:
        if not self.single or self.at_least:
            return
        found = _counts(values)
        if found is None:
            self.single = False
            return
        known = self.counts.setdefault(part, {})
        for value, count in found.items():
            known[value] = known.get(value, 0) + count
        self.distinct |= found.keys()

    def column(self) -> Column:
        """What was found."""
        few = self.single and len(self.distinct) <= COUNTED
        return Column(
            name=self.name,
            dtype=self.dtype,
            shape=self.shape,
            rows=self.rows,
            missing=self.missing,
            first_missing=self.first_missing,
            distinct=(self.most if self.at_least else len(self.distinct)) if self.single else None,
            least=self.least if self.numbers else None,
            mean=self.total / self.numbers if self.numbers else None,
            most=self.highest if self.numbers else None,
            values=_by_value(self.counts) if few else None,
            examples=self.examples,
            at_least=self.at_least,
        )


def missing(values: Array) -> Array:
    """Which rows hold nothing: None or an empty text, NaN anywhere in a row. bool, shape (rows,)."""
    if values.dtype.kind == "O":
        return np.array([value is None or value == "" for value in values], dtype=bool)
    if values.dtype.kind in "mM":
        return np.asarray(np.isnat(values))
    if values.dtype.kind != "f":
        return np.zeros(len(values), dtype=bool)
    return np.asarray(np.isnan(values).reshape(len(values), -1).any(axis=1))


def short(value: object) -> str:
    """A value in a few characters."""
    if isinstance(value, np.ndarray) and value.ndim:
        flat = ", ".join(f"{one:.4g}" for one in value.reshape(-1)[:4])
        text = f"[{flat}{', …' if value.size > 4 else ''}]"
    elif isinstance(value, float | np.floating):
        text = f"{float(value):.6g}"
    else:
        some = value[:LONGEST] if isinstance(value, bytes) else value
        text = some.name if isinstance(some, Path) else str(some)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _dtype(values: Array) -> str:
    if values.dtype.kind != "O":
        return str(values.dtype)
    found = next((value for value in values if value is not None), "")
    kinds = ((Path, "file"), (bytes, "bytes"), (list, "list"))
    return next((name for kind, name in kinds if isinstance(found, kind)), "text")


def _counts(values: Array) -> dict[str, int] | None:
    """How often each value is there; None where rows are vectors or lists."""
    if values.ndim > 1 or any(isinstance(value, list) for value in values[:1]):
        return None
    if values.dtype.kind == "O":
        return dict(Counter(map(_named, values)))
    found, counts = np.unique(values, return_counts=True)
    return {as_text(value): count for value, count in zip(found.tolist(), counts.tolist(), strict=True)}


def _named(value: object) -> str:
    """What tells a value from others: of many bytes, as of an image, their hash."""
    if isinstance(value, bytes) and len(value) > LONGEST:
        return hashlib.blake2b(value, digest_size=16).hexdigest()
    return str(value)


def as_text(value: object) -> str:
    """A value as the name of a class: 3.0 is "3"."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _by_value(counts: Mapping[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    names = dict.fromkeys(value for found in counts.values() for value in found)
    return {value: {part: found.get(value, 0) for part, found in counts.items()} for value in names}


FEW_CLASSES, ROWS_EACH = 20, 10
"""A number tells classes by ranges where there are so few of them, each with so many rows."""


def tells(one: Column, other: Column, pieces: Iterable[tuple[Array, Array]]) -> bool:
    """Whether a column says in every row what another holds, so that nothing is left to be learnt.

    They are equal, each value of one goes with one value of the other, or each class of the other is a range
    of its numbers.

    Args:
        one: what `describe` found of the first.
        other: and of the second.
        pieces: values of both in the same rows, some after others; read until one of them says no.
    """
    if one.distinct is None or other.distinct is None or min(one.distinct, other.distinct) < 2:
        return False
    left: list[_Equal | _Ranges | _Pairs] = [_Equal()] if one.is_number and other.is_number else []
    if one.is_number and other.distinct <= min(FEW_CLASSES, one.rows // ROWS_EACH) and not one.missing:
        left.append(_Ranges())
    elif one.distinct == other.distinct and one.distinct * 2 <= one.rows and not one.at_least:
        left.append(_Pairs())  # values that are all different go one with one, whatever they are
    for first, second in pieces if left else ():
        left = [rule for rule in left if rule.holds(first, second)]
        if not left:
            break
    return bool(left)


class _Equal:
    """Both have the same numbers."""

    def holds(self, first: Array, second: Array) -> bool:
        return np.array_equal(first, second)


class _Pairs:
    """Each value of one goes with one value of the other."""

    def __init__(self) -> None:
        self.pairs: set[tuple[object, object]] = set()

    def holds(self, first: Array, second: Array) -> bool:
        self.pairs |= set(zip(first.tolist(), second.tolist(), strict=True))
        return (
            len(self.pairs) == len({pair[0] for pair in self.pairs}) == len({pair[1] for pair in self.pairs})
        )


class _Ranges:
    """The classes follow each other in the order of the numbers, and no number has two."""

    def __init__(self) -> None:
        self.ranges: dict[str, tuple[float, float]] = {}

    def holds(self, first: Array, second: Array) -> bool:
        names, indices = np.unique(second.astype(str), return_inverse=True)
        for index, name in enumerate(names.tolist()):
            values = first[indices == index]
            low, high = self.ranges.get(name, (np.inf, -np.inf))
            self.ranges[name] = (min(low, float(values.min())), max(high, float(values.max())))
        ordered = sorted(self.ranges.values())
        return all(before[1] < after[0] for before, after in pairwise(ordered))
