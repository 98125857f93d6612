"""`Csv`, `Parquet` and `Json`: tables read by Apache Arrow (https://arrow.apache.org/docs/python/).

Number columns become float32 or int64, texts become strings, lists of one length become rows of an
array. A missing number is NaN, for `missing` to settle; a missing text is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from yamlnet.data.files import source_file
from yamlnet.data.table import Array, Table, checked_table, objects
from yamlnet.diagnostics.diagnostic import DataError, KeyPath


def read_csv(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read a CSV file with a header, plain or compressed (.gz, .bz2); types are inferred by column.

    Raises:
        DataError: there is no such file, or it does not read as CSV.
    """

    def read(file: Path) -> Any:
        from pyarrow import csv

        options = csv.ParseOptions(delimiter=str(arguments.get("sep", ",")))
        return csv.read_csv(file, parse_options=options)

    return _read(arguments, root, path, read)


def read_parquet(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read a Parquet file.

    Raises:
        DataError: there is no such file, or it is no Parquet.
    """

    def read(file: Path) -> Any:
        from pyarrow import parquet

        return parquet.read_table(file)

    return _read(arguments, root, path, read)


def read_json(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read JSON lines: one object a line.

    Raises:
        DataError: there is no such file, or a line is no JSON object.
    """

    def read(file: Path) -> Any:
        from pyarrow import json

        return json.read_json(file)

    return _read(arguments, root, path, read)


def _read(arguments: Mapping[str, object], root: Path, path: KeyPath, reader: Callable[[Path], Any]) -> Table:
    file = source_file(arguments, root, path)
    try:
        import pyarrow
    except ImportError as error:
        hint = 'pip install "yamlnet[data]"'
        raise DataError(f"reading {file.name} needs pyarrow", hint, path, "missing-package") from error
    try:
        table = reader(file)
    except (pyarrow.ArrowException, OSError, EOFError) as error:
        message = f"{file.name} cannot be read: {str(error).splitlines()[0]}"
        raise DataError(message, path=path, check="file") from error
    columns = {name: _array(table.column(name), name, file.name, path) for name in table.column_names}
    return checked_table(columns, file.name, path, file.parent)


def _array(column: Any, name: str, source: str, path: KeyPath) -> Array:
    import pyarrow

    kind = column.type
    if pyarrow.types.is_boolean(kind) and column.null_count:
        column, kind = column.cast(pyarrow.int8()), pyarrow.int8()
    if pyarrow.types.is_floating(kind) or (pyarrow.types.is_integer(kind) and column.null_count):
        return np.asarray(column.to_numpy(), dtype=np.float64)
    if pyarrow.types.is_integer(kind) or pyarrow.types.is_boolean(kind):
        return np.asarray(column.to_numpy())
    if pyarrow.types.is_list(kind) or pyarrow.types.is_fixed_size_list(kind):
        return _vectors(column, name, source, path)
    if pyarrow.types.is_null(kind):
        return np.full(len(column), np.nan)
    if pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind):
        return objects(column.to_pylist())
    return objects(column.cast(pyarrow.string()).to_pylist())


def _vectors(column: Any, name: str, source: str, path: KeyPath) -> Array:
    values = column.to_pylist()
    lengths = {len(value) if value is not None else 0 for value in values}
    if len(lengths) > 1:
        message = (
            f'column "{name}" of {source} has lists of different lengths ({min(lengths)} to {max(lengths)})'
        )
        raise DataError(message, path=path, check="ragged")
    return np.asarray(values, dtype=np.float64)
