"""Rows that are read some after others, each time anew: more of them than memory holds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from yamlnet.data.table import Array, Known, Table, together
from yamlnet.data.waiting import Waiting

Given = TypeVar("Given")
Made = TypeVar("Made")

NO_PART = -1
"""What stands for the part of a row that is left out."""

ReadChunk = Callable[[int, Collection[str] | None], Mapping[str, Array]]
"""The columns of one chunk, by its number from 0; all columns for None."""


def ahead(given: Iterable[Given], make: Callable[[Given], Made], threads: int = 1) -> Iterator[Made]:
    """What is made of each, in order: by each thread one more while the last is looked at."""
    pool = ThreadPoolExecutor(threads)
    coming = deque[Future[Made]]()
    try:
        for one in given:
            coming.append(pool.submit(make, one))
            if len(coming) > threads:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


class Around(Struct, frozen=True):
    """A chunk's rows with others before and after them.

    Attributes:
        table: all of them.
        first: where the chunk's own begin in it.
        end: where they end.
        place: which row of the part the table begins with, from 0.
    """

    table: Table
    first: int
    end: int
    place: int


class Stream(Struct, frozen=True):
    """Rows in chunks that can be read in any order.

    Attributes:
        source: where they come from, for messages.
        counts: the rows of each chunk, those of other parts among them.
        read: reads a chunk.
        sizes: the rows of each chunk that belong to this part.
        codes: of each chunk, the part that each of its rows belongs to; None where there are no parts.
        part: the one whose rows these are. A byte a row, shared by all parts, is all that they take.
        folder: where the files lie that texts in the rows may name.
        key: changes when a row does.
        numbered: the column that says which row of the source each one is, from 0; None where they stand
            as they do there.
        series: where each series begins among the part's rows, ascending; None where there is one.
        known: of files that stand in the rows, by the tensor that is made of them and their column.
        at_once: of how many rows such files are decoded at a time; None where there are none.
        past: how many of the first rows of each series stand before the part; None: none do.
        with_past: the same part with the rows before it to which its windows reach back; None: they do not.
    """

    source: str
    counts: tuple[int, ...]
    read: ReadChunk
    sizes: tuple[int, ...]
    codes: tuple[Array, ...] | None = None
    part: int = 0
    folder: Path | None = None
    key: str = ""
    numbered: str | None = None
    series: Array | None = None
    known: Mapping[tuple[str, str], Known] = {}
    at_once: int | None = None
    past: Array | None = None
    with_past: Stream | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.sizes)

    @property
    def begun(self) -> Array:
        """Where each series begins among the part's rows, (series,)."""
        return np.zeros(1, dtype=np.int64) if self.series is None else self.series

    @property
    def passed(self) -> Array:
        """How many of the first rows of each series stand before the part, (series,)."""
        return np.zeros_like(self.begun) if self.past is None else self.past

    def number(self, row: int) -> int:
        """The number of a row as users count the rows of the source, where these are all of them in order."""
        return row + 1

    def chunk(self, index: int, columns: Collection[str] | None = None) -> Table:
        """The rows of one chunk."""
        wanted = columns if columns is None or self.numbered is None else {*columns, self.numbered}
        found = dict(self.read(index, wanted))
        if wanted is not None and not found.keys() >= set(wanted):
            found = dict(self.read(index, None))  # whoever asked tells what there is
        kept = found.pop(self.numbered) if self.numbered is not None else None
        table = Table(found, self.source, kept, sum(self.counts[:index]), self.folder, self.known)
        if self.sizes[index] == self.counts[index] or self.codes is None:
            return table
        return table.take(np.flatnonzero(self.codes[index] == self.part))

    def chunks(self, columns: Collection[str] | None = None) -> Iterator[Table]:
        """All rows in order, a chunk at a time, or less where they hold files; a terminal shows how far."""
        files = {column for _, column in self.known}
        at_once = self.at_once if columns is None or not files.isdisjoint(columns) else None
        for _, table in self.indexed(columns):
            yield from [table] if at_once is None else table.cut(at_once)

    def indexed(self, columns: Collection[str] | None = None) -> Iterator[tuple[int, Table]]:
        """The chunks that have rows, in order, each with its number."""
        there = [index for index, rows in enumerate(self.sizes) if rows]
        read = ahead(there, lambda index: self.chunk(index, columns))
        with Waiting(f"reading {self.source}", self.rows) as waiting:
            for index, table in zip(there, read, strict=True):
                yield index, table
                waiting.advance(table.rows)

    def around(self, index: int, before: int, after: int, columns: Collection[str] | None = None) -> Around:
        """The rows of one chunk, with so many before and after them as there are, of this part alone."""
        starts = np.concatenate([[0], np.cumsum(self.sizes)])
        first, end = int(starts[index]), int(starts[index + 1])
        begin, stop = max(first - before, 0), min(end + after, self.rows)
        near = range(int(np.searchsorted(starts, begin, "right")) - 1, int(np.searchsorted(starts, stop)))
        pieces = []
        for one in near:
            if self.sizes[one]:
                rows = np.arange(max(begin, starts[one]), min(stop, starts[one + 1])) - starts[one]
                table = self.chunk(one, columns)
                pieces.append(table if len(rows) == table.rows else table.take(rows))
        return Around(together(pieces), first - begin, end - begin, begin)

    def without(self, rows: Mapping[int, Array]) -> Stream:
        """The same without some rows: by chunk, which of its rows of this part."""
        codes = list(self.codes or (np.full(count, self.part, dtype=np.int8) for count in self.counts))
        for index, left in rows.items():
            codes[index] = codes[index].copy()
            codes[index][np.flatnonzero(codes[index] == self.part)[left]] = NO_PART
        return self.of_part(codes, self.part)

    def of_part(self, codes: Sequence[Array], part: int) -> Stream:
        """The rows of one part, by the part of every row of each chunk."""
        sizes = tuple(int(np.count_nonzero(found == part)) for found in codes)
        return replace(self, codes=tuple(codes), part=part, sizes=sizes)
