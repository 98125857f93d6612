"""The rows of a stream in another order, written once into yamlnet's cache.

Rows are first put into heaps on the disk, each of which memory holds, then each heap is put in order. What
stands in memory meanwhile is a heap, and sixteen bytes a row for the order.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from yamlnet.cache import cache_folder
from yamlnet.data.streams import spool
from yamlnet.data.streams.stream import Stream
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import KeyPath

NUMBER, PLACE = "\0number", "\0place"
"""Columns that stand beside those of the rows: which row of the source one is, and where it goes."""

HEAPS = 200
"""Files that are open at once."""


def in_other_order(stream: Stream, order: Array, name: str, path: KeyPath) -> Stream:
    """The same rows in another order; the stream itself where they have it.

    Args:
        stream: all rows of a source.
        order: row numbers from 0, (rows,), in the order that is wanted.
        name: of the order, with what it follows from beside the rows.
        path: the source's place.

    Raises:
        DataError: no room for them.
    """
    if (order[1:] > order[:-1]).all():
        return stream
    key = repr([spool.FORM, name, stream.key])
    found = spool.spooled(lambda: _ordered(stream, order), key, stream.source, path)
    return replace(found, folder=stream.folder, numbered=NUMBER)


def _ordered(stream: Stream, order: Array) -> Iterator[Table]:
    """The rows in their order, a chunk at a time."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    most = min(spool.CHUNK_ROWS, max(stream.counts))
    chunks = -(-len(order) // most)
    size = -(-chunks // HEAPS) * most
    folder = cache_folder() / "rows"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as heaps:
        for heap in _heaped(stream, place, size, Path(heaps)):
            rows = np.argsort(heap.columns[PLACE])
            for first in range(0, len(rows), most):
                columns = heap.take(rows[first : first + most]).columns
                yield Table({name: values for name, values in columns.items() if name != PLACE}, heap.source)


def _heaped(stream: Stream, place: Array, size: int, folder: Path) -> Iterator[Table]:
    """All rows by heaps: each has `size` places."""
    import pyarrow

    writers: dict[int, Any] = {}
    schema = None
    with ExitStack() as files:
        for table in stream.chunks():
            here = place[table.first : table.first + table.rows]
            numbers = table.first + np.arange(table.rows)
            whole = Table({**table.columns, NUMBER: numbers, PLACE: here}, table.source)
            for heap in np.unique(here // size).tolist():
                batch = spool.batch(whole.take(np.flatnonzero(here // size == heap)), schema)
                schema = batch.schema
                if heap not in writers:
                    sink = files.enter_context(pyarrow.OSFile(str(folder / str(heap)), "wb"))
                    writers[heap] = files.enter_context(pyarrow.ipc.new_stream(sink, schema))
                writers[heap].write_batch(batch)
    for heap in sorted(writers):
        with pyarrow.OSFile(str(folder / str(heap))) as opened:
            yield Table(spool.columns_of(pyarrow.ipc.open_stream(opened).read_all()), stream.source)
