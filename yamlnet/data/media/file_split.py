"""One part of the data whose files are made tensors batch by batch, the other tensors being held."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator

import numpy as np
from msgspec import Struct

from yamlnet.data.batches import WHOLE, Batch, Shard, Split, epoch_order, steps_per_epoch
from yamlnet.data.media.broken import Broken
from yamlnet.data.media.contents import digest, on_all_cores
from yamlnet.data.media.images import without_warnings_for_good
from yamlnet.data.media.known import FileRows
from yamlnet.data.table import Array, Table
from yamlnet.data.waiting import Waiting


class FileSplit(Struct, frozen=True):
    """Batches are the same, and in the same order, as those of tensors that are held.

    Attributes:
        files: the rows.
        ready: the tensors that are made of no files.
        make: the tensors of some rows that are.
        names: all inputs, and all targets, in order.
    """

    files: FileRows
    ready: Split
    make: Callable[[Table], Split]
    names: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.files.rows

    @property
    def is_decoded(self) -> bool:
        """Whether the files are decoded already, once for all epochs."""
        return all(known.values is not None for known in self.files.table.known.values())

    def content(self) -> str | None:
        """SHA-256 of all files and of the other tensors, in hexadecimal; None if a file cannot be read."""
        whole, columns = hashlib.sha256(), self.files.table.columns
        with Waiting(f"{self.files.source}: reading files", self.rows * len(columns)) as waiting:
            for values in columns.values():
                for found in on_all_cores(digest, values, waiting):
                    if isinstance(found, Broken):
                        return None
                    whole.update(found)
        for name, values in (*self.ready.inputs.items(), *self.ready.targets.items()):
            whole.update(f"{name}/{values.dtype}/{values.shape}".encode())
            whole.update(np.ascontiguousarray(values).data)
        return whole.hexdigest()

    def pieces(self) -> Iterator[Split]:
        """All rows as tensors, some after others, in order; a terminal shows how far they are."""
        with Waiting(f"{self.files.source}: looking at files", self.rows) as waiting:
            for first in range(0, self.rows, self.files.at_once):
                yield self.take(np.arange(first, min(first + self.files.at_once, self.rows)))
                waiting.advance(min(self.files.at_once, self.rows - first))

    def indexed(self) -> Iterator[tuple[int, Split]]:
        """The same, each with its number."""
        return enumerate(self.pieces())

    def first(self) -> Split:
        """Rows to look at."""
        return self.take(np.arange(min(self.rows, self.files.at_once)))

    def take(self, rows: Array) -> Split:
        """Some of the rows, by index."""
        made, ready = self.make(self.files.table.take(rows)), self.ready.take(rows)
        inputs, targets = {**made.inputs, **ready.inputs}, {**made.targets, **ready.targets}
        return Split(
            {name: inputs[name] for name in self.names[0]},
            {name: targets[name] for name in self.names[1]},
            len(rows),
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
        """The batches of one epoch, from batch number `start` on; see `Split.batches`.

        Only the files of the shard are decoded.
        """
        batches = Batches(self, batch_size, epoch_order(self.rows, seed, epoch, shuffle), shard)
        if self.is_decoded:
            yield from (batches[number] for number in range(start, len(batches)))
            return
        import grain

        without_warnings_for_good()
        threads = os.cpu_count() or 1
        options = grain.ReadOptions(num_threads=threads, prefetch_buffer_size=2 * threads)
        yield from grain.MapDataset.source(batches).slice(slice(start, None)).to_iter_dataset(options)


class Batches:
    """The batches of one epoch by number: what grain calls a random access data source."""

    def __init__(self, split: FileSplit, batch_size: int, order: Array, shard: Shard) -> None:
        self.split, self.batch_size, self.order, self.shard = split, batch_size, order, shard

    def __len__(self) -> int:
        return steps_per_epoch(self.split.rows, self.batch_size)

    def __getitem__(self, number: int) -> Batch:
        """The tensors of a batch."""
        first = number * self.batch_size
        places = self.order[first : first + self.batch_size]
        rows = self.split.take(self.shard.of(places))
        return Batch(rows.inputs, rows.targets, divided=self.shard.divides(len(places)))
