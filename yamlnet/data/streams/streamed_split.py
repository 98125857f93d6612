"""Rows that memory does not hold as batches: windows of rows, made ready while others are trained on.

A window holds tensors. Where rows hold files (images, sounds) it holds these as they were read, and tensors
are made batch by batch: decoded they take many times the room. So memory holds one window of chunks, each of
which `spool.GROUP_BYTES` are the most, and a few batches.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate

import numpy as np
from msgspec import Struct

from yamlnet.data.batches import WHOLE, Batch, Shard, Split, epoch_order
from yamlnet.data.media.images import without_warnings_for_good
from yamlnet.data.streams.stream import Around, Stream, ahead
from yamlnet.data.table import Array, Table, together
from yamlnet.data.waiting import Waiting
from yamlnet.data.windows import Reach, Within

WINDOW = 4
"""Chunks whose rows are shuffled together; which chunks those are is shuffled too."""


class StreamedSplit(Struct, frozen=True):
    """One part of the data whose tensors are made when they are needed.

    Attributes:
        stream: the rows.
        columns: those that the tensors are made of.
        make: the tensors of any rows; of those that windows are taken within, where there are windows.
        reach: what windows ask of a row, or None.
        counts: how many rows of tensors each chunk gives; None where each row gives one.
    """

    stream: Stream
    columns: frozenset[str]
    make: Callable[[Table, Within | None], Split]
    reach: Reach | None = None
    counts: tuple[int, ...] | None = None

    @property
    def sizes(self) -> tuple[int, ...]:
        """The rows of each chunk."""
        return self.stream.sizes if self.counts is None else self.counts

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.sizes)

    @property
    def decodes(self) -> bool:
        """Whether the rows hold files, of which tensors are made batch by batch."""
        return self.stream.at_once is not None

    def piece(self, index: int) -> Split:
        """The tensors of one chunk."""
        if self.reach is None:
            return self.make(self.stream.chunk(index, self.columns), None)
        # One row alone would be looked at as one text: see `yamlnet.data.windows.items`.
        before, after = max(self.reach.before, 1), max(self.reach.after, 1)
        around = self.stream.around(index, before, after, self.columns)
        return self.make(around.table, _within(self.stream, around))

    def pieces(self) -> Iterator[Split]:
        """All rows as tensors, some after others, in order; a terminal shows how far they are read."""
        return (piece for _, piece in self.indexed())

    def indexed(self) -> Iterator[tuple[int, Split]]:
        """The same, each with the number of its chunk, or of files; those without rows are left out."""
        if self.decodes:
            yield from enumerate(self.make(table, None) for table in self.stream.chunks(self.columns))
            return
        there = [index for index, rows in enumerate(self.sizes) if rows]
        with Waiting(f"reading {self.stream.source}", self.stream.rows) as waiting:
            for index, piece in zip(there, ahead(there, self.piece), strict=True):
                if piece.rows:
                    yield index, piece
                waiting.advance(self.stream.sizes[index])

    def first(self) -> Split:
        """Rows to look at."""
        return next(self.pieces())

    def batches(
        self,
        batch_size: int,
        seed: int = 0,
        epoch: int = 0,
        start: int = 0,
        shuffle: bool = True,
        shard: Shard = WHOLE,
    ) -> Iterator[Batch]:
        """The batches of one epoch, from batch number `start` on; see `Split.batches`.

        Rows of a batch come from any chunk of their window, so every process reads all chunks.
        """
        windows = Windows(self, seed, epoch, shuffle)
        first, before = windows.at_row(start * batch_size)
        skipped, share = start * batch_size - before, partial(self._share, shard)
        if not self.decodes:
            yield from map(share, _cut(_ahead(windows, first), batch_size, skipped))
            return
        without_warnings_for_good()
        read = map(windows.__getitem__, range(first, len(windows)))  # in no time, beside what decoding takes
        yield from ahead(_cut(read, batch_size, skipped), share, os.cpu_count() or 1)

    def _share(self, shard: Shard, rows: Split | Table) -> Batch:
        """What a process has of a batch: it decodes no more."""
        places = shard.of(np.arange(rows.rows))
        own = rows.between(int(places[0]), int(places[-1]) + 1)
        made = self.make(own, None) if isinstance(own, Table) else own
        return Batch(made.inputs, made.targets, divided=shard.divides(rows.rows))


def _within(stream: Stream, around: Around) -> Within:
    """Which rows around a chunk count: where their series began, and which stand before the part."""
    places = around.place + np.arange(around.table.rows)
    series = np.searchsorted(stream.begun, places, "right") - 1
    since, past = places - stream.begun[series], stream.passed[series]
    return Within(
        around.first,
        around.end,
        passed=int(since[0]),
        past=since < past,
        passed_past=int(min(since[0], past[0])),
    )


class Windows:
    """The windows of one epoch by number: what grain calls a random access data source."""

    def __init__(self, split: StreamedSplit, seed: int, epoch: int, shuffle: bool) -> None:
        self.split, self.seed, self.epoch, self.shuffle = split, seed, epoch, shuffle
        chunks = [index for index, rows in enumerate(split.sizes) if rows]
        order = epoch_order(len(chunks), seed, epoch, shuffle)
        ordered = [chunks[index] for index in order]
        self.chunks = [ordered[first : first + WINDOW] for first in range(0, len(ordered), WINDOW)]

    def __len__(self) -> int:
        return len(self.chunks)

    def __getitem__(self, number: int) -> Window:
        """The tensors of a window, or the rows that they are made of, shuffled."""
        chunks = self.chunks[number]
        rows = sum(self.split.sizes[index] for index in chunks)
        places = epoch_order(rows, self.seed, self.epoch, self.shuffle, piece=number + 1)
        if self.split.decodes:
            tables = [self.split.stream.chunk(index, self.split.columns) for index in chunks]
            return together(tables).take(np.argsort(places))
        if self.split.reach is not None:  # each row has many others in it: they are copied batch by batch
            return Mixed(tuple(map(self.split.piece, chunks)), np.argsort(places))
        return _scattered(map(self.split.piece, chunks), places)

    def at_row(self, row: int) -> tuple[int, int]:
        """The window that a row of the epoch is in, and how many rows are before that window."""
        rows = [sum(self.split.sizes[index] for index in chunks) for chunks in self.chunks]
        before = [0, *accumulate(rows)]
        number = max(index for index, count in enumerate(before) if count <= row)
        return number, before[number]


class Mixed(Struct, frozen=True):
    """Rows of several pieces in an order of their own, as views: none is copied before it is taken.

    Attributes:
        pieces: tensors of the same names.
        order: which row of all of them comes first, second, …: (rows,).
    """

    pieces: tuple[Split, ...]
    order: Array

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.order)

    def between(self, first: int, end: int) -> Split:
        """Some rows, copied."""
        rows = self.order[first:end]
        begun = np.cumsum([0, *(piece.rows for piece in self.pieces)])
        of = np.searchsorted(begun, rows, "right") - 1
        taken = [(of == index, rows[of == index] - begun[index]) for index in range(len(self.pieces))]

        def gathered(found: Sequence[Array]) -> Array:
            made = np.empty((len(rows), *found[0].shape[1:]), found[0].dtype)
            for values, (into, some) in zip(found, taken, strict=True):
                made[into] = values[some]
            return made

        inputs, targets = self.pieces[0].inputs, self.pieces[0].targets
        return Split(
            {name: gathered([piece.inputs[name] for piece in self.pieces]) for name in inputs},
            {name: gathered([piece.targets[name] for piece in self.pieces]) for name in targets},
            len(rows),
        )


Window = Split | Mixed | Table
"""Rows that were read together."""


def _scattered(pieces: Iterator[Split], places: Array) -> Split:
    """The rows of all pieces, each put to its place: `places` says where, row by row."""
    inputs: dict[str, Array] = {}
    targets: dict[str, Array] = {}
    first = 0
    for piece in pieces:
        at = places[first : first + piece.rows]
        first += piece.rows
        for tensors, into in ((piece.inputs, inputs), (piece.targets, targets)):
            for name, values in tensors.items():
                if name not in into:
                    into[name] = np.empty((len(places), *values.shape[1:]), values.dtype)
                into[name][at] = values
    return Split(inputs, targets, len(places))


def _ahead(windows: Windows, first: int) -> Iterator[Window]:
    """The windows from one on, the next read by a thread meanwhile."""
    import grain

    source = grain.MapDataset.source(windows).slice(slice(first, None))
    yield from source.to_iter_dataset(grain.ReadOptions(num_threads=1, prefetch_buffer_size=1))


def _cut(windows: Iterator[Window], batch_size: int, skipped: int) -> Iterator[Split | Table]:
    """So many rows at a time, but for the first; what a window leaves over is put before the next."""
    left: Split | Table | None = None
    for window in windows:
        first = skipped
        if left is not None:
            first = min(batch_size - left.rows, window.rows)
            left = _joined(left, window.between(0, first))
            if left.rows < batch_size:
                continue
            yield left
        whole = window.rows - (window.rows - first) % batch_size
        for start in range(first, whole, batch_size):
            yield window.between(start, start + batch_size)
        left = window.between(whole, window.rows) if whole < window.rows else None
        skipped = 0
        del window  # or it would be held while the next is read
    if left is not None:
        yield left


def _joined(one: Split | Table, other: Split | Table) -> Split | Table:
    if isinstance(one, Table) or isinstance(other, Table):
        return together([rows for rows in (one, other) if isinstance(rows, Table)])
    return Split(
        {name: np.concatenate([values, other.inputs[name]]) for name, values in one.inputs.items()},
        {name: np.concatenate([values, other.targets[name]]) for name, values in one.targets.items()},
        one.rows + other.rows,
    )
