"""Rows that are read some after others, each time anew: more of them than memory holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from yamlnet.data.table import Array, Table

ReadChunk = Callable[[int, Collection[str] | None], Mapping[str, Array]]
"""The columns of one chunk, by its number from 0; all columns for None."""


class Stream(Struct, frozen=True):
    """Rows in chunks that can be read in any order.

    Attributes:
        source: where they come from, for messages.
        counts: the rows of each chunk.
        read: reads a chunk.
        kept: which rows of each chunk belong to this part, from 0; None where all do.
        folder: where the files lie that texts in the rows may name.
    """

    source: str
    counts: tuple[int, ...]
    read: ReadChunk
    kept: tuple[Array, ...] | None = None
    folder: Path | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.chunk_rows(index) for index in range(len(self.counts)))

    def chunk_rows(self, index: int) -> int:
        """How many rows one chunk has."""
        return self.counts[index] if self.kept is None else len(self.kept[index])

    def chunk(self, index: int, columns: Collection[str] | None = None) -> Table:
        """The rows of one chunk."""
        before = sum(self.counts[:index])
        table = Table(dict(self.read(index, columns)), self.source, first=before, folder=self.folder)
        return table if self.kept is None else table.take(self.kept[index])

    def chunks(self, columns: Collection[str] | None = None) -> Iterator[Table]:
        """All chunks that have rows, in order."""
        for index in range(len(self.counts)):
            if self.chunk_rows(index):
                yield self.chunk(index, columns)

    def part(self, chosen: Sequence[Array]) -> Stream:
        """Some of the rows: of each chunk, whether each row is one of them."""
        return replace(self, kept=tuple(map(np.flatnonzero, chosen)))
