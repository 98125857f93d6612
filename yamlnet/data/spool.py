"""Files that memory does not hold, as chunks that can be read in any order.

Parquet files are read as they are, a row group at a time. Of any other file the columns are written once into
yamlnet's cache, in Arrow's own format (https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format): a
CSV file would have to be parsed from its beginning for every pass and every column.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from yamlnet.cache import cache_folder, sha256
from yamlnet.data.sources import CHUNKED, size, source_files
from yamlnet.data.sources.arrow_files import column_array
from yamlnet.data.streams import Stream
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.resolver.plan import SourcePlan

FORM = 1
"""Of what is kept; raise it when that changes."""

CHUNK_ROWS = 65_536
"""Rows of a chunk: a few chunks are in memory at a time."""

GROUP_BYTES = 128 << 20
"""The largest row group of a Parquet file that is read at once."""


HELD_BYTES = 512 << 20
"""Of the largest source that is held in memory unasked, as it lies on disk."""


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
        if asked:
            message = f"{source.name} is read at once; what can be streamed are {', '.join(CHUNKED)}"
            raise DataError(message, path=path, check="stream")
        return None
    if asked is False or (asked is None and size(arguments, root, path) <= HELD_BYTES):
        return None
    files = source_files(arguments, root, path)
    name = str(arguments["path"])
    if source.name == "Parquet" and (stream := parquet_stream(files, name, path)) is not None:
        return stream
    key = repr([FORM, source.name, sorted(arguments.items()), *map(_stamp, files)])
    return spooled(lambda: CHUNKED[source.name](arguments, root, path, CHUNK_ROWS), key, name, path)


def _stamp(file: Path) -> tuple[str, int, int]:
    """Changes when a file does, without reading gigabytes."""
    found = file.stat()
    return str(file.resolve()), found.st_size, found.st_mtime_ns


def parquet_stream(files: Iterable[Path], source: str, path: KeyPath) -> Stream | None:
    """The row groups of Parquet files as chunks; None where one of them is too large to be a chunk."""
    from pyarrow import parquet

    groups: list[tuple[Path, int, int]] = []
    for file in files:
        found = parquet.read_metadata(file)
        for index in range(found.num_row_groups):
            group = found.row_group(index)
            if group.total_byte_size > GROUP_BYTES:
                return None
            groups.append((file, index, group.num_rows))

    def read(number: int, columns: Collection[str] | None) -> Mapping[str, Array]:
        file, index, _ = groups[number]
        with parquet.ParquetFile(file) as opened:
            return _arrays(opened.read_row_group(index, _known(opened.schema_arrow, columns)), source, path)

    return Stream(source, tuple(rows for _, _, rows in groups), read)


def spooled(read: Callable[[], Iterator[Table]], key: str, source: str, path: KeyPath) -> Stream:
    """Rows written to the cache under a key that says all that they follow from, or found there."""
    file = cache_folder() / "rows" / f"{sha256(key.encode())}.arrow"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as beside:
            pass
        try:
            _write(read(), Path(beside.name))
            os.replace(beside.name, file)
        finally:
            Path(beside.name).unlink(missing_ok=True)
    return _arrow_stream(file, source, path)


def _write(tables: Iterator[Table], file: Path) -> None:
    import pyarrow

    first = _batch(next(tables), None)
    with pyarrow.OSFile(str(file), "wb") as sink, pyarrow.ipc.new_file(sink, first.schema) as writer:
        writer.write_batch(first)
        for table in tables:
            writer.write_batch(_batch(table, first.schema))


def _batch(table: Table, schema: Any) -> Any:
    import pyarrow

    columns = {name: _arrow(values) for name, values in table.columns.items()}
    return pyarrow.RecordBatch.from_pydict(columns, schema=schema)


def _arrow(values: Array) -> Any:
    import pyarrow

    if values.ndim == 1:
        return pyarrow.array(values, from_pandas=True)
    inner = pyarrow.array(values.reshape(-1))
    return pyarrow.FixedSizeListArray.from_arrays(inner, values[0].size)


def _arrow_stream(file: Path, source: str, path: KeyPath) -> Stream:
    import pyarrow

    with pyarrow.OSFile(str(file)) as opened:
        reader = pyarrow.ipc.open_file(opened)
        counts = tuple(reader.get_batch(index).num_rows for index in range(reader.num_record_batches))

    def read(number: int, columns: Collection[str] | None) -> Mapping[str, Array]:
        with pyarrow.OSFile(str(file)) as opened:
            schema = pyarrow.ipc.open_file(opened).schema
            wanted = [schema.get_field_index(name) for name in _known(schema, columns)]
            options = pyarrow.ipc.IpcReadOptions(included_fields=wanted)
            batch = pyarrow.ipc.open_file(opened, options=options).get_batch(number)
            return _arrays(pyarrow.Table.from_batches([batch]), source, path)

    return Stream(source, counts, read)


def _known(schema: Any, columns: Collection[str] | None) -> list[str]:
    """The columns asked for that there are: what is missing is told by who asks for it."""
    return [name for name in schema.names if columns is None or name in columns]


def _arrays(table: Any, source: str, path: KeyPath) -> dict[str, Array]:
    return {name: column_array(table.column(name)) for name in table.column_names}
