"""The numbers of rows by which the runs of version 0.3 divided them: they are divided so for ever.

It is the BLAKE2b hash of the row's columns, in order of their names, each with its length before it: a
microsecond a row and more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from yamlnet.data.table import Array, Table

SLICE = 65_536
"""Rows that are put side by side at a time."""


def older_numbers(table: Table, seed: int) -> Array:
    """A number in [0, 1) for each row, from its content and the seed alone: (rows,) float64."""
    key = seed.to_bytes(8, "little", signed=True)
    names = sorted(table.columns)
    hashes = bytearray()
    for first in range(0, table.rows, SLICE):
        columns = [table.columns[name][first : first + SLICE] for name in names]
        for row in _rows(columns):
            hashes += hashlib.blake2b(row, key=key, digest_size=8).digest()
    return np.frombuffer(bytes(hashes), dtype="<u8").astype(np.float64) / 2**64


def _rows(columns: Sequence[Array]) -> Iterator[bytes | memoryview]:
    """The bytes of each row, the same on every machine."""
    if all(values.dtype.kind != "O" for values in columns):
        whole = np.concatenate([_with_length(values) for values in columns], axis=1)
        width = whole.shape[1]
        view = memoryview(whole.tobytes())
        return (view[start : start + width] for start in range(0, len(view), width))
    parts = [_objects(values) if values.dtype.kind == "O" else _fixed(values) for values in columns]
    return map(b"".join, zip(*parts, strict=True))


def _with_length(values: Array) -> Array:
    """A column of numbers as bytes: (rows, 4 + size) uint8, the size before the numbers."""
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    numbers = little.reshape(len(values), -1).view(np.uint8).reshape(len(values), -1)
    size = np.frombuffer(numbers.shape[1].to_bytes(4, "little"), dtype=np.uint8)
    return np.concatenate([np.broadcast_to(size, (len(values), 4)), numbers], axis=1)


def _fixed(values: Array) -> Iterator[memoryview]:
    whole = _with_length(values)
    view = memoryview(whole.tobytes())
    return (view[start : start + whole.shape[1]] for start in range(0, len(view), whole.shape[1]))


def _objects(values: Array) -> Iterator[bytes]:
    for value in values:
        data = bytes_of(value)
        yield len(data).to_bytes(4, "little") + data


def bytes_of(value: object) -> bytes:
    """What stands for one object: its text, its bytes, what its file holds."""
    if isinstance(value, bytes):
        return value
    if not isinstance(value, Path):
        return str(value).encode()
    try:
        return value.read_bytes()
    except OSError:  # told where it is decoded, or left out there
        return value.name.encode()
