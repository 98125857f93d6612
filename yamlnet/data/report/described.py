"""What a column holds: its kind, its range, its distinct values, and what is missing in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
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

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers, as they are read."""
        return self.dtype not in ("text", "bytes", "file", "list")


def describe(name: str, tables: Mapping[str, Table]) -> Column:
    """A column over all parts that have it."""
    tables = {part: table for part, table in tables.items() if name in table.columns}
    parts = {part: table.columns[name] for part, table in tables.items()}
    first = next(iter(parts.values()))
    gone = {part: missing(values) for part, values in parts.items()}
    least, mean, most = _range([values[~gone[part]] for part, values in parts.items()])
    counts = {part: _counts(values[~gone[part]]) for part, values in parts.items()}
    distinct = {value for found in counts.values() if found is not None for value in found}
    single = all(found is not None for found in counts.values())
    return Column(
        name=name,
        dtype=_dtype(first),
        shape=list(first.shape[1:]),
        rows=sum(map(len, parts.values())),
        missing=sum(int(found.sum()) for found in gone.values()),
        first_missing=_first_missing(tables, gone),
        distinct=len(distinct) if single else None,
        least=least,
        mean=mean,
        most=most,
        values=_by_value(counts) if single and len(distinct) <= COUNTED else None,
        examples=[short(value) for value in first[:SHOWN]],
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
        text = value.name if isinstance(value, Path) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _dtype(values: Array) -> str:
    if values.dtype.kind != "O":
        return str(values.dtype)
    found = next((value for value in values if value is not None), "")
    kinds = ((Path, "file"), (bytes, "bytes"), (list, "list"))
    return next((name for kind, name in kinds if isinstance(found, kind)), "text")


def _range(parts: list[Array]) -> tuple[float | None, float | None, float | None]:
    numbers = [values for values in parts if values.dtype.kind in "biuf" and values.size]
    if not numbers:
        return None, None, None
    total = sum(float(values.sum(dtype=np.float64)) for values in numbers)
    count = sum(values.size for values in numbers)
    least = min(float(values.min()) for values in numbers)
    return least, total / count, max(float(values.max()) for values in numbers)


def _counts(values: Array) -> dict[str, int] | None:
    """How often each value is there; None where rows are vectors or lists."""
    if values.ndim > 1 or any(isinstance(value, list) for value in values[:1]):
        return None
    if values.dtype.kind == "O":
        return dict(Counter(map(str, values)))
    found, counts = np.unique(values, return_counts=True)
    return {as_text(value): count for value, count in zip(found.tolist(), counts.tolist(), strict=True)}


def as_text(value: object) -> str:
    """A value as the name of a class: 3.0 is "3"."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _by_value(counts: Mapping[str, dict[str, int] | None]) -> dict[str, dict[str, int]]:
    known = {part: found for part, found in counts.items() if found is not None}
    names = dict.fromkeys(value for found in known.values() for value in found)
    return {value: {part: found.get(value, 0) for part, found in known.items()} for value in names}


def _first_missing(tables: Mapping[str, Table], gone: Mapping[str, Array]) -> int | None:
    rows = [
        table.number(int(np.flatnonzero(gone[part])[0])) for part, table in tables.items() if gone[part].any()
    ]
    return rows[0] if rows else None


FEW_CLASSES, ROWS_EACH = 20, 10
"""A number tells classes by ranges where there are so few of them, each with so many rows."""


def tells(one: Column, other: Column, first: Array, second: Array) -> bool:
    """Whether a column says in every row what another holds, so that nothing is left to be learnt.

    They are equal, each value of one goes with one value of the other, or each class of the other is a range
    of its numbers.

    Args:
        one: what `describe` found of the first.
        other: and of the second.
        first: values of the first, shape (rows,).
        second: those of the second in the same rows.
    """
    if one.distinct is None or other.distinct is None or min(one.distinct, other.distinct) < 2:
        return False
    if one.is_number and other.is_number and np.array_equal(first, second):
        return True
    if one.is_number and other.distinct <= min(FEW_CLASSES, one.rows // ROWS_EACH) and not one.missing:
        return _in_ranges(first, second, other.distinct)
    if one.distinct != other.distinct or one.distinct * 2 > one.rows:
        return False  # values that are all different go one with one, whatever they are
    pairs = set(zip(first.tolist(), second.tolist(), strict=True))
    return len(pairs) == len({pair[0] for pair in pairs}) == len({pair[1] for pair in pairs})


def _in_ranges(numbers: Array, classes: Array, count: int) -> bool:
    """Whether the classes follow each other in the order of the numbers, and no number has two."""
    _, indices = np.unique(classes.astype(str), return_inverse=True)
    order = np.lexsort((indices, numbers))
    changes = np.flatnonzero(np.diff(indices[order]))
    apart = numbers[order][changes] != numbers[order][changes + 1]
    return len(changes) == count - 1 and bool(apart.all())
