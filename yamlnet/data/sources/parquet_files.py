"""`Parquet`: tables with types of their own, one file or many of the same columns.

Numbers keep their types; times and dates are texts (ISO 8601), decimals floats, categories their texts,
objects columns of their own (`box.width`). (https://parquet.apache.org/docs/)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from yamlnet.data.columns.arrow import (
    Kinds,
    all_joined,
    arrays,
    no_rows,
    observed,
    plain,
    refuse_other_columns,
    regrouped,
    whole,
)
from yamlnet.data.files.contents import require_pyarrow
from yamlnet.data.files.found import File, folder_of, source_files, source_place
from yamlnet.data.streams.stream import Stream
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

ROWS, BYTES = 1 << 16, 32 << 20
"""Rows that are read together in a pass over all of them: so many, and fewer where they take more room."""

BUFFER = 1 << 20
"""Bytes of a column that are read from a file at a time in such a pass."""


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read all rows.

    Raises:
        DataError: no such file, no Parquet, columns that differ between files, no rows.
    """
    files = _found(arguments, root, path)
    tables = [_table(file, path) for file in files]
    source = _source(files, arguments)
    named = [(file.name, observed(table)) for file, table in zip(files, tables, strict=True)]
    return whole(tables, all_joined(named, path), source, path, folder_of(files))


def chunks(arguments: Mapping[str, object], root: Path, path: KeyPath, rows: int) -> Iterator[Table]:
    """Read `rows` rows at a time, or fewer where these take much room, of the same types as `read` gives.

    What neither the schema nor the footer says (how long lists are) is settled by a first pass over the
    columns that it concerns, made once as long as the files stay as they are.

    Raises:
        DataError: as in `read`, also while it is read.
    """
    files = _found(arguments, root, path)
    source = _source(files, arguments)
    kinds = _settled(_stamps(files), source, path)
    rows = min([rows, *(_rows_at_once(file, path) for file in files)])
    yield from regrouped(
        (part for file in files for part in _parts(file, path, rows)), kinds, source, rows, folder_of(files)
    )


def row_groups(arguments: Mapping[str, object], root: Path, path: KeyPath, most: int) -> Stream | None:
    """The row groups of the files as chunks; None where one takes more than `most` bytes unpacked.

    Raises:
        DataError: as in `read`.
    """
    files = _found(arguments, root, path)
    source, groups = _source(files, arguments), list[tuple[File, int, int]]()
    footers: dict[File, Any] = {}
    for file in files:
        with _opened(file, path) as opened:
            footers[file] = opened.metadata
            for index in range(opened.metadata.num_row_groups):
                group = opened.metadata.row_group(index)
                if group.total_byte_size > most:
                    return None
                groups.append((file, index, group.num_rows))
    kinds = _settled(_stamps(files), source, path)

    def read_group(number: int, columns: Collection[str] | None) -> Mapping[str, Array]:
        file, index, _ = groups[number]
        wanted = [name for name in kinds if columns is None or name in columns]
        with _opened(file, path, footers[file]) as opened:
            table = plain(opened.read_row_group(index, wanted), file.name, path)
        return arrays(table, {name: kinds[name] for name in wanted})

    counts = tuple(rows for _, _, rows in groups)
    key = repr(["Parquet", *_stamps(files)])
    return Stream(source, counts, read_group, counts, folder=folder_of(files), key=key)


def _stamps(files: list[File]) -> tuple[tuple[File, int, int], ...]:
    """Changes when a file does, without reading it."""
    return tuple((file, file.path.stat().st_mtime_ns, file.path.stat().st_size) for file in files)


def _source(files: list[File], arguments: Mapping[str, object]) -> str:
    return files[0].name if len(files) == 1 else str(arguments["path"])


def _found(arguments: Mapping[str, object], root: Path, path: KeyPath) -> list[File]:
    """The files after a look at their columns."""
    files, place = source_files(arguments, root, path), source_place(arguments, path)
    require_pyarrow(files[0].name, path)
    named = {}
    for file in files:
        with _opened(file, place) as opened:
            named[file.name] = list(opened.schema_arrow.names)
    refuse_other_columns(named, place)
    return files


@contextmanager
def _opened(file: File, path: KeyPath, footer: Any = None, whole: bool = True) -> Iterator[Any]:
    """A file, to read from, by whole row groups or less.

    Its footer takes a while where there are many groups, and may be known.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(
            str(file.path), metadata=footer, buffer_size=0 if whole else BUFFER, pre_buffer=whole
        ) as opened:
            yield opened
    except (pyarrow.ArrowException, OSError, EOFError, UnicodeError) as error:
        told = " ".join(str(error).split())
        if "magic bytes" in told or "smaller than the minimum" in told or "file size is 0" in told:
            message = f"{file.name} is no Parquet file, or it is cut off: a Parquet file ends in PAR1"
        else:
            message = f"{file.name} cannot be read as Parquet: {told[:200]}"
        raise DataError(message, path=path, check="file") from error


def _table(file: File, path: KeyPath) -> Any:
    with _opened(file, path) as opened:
        return plain(opened.read(), file.name, path)


def _parts(file: File, path: KeyPath, rows: int, columns: list[str] | None = None) -> Iterator[Any]:
    import pyarrow

    with _opened(file, path, whole=False) as opened:
        for batch in opened.iter_batches(batch_size=rows, columns=columns):
            yield plain(pyarrow.Table.from_batches([batch]), file.name, path)


def _rows_at_once(file: File, path: KeyPath) -> int:
    """How many rows are read together, by what they take unpacked."""
    with _opened(file, path) as opened:
        groups = [opened.metadata.row_group(index) for index in range(opened.metadata.num_row_groups)]
    widest = max((group.total_byte_size // max(group.num_rows, 1) for group in groups), default=0)
    return max(min(ROWS, BYTES // max(widest, 1)), 1)


@lru_cache(maxsize=32)
def _settled(stamps: tuple[tuple[File, int, int], ...], source: str, path: KeyPath) -> Kinds:
    """What each column is over all files."""
    found: list[tuple[str, Kinds]] = []
    rows = 0
    for file, _, _ in stamps:
        with _opened(file, path) as opened:
            rows += opened.metadata.num_rows
            said = observed(plain(opened.schema_arrow.empty_table(), file.name, path))
            unsaid = [field.name for field in opened.schema_arrow if _is_unsaid(field.type)]
            missing = _missing(opened.metadata)
        said |= {name: replace(said[name], nulls=missing[name] > 0) for name in unsaid if name in missing}
        unsaid = [name for name in unsaid if name not in missing]
        parts = _parts(file, path, _rows_at_once(file, path), unsaid) if unsaid else ()
        looked = [(file.name, observed(part)) for part in parts]
        found.append((file.name, {**said, **all_joined(looked, path)}))
    if not rows:
        raise no_rows(source, path)
    return all_joined(found, path)


def _missing(footer: Any) -> dict[str, int]:
    """How many values are missing in each column of single values, as far as a file's footer says it."""
    told = dict[str, int]()
    unsaid = set[str]()
    for index in range(footer.num_row_groups):
        group = footer.row_group(index)
        for column in (group.column(number) for number in range(group.num_columns)):
            name, statistics = column.path_in_schema, column.statistics
            if statistics is None or not statistics.has_null_count:
                unsaid.add(name)
            else:
                told[name] = told.get(name, 0) + statistics.null_count
    return {name: count for name, count in told.items() if name not in unsaid}


def _is_unsaid(kind: Any) -> bool:
    """Whether a column's type leaves open what it is: floats have NaN for what is missing, and texts None."""
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_boolean(kind) or types.is_nested(kind))
