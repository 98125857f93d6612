"""Rows that memory does not hold, as chunks that can be read in any order.

Parquet files are read as they are, a row group at a time. Of any other file the columns are written once into
yamlnet's cache, in Arrow's own format (https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format): a
CSV file would have to be parsed from its beginning for every pass and every column. What was read longest ago
goes when all take too much room; what was read within the hour stays, for a training may go on with it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from yamlnet.cache import cache_folder, make_room, sha256
from yamlnet.data.columns.arrow import Kind, arrays
from yamlnet.data.files.found import File, folder_of, source_files
from yamlnet.data.sources import CHUNKED, LISTS, size
from yamlnet.data.sources.parquet_files import row_groups
from yamlnet.data.streams.stream import Stream
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.resolver.plan import SourcePlan

FORM = 1
"""Of what is kept; raise it when that changes."""

CHUNK_ROWS = 65_536
"""Rows of a chunk: a few chunks are in memory at a time."""

GROUP_BYTES = 128 << 20
"""The largest row group of a Parquet file that is read at once, as it lies in memory."""

HELD_BYTES = 512 << 20
"""Of the largest source that is held in memory unasked, as it lies on disk."""

KEPT_BYTES = 64 << 30
"""What all rows that are written may take between runs; a file that is larger is kept alone."""

IN_USE = 3600.0
"""Seconds for which nobody read from a file before it may go."""

SHAPE = b"shape"
"""Under this, a column's field says the axes of a row, as JSON."""


def open_stream(source: SourcePlan, root: Path, asked: bool | None) -> Stream | None:
    """The rows of a source in chunks; None where they are to be held in memory.

    Args:
        source: any.
        root: the folder that its paths are relative to.
        asked: `stream` of the blueprint; None leaves it to the source's size.

    Raises:
        DataError: the source cannot be read, or cannot be streamed and is asked to be.
    """
    arguments, path = source.arguments, source.path
    if source.name not in CHUNKED:
        if asked and source.name not in LISTS:
            message = (
                f"{source.name} is read at once; what can be streamed are {', '.join((*CHUNKED, *LISTS))}"
            )
            raise DataError(message, path=path, check="stream")
        return None
    if asked is False or (asked is None and size(arguments, root, path) <= HELD_BYTES):
        return None
    if source.name == "Parquet" and (stream := row_groups(arguments, root, path, GROUP_BYTES)) is not None:
        return stream
    files = source_files(arguments, root, path)
    key = repr([FORM, source.name, sorted(arguments.items()), *map(_stamp, files)])
    name = files[0].name if len(files) == 1 else str(arguments["path"])
    stream = spooled(lambda: CHUNKED[source.name](arguments, root, path, CHUNK_ROWS), key, name, path)
    return replace(stream, folder=folder_of(files))


def _stamp(file: File) -> tuple[str, int, int]:
    """Changes when a file does, without reading gigabytes."""
    found = file.path.stat()
    return str(file.path.resolve()), found.st_size, found.st_mtime_ns


def spooled(read: Callable[[], Iterator[Table]], key: str, source: str, path: KeyPath) -> Stream:
    """Rows written to the cache under a key that says all that they follow from, or found there.

    Raises:
        DataError: there are no rows, or no room for them.
    """
    file = cache_folder() / "rows" / f"{sha256(key.encode())}.arrow"
    if not file.is_file():
        try:
            _keep(read(), file, source, path)
        except OSError as error:
            message = f"{source} is larger than memory should hold, and {file.parent} cannot hold it either"
            raise DataError(f"{message}: {error.strerror or error}", path=path, check="file") from error
    return _kept(file, source)


def _keep(tables: Iterator[Table], file: Path, source: str, path: KeyPath) -> None:
    """Write all rows beside, then put the file into its place."""
    import pyarrow

    first = next(tables, None)
    if first is None:
        raise DataError(f"{source} has no rows", path=path, check="empty")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as beside:
        pass
    try:
        begun = batch(first)
        with pyarrow.OSFile(beside.name, "wb") as sink, pyarrow.ipc.new_file(sink, begun.schema) as writer:
            writer.write_batch(begun)
            for table in tables:
                writer.write_batch(batch(table, begun.schema))
        make_room(file.parent, KEPT_BYTES, 0, IN_USE)
        os.replace(beside.name, file)
    finally:
        Path(beside.name).unlink(missing_ok=True)


def batch(table: Table, schema: Any = None) -> Any:
    """Rows as Arrow's, of the types of a schema, or of their own; the schema says the axes of each row."""
    import pyarrow

    columns = {name: _arrow(values) for name, values in table.columns.items()}
    if schema is None:
        fields = []
        for name, column in columns.items():
            shape = json.dumps(table.columns[name].shape[1:]).encode()
            fields.append(pyarrow.field(name, _type(column.type), metadata={SHAPE: shape}))
        schema = pyarrow.schema(fields)
    arrays = [column.cast(schema.field(name).type) for name, column in columns.items()]
    return pyarrow.RecordBatch.from_arrays(arrays, schema=schema)


def _type(kind: Any) -> Any:
    """Wide enough for the rows that follow: a first chunk without any text says nothing of its column."""
    import pyarrow

    return pyarrow.large_string() if pyarrow.types.is_string(kind) or pyarrow.types.is_null(kind) else kind


def _arrow(values: Array) -> Any:
    import pyarrow

    if values.ndim == 1:
        return pyarrow.array(values.tolist() if values.dtype.kind == "O" else values)
    items = pyarrow.array(np.ascontiguousarray(values).reshape(-1))
    return pyarrow.FixedSizeListArray.from_arrays(items, int(np.prod(values.shape[1:])))


def _kept(file: Path, source: str) -> Stream:
    import pyarrow

    with pyarrow.OSFile(str(file)) as opened:
        reader = pyarrow.ipc.open_file(opened)
        schema = reader.schema
        counts = tuple(reader.get_batch(index).num_rows for index in range(reader.num_record_batches))

    def read(number: int, columns: Collection[str] | None) -> Mapping[str, Array]:
        wanted = [index for index, name in enumerate(schema.names) if columns is None or name in columns]
        options = pyarrow.ipc.IpcReadOptions(included_fields=wanted)
        with suppress(OSError):  # a cache that others own
            os.utime(file)
        with pyarrow.OSFile(str(file)) as opened:
            found = pyarrow.ipc.open_file(opened, options=options).get_batch(number)
        return columns_of(pyarrow.Table.from_batches([found]))

    return Stream(source, counts, read, counts, key=str(file))


def columns_of(table: Any) -> dict[str, Array]:
    """The columns as they were before `batch`."""
    shapes = {field.name: tuple(json.loads(field.metadata[SHAPE])) for field in table.schema}
    kinds = {}
    for field in table.schema:
        shape = shapes[field.name]
        flat = (int(np.prod(shape)),) if shape else ()
        kinds[field.name] = Kind(field.type, False, flat if shape or not _is_list(field.type) else None)
    found = arrays(table, kinds)
    return {name: values.reshape(len(values), *shapes[name]) for name, values in found.items()}


def _is_list(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_list(kind) or types.is_large_list(kind))
