"""Rows that are read some after others, each time anew: more of them than memory holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from yamlnet.data.table import Array, Table
from yamlnet.data.waiting import Waiting

ReadChunk = Callable[[int, Collection[str] | None], Mapping[str, Array]]
"""The columns of one chunk, by its number from 0; all columns for None."""


class Stream(Struct, frozen=True):
    """Rows in chunks that can be read in any order.

    Attributes:
        source: where they come from, for messages.
        counts: the rows of each chunk.
        read: reads a chunk.
        codes: of each chunk, the part that each of its rows belongs to; None where there are no parts.
        part: the one whose rows these are. A byte a row, shared by all parts, is all that they take.
        folder: where the files lie that texts in the rows may name.
    """

    source: str
    counts: tuple[int, ...]
    read: ReadChunk
    codes: tuple[Array, ...] | None = None
    part: int = 0
    folder: Path | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.chunk_rows(index) for index in range(len(self.counts)))

    def chunk_rows(self, index: int) -> int:
        """How many rows one chunk has."""
        if self.codes is None:
            return self.counts[index]
        return int(np.count_nonzero(self.codes[index] == self.part))

    def chunk(self, index: int, columns: Collection[str] | None = None) -> Table:
        """The rows of one chunk."""
        before = sum(self.counts[:index])
        table = Table(dict(self.read(index, columns)), self.source, first=before, folder=self.folder)
        if self.codes is None:
            return table
        return table.take(np.flatnonzero(self.codes[index] == self.part))

    def chunks(self, columns: Collection[str] | None = None) -> Iterator[Table]:
        """All chunks that have rows, in order; a terminal shows how far they are read."""
        with Waiting(f"reading {self.source}", self.rows) as waiting:
            for index in range(len(self.counts)):
                if rows := self.chunk_rows(index):
                    yield self.chunk(index, columns)
                    waiting.advance(rows)

    def of_part(self, codes: Sequence[Array], part: int) -> Stream:
        """The rows of one part, by the part of every row of each chunk."""
        return replace(self, codes=tuple(codes), part=part)
