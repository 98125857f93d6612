"""Batches of rows, in an order that is a pure function of the seed and the epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array


class Shard(Struct, frozen=True):
    """The share that one of several processes has of each batch: consecutive rows, as many for each.

    A batch that cannot be divided evenly, such as the last one of an epoch, each of them has whole.

    Attributes:
        index: the process, from 0.
        count: how many processes there are.
        devices: how many devices of the process share its rows.
    """

    index: int = 0
    count: int = 1
    devices: int = 1

    def divides(self, rows: int) -> bool:
        """Whether so many rows are divided: all devices then have as many."""
        return rows % (self.count * self.devices) == 0

    def of(self, rows: Array) -> Array:
        """The rows of a batch, by index, that belong to this share."""
        if not self.divides(len(rows)):
            return rows
        own = len(rows) // self.count
        return rows[self.index * own : (self.index + 1) * own]


WHOLE = Shard()
"""What a process has that is alone."""


class Split(Struct, frozen=True):
    """One part of the data as ready tensors, all with `rows` on their first axis."""

    inputs: Mapping[str, Array]
    targets: Mapping[str, Array]
    rows: int

    def pieces(self) -> Iterator[Split]:
        """All rows, some after others: at once, since they are held."""
        yield self

    def indexed(self) -> Iterator[tuple[int, Split]]:
        """The same, each with its number."""
        yield 0, self

    def first(self) -> Split:
        """Rows to look at."""
        return self

    def take(self, rows: Array) -> Split:
        """Some of the rows, by index."""
        inputs = {name: _taken(values, rows) for name, values in self.inputs.items()}
        targets = {name: _taken(values, rows) for name, values in self.targets.items()}
        return Split(inputs, targets, len(rows))

    def between(self, first: int, end: int) -> Split:
        """The rows from one on to before another, as views."""
        return Split(
            {name: values[first:end] for name, values in self.inputs.items()},
            {name: values[first:end] for name, values in self.targets.items()},
            end - first,
        )

    def batches(
        self,
        batch_size: int,
        seed: int = 0,
        epoch: int = 0,
        start: int = 0,
        shuffle: bool = True,
        shard: Shard = WHOLE,
    ) -> Iterator[Batch]:
        """The batches of one epoch, from batch number `start` on; of each the share of one process.

        (seed, epoch, start, shard) is the whole position of the loader: continuing from it gives the batches
        that an uninterrupted epoch would have given.
        """
        order = epoch_order(self.rows, seed, epoch, shuffle)
        for first in range(start * batch_size, self.rows, batch_size):
            places = order[first : first + batch_size]
            rows = self.take(shard.of(places))
            yield Batch(rows.inputs, rows.targets, divided=shard.divides(len(places)))


class Batch(Struct, frozen=True):
    """Consecutive rows of an epoch; `sample_weight` is (rows,) or None.

    `divided` says that every device has rows of its own; otherwise each has all of them.
    """

    inputs: Mapping[str, Array]
    targets: Mapping[str, Array]
    sample_weight: Array | None = None
    divided: bool = False

    @property
    def rows(self) -> int:
        """How many rows the batch has: the last one of an epoch may have fewer."""
        return len(next(iter(self.inputs.values())))


def row_shapes(split: Split) -> dict[str, tuple[int, ...]]:
    """The shape of each input's rows, without the batch axis."""
    return {name: values.shape[1:] for name, values in split.inputs.items()}


def steps_per_epoch(rows: int, batch_size: int) -> int:
    """How many batches one pass over the rows takes; the last one may be smaller."""
    return -(-rows // batch_size)


def epoch_order(rows: int, seed: int, epoch: int, shuffle: bool, piece: int = 0) -> Array:
    """The order of the rows in one epoch (0-based): a permutation that only these arguments decide.

    `piece` tells apart the pieces of an epoch that are ordered one by one.
    """
    if not shuffle:
        return np.arange(rows)
    bits = np.random.Philox(key=[seed % 2**63, epoch], counter=[0, 0, 0, piece])
    return np.random.Generator(bits).permutation(rows)


def _taken(values: Array, rows: Array) -> Array:
    """Rows of an array. Of windows, which are views, `np.take` would copy all before it takes any."""
    if values.flags.c_contiguous:
        return np.take(values, rows, axis=0)
    taken: Array = values[rows]
    return taken
