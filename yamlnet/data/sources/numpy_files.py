"""`Npz` and `Npy`: NumPy's own files. The first axis of every array is the rows.

Columns of an archive (`Npz`) are its arrays by name; an `Npy` file is one array, the column `array`. Pickled
objects in them are refused, since unpickling runs code. A large `Npy` file is read where it lies.
(https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html)
"""

from __future__ import annotations

import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from yamlnet.data.columns.arrow import refuse_other_columns
from yamlnet.data.files.found import File, source_files, source_place
from yamlnet.data.table import Array, Table, checked_table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

COLUMN = "array"
"""The column of an `Npy` file."""

WRONG = (
    ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, AttributeError, KeyError, TypeError,
    SyntaxError, NotImplementedError, MemoryError, OverflowError, struct.error, tokenize.TokenError,
)  # fmt: skip
"""What NumPy raises of a file that is none of its own."""


def read_npz(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read an archive, or several of the same arrays.

    Raises:
        DataError: there is no such file, or it is no archive of plain arrays.
    """
    files = source_files(arguments, root, path)
    parts = {file.name: _archive(file, path) for file in files}
    refuse_other_columns({name: list(part) for name, part in parts.items()}, source_place(arguments, path))
    names = next(iter(parts.values()))
    columns = {name: _together({file: part[name] for file, part in parts.items()}, path) for name in names}
    return checked_table(columns, _source(files, arguments), path)


def read_npy(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read an array, or several whose rows have the same shape.

    Raises:
        DataError: there is no such file, or it is no plain array.
    """
    files = source_files(arguments, root, path)
    rows = _together({file.name: _one(file, path) for file in files}, path)
    return checked_table({COLUMN: rows}, _source(files, arguments), path)


def _source(files: list[File], arguments: Mapping[str, object]) -> str:
    return files[0].name if len(files) == 1 else str(arguments["path"])


def _archive(file: File, path: KeyPath) -> dict[str, Array]:
    try:
        archive = np.load(file.path, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            message = f"{file.name} is one array, and no archive; its source is Npy"
            raise DataError(message, path=path, check="file")
        with archive:
            return {name: _with_rows(archive[name], name) for name in archive.files}
    except WRONG as error:
        message = f"{file.name} is not an archive of plain arrays, as numpy.savez writes them"
        raise _refused(message, error, path) from error


def _one(file: File, path: KeyPath) -> Array:
    try:
        found = np.load(file.path, mmap_mode="r", allow_pickle=False)
        if not isinstance(found, np.ndarray):
            found.close()
            message = f"{file.name} is an archive of several arrays; its source is Npz"
            raise DataError(message, path=path, check="file")
        return _with_rows(found, COLUMN)
    except WRONG as error:
        raise _refused(f"{file.name} is not a plain array, as numpy.save writes it", error, path) from error


def _refused(message: str, error: Exception, path: KeyPath) -> DataError:
    is_pickled = "Object arrays" in str(error) or "Python objects" in str(error)
    why = ": it holds Python objects, whose unpickling runs code" if is_pickled else ""
    rows = f": {error}" if isinstance(error, _NoRows) else ""
    return DataError(f"{message}{rows or why}", path=path, check="file")


class _NoRows(ValueError):
    """An array that is a single value."""


def _with_rows(values: Array, name: str) -> Array:
    if values.ndim == 0:
        raise _NoRows(f'"{name}" is a single value, and has no rows')
    return values


def _together(parts: Mapping[str, Array], path: KeyPath) -> Array:
    if len(parts) == 1:
        return next(iter(parts.values()))
    (first, one), *others = parts.items()
    for name, part in others:
        if part.shape[1:] != one.shape[1:] or (part.dtype.kind in "US") != (one.dtype.kind in "US"):
            message = (
                f"{name} has rows of shape {list(part.shape[1:])} ({part.dtype}), and {first} "
                f"of {list(one.shape[1:])} ({one.dtype})"
            )
            raise DataError(message, path=path, check="ragged")
    return np.concatenate(list(parts.values()))
