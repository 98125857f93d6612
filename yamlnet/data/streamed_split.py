"""Rows that memory does not hold as batches: windows of rows, made ready while others are trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate

import numpy as np
from msgspec import Struct

from yamlnet.data.batches import Batch, Split, epoch_order
from yamlnet.data.streams import Stream
from yamlnet.data.table import Array, Table

WINDOW = 4
"""Chunks whose rows are shuffled together; which chunks those are is shuffled too."""


class StreamedSplit(Struct, frozen=True):
    """One part of the data whose tensors are made when they are needed.

    Attributes:
        stream: the rows.
        columns: those that the tensors are made of.
        make: the tensors of any rows.
    """

    stream: Stream
    columns: frozenset[str]
    make: Callable[[Table], Split]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.stream.rows

    def pieces(self) -> Iterator[Split]:
        """All rows as tensors, some after others, in order."""
        return map(self.make, self.stream.chunks(self.columns))

    def first(self) -> Split:
        """Rows to look at."""
        return next(self.pieces())

    def batches(
        self, batch_size: int, seed: int = 0, epoch: int = 0, start: int = 0, shuffle: bool = True
    ) -> Iterator[Batch]:
        """The batches of one epoch, from batch number `start` on; see `Split.batches`."""
        windows = Windows(self, seed, epoch, shuffle)
        first, before = windows.at_row(start * batch_size)
        yield from _cut(_ahead(windows, first), batch_size, start * batch_size - before)


class Windows:
    """The windows of one epoch by number: what grain calls a random access data source."""

    def __init__(self, split: StreamedSplit, seed: int, epoch: int, shuffle: bool) -> None:
        self.split, self.seed, self.epoch, self.shuffle = split, seed, epoch, shuffle
        stream = split.stream
        chunks = [index for index in range(len(stream.counts)) if stream.chunk_rows(index)]
        order = epoch_order(len(chunks), seed, epoch, shuffle)
        ordered = [chunks[index] for index in order]
        self.chunks = [ordered[first : first + WINDOW] for first in range(0, len(ordered), WINDOW)]

    def __len__(self) -> int:
        return len(self.chunks)

    def __getitem__(self, number: int) -> Split:
        """The tensors of a window, its rows shuffled."""
        stream, columns = self.split.stream, self.split.columns
        pieces = [self.split.make(stream.chunk(index, columns)) for index in self.chunks[number]]
        window = joined(pieces)
        if not self.shuffle:
            return window
        return window.take(epoch_order(window.rows, self.seed, self.epoch, True, piece=number + 1))

    def at_row(self, row: int) -> tuple[int, int]:
        """The window that a row of the epoch is in, and how many rows are before that window."""
        rows = [sum(map(self.split.stream.chunk_rows, chunks)) for chunks in self.chunks]
        before = [0, *accumulate(rows)]
        number = max(index for index, count in enumerate(before) if count <= row)
        return number, before[number]


def joined(pieces: list[Split]) -> Split:
    """Rows after one another."""
    if len(pieces) == 1:
        return pieces[0]

    def of(tensors: list[dict[str, Array]]) -> dict[str, Array]:
        return {name: np.concatenate([one[name] for one in tensors]) for name in tensors[0]}

    inputs = of([dict(piece.inputs) for piece in pieces])
    return Split(inputs, of([dict(piece.targets) for piece in pieces]), sum(piece.rows for piece in pieces))


def _ahead(windows: Windows, first: int) -> Iterator[Split]:
    """The windows from one on, the next read by a thread meanwhile."""
    import grain

    source = grain.MapDataset.source(windows).slice(slice(first, None))
    yield from source.to_iter_dataset(grain.ReadOptions(num_threads=1, prefetch_buffer_size=1))


def _cut(windows: Iterator[Split], batch_size: int, skipped: int) -> Iterator[Batch]:
    """Batches of all rows, but for the first; what a window leaves over is put before the next."""
    left: Split | None = None
    for window in windows:
        rows = window if left is None else joined([left, window])
        whole = rows.rows - (rows.rows - skipped) % batch_size
        for first in range(skipped, whole, batch_size):
            yield _batch(rows, first, first + batch_size)
        left = rows.take(np.arange(whole, rows.rows)) if whole < rows.rows else None
        skipped = 0
    if left is not None:
        yield _batch(left, 0, left.rows)


def _batch(rows: Split, first: int, end: int) -> Batch:
    return Batch(
        {name: values[first:end] for name, values in rows.inputs.items()},
        {name: values[first:end] for name, values in rows.targets.items()},
    )
