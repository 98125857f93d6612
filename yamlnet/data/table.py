"""Rows as columns: what every source gives.

A column is an array whose first axis is the rows: numbers of any rank, or objects, which are texts (`str`),
bytes, files (`pathlib.Path`, absolute), lists of any length, or None where there is no value.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean

Array = np.ndarray[Any, np.dtype[Any]]


class Known(Struct, frozen=True):
    """What is known of a column of files before they are asked for.

    Attributes:
        shape: of the pixels or samples that each is decoded to.
        item: bytes of one of these.
        rate: of sounds, in Hz; 0 of images.
        row: the row that says so, for messages.
        words: how many of the tensor's words are done by decoding.
        values: all of them decoded, (rows, *shape); None where each is decoded when it is needed.
    """

    shape: tuple[int, ...]
    item: int
    rate: int
    row: str
    words: int
    values: Array | None = None

    @property
    def bytes(self) -> int:
        """What one of them takes, decoded."""
        return self.item * math.prod(self.shape)

    def take(self, rows: Array) -> Known:
        """What is known of some of the rows, by index."""
        return self if self.values is None else replace(self, values=np.take(self.values, rows, axis=0))


class Table(Struct, frozen=True):
    """Rows in memory.

    Attributes:
        columns: by name, each an array whose first axis is the rows.
        source: where they come from, for messages.
        kept: which rows of the source these are, from 0; None where they are all of them, from `first` on.
        first: how many rows of the source stand before these.
        folder: where the files lie that texts in these rows may name; None where they may name none.
        known: of files, by the tensor that is made of them and their column.
        past: rows of the source before this part, to which its windows reach back; None: they do not.
    """

    columns: Mapping[str, Array]
    source: str
    kept: Array | None = None
    first: int = 0
    folder: Path | None = None
    known: Mapping[tuple[str, str], Known] = {}
    past: Table | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    @property
    def places(self) -> Array:
        """Which rows of the source these are, from 0, (rows,)."""
        return self.first + np.arange(self.rows) if self.kept is None else self.kept

    def column(self, name: str, path: KeyPath) -> Array:
        """One column.

        Raises:
            DataError: there is no such column.
        """
        if name not in self.columns:
            mend = did_you_mean(name, self.columns)
            known = ", ".join(list(self.columns)[:20])
            message = f'{self.source} has no column "{name}"{mend or f"; it has {known}"}'
            raise DataError(message, path=path, check="column")
        return self.columns[name]

    def take(self, rows: Array) -> Table:
        """Some of the rows, by index; what stands before them is not known."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        kept = self.kept[rows] if self.kept is not None else self.first + np.asarray(rows)
        known = {key: one.take(rows) for key, one in self.known.items()}
        return Table(columns, self.source, kept, folder=self.folder, known=known)

    def chunks(self, columns: Collection[str] | None = None) -> Iterator[Table]:
        """The rows, some after others: all at once, since they are held."""
        yield self

    def between(self, first: int, end: int) -> Table:
        """The rows from one on to before another, or to the last."""
        return self.take(np.arange(first, min(end, self.rows)))

    def cut(self, rows: int) -> Iterator[Table]:
        """All rows, so many at a time."""
        yield from (self.between(first, first + rows) for first in range(0, self.rows, rows))

    def number(self, row: int) -> int:
        """The number of a row as users count the rows of the source: from 1."""
        return int(self.kept[row] if self.kept is not None else self.first + row) + 1


def together(tables: Sequence[Table]) -> Table:
    """The rows of several tables of one source, one after the other; none of them holds decoded files."""
    first = tables[0]
    if len(tables) == 1:
        return first
    columns = {name: np.concatenate([one.columns[name] for one in tables]) for name in first.columns}
    kept = np.concatenate([one.places for one in tables])
    return Table(columns, first.source, kept, folder=first.folder, known=first.known)


def objects(values: Sequence[object]) -> Array:
    """A column of texts, bytes, files or lists: one object a row."""
    column = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):  # at once, NumPy would take lists of one length for an axis
        column[row] = value
    return column


def checked_table(
    columns: Mapping[str, Array], source: str, path: KeyPath, folder: Path | None = None
) -> Table:
    """A table, after a look at its lengths; `folder` is where the files lie that its texts may name.

    Raises:
        DataError: columns of different lengths, or no rows at all.
    """
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise DataError(
            f"the columns of {source} have different lengths ({listed})", path=path, check="ragged"
        )
    if not lengths or next(iter(lengths.values())) == 0:
        raise DataError(f"{source} has no rows", path=path, check="empty")
    return Table({name: _as_objects(values) for name, values in columns.items()}, source, folder=folder)


def _as_objects(values: Array) -> Array:
    """Texts are objects: NumPy's own take the room of the longest one in every row."""
    return values.astype(object) if values.dtype.kind in "US" else values
