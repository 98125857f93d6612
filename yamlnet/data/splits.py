"""Which rows are for training, validation and test: by the rows' content and the seed.

Each row is hashed with the seed to a number between 0 and 1, and the number decides its part. So adding
a row moves no other, the order of the rows does not matter, and equal rows always share a part: what is
tested was never trained on. The parts' sizes are close to the fractions, not exactly them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array, Table


class Parts(Struct, frozen=True):
    """Row indices of each part, ascending."""

    train: Array
    validation: Array
    test: Array


def split_rows(table: Table, validation: float, test: float, seed: int) -> Parts:
    """Divide rows: numbers below `test` are test, the next `validation` validation, the rest training.

    Args:
        table: the rows.
        validation: fraction of all rows, 0 for none.
        test: likewise; the two fractions and what is left are of the same rows.
        seed: another seed gives another division.
    """
    numbers = row_numbers(table, seed)
    in_test = numbers < test
    in_validation = ~in_test & (numbers < test + validation)
    return Parts(
        train=np.flatnonzero(~in_test & ~in_validation),
        validation=np.flatnonzero(in_validation),
        test=np.flatnonzero(in_test),
    )


def row_numbers(table: Table, seed: int) -> Array:
    """A number in [0, 1) for each row, from its content and the seed alone."""
    key = seed.to_bytes(8, "little", signed=True)
    columns = [_row_bytes(table.columns[name]) for name in sorted(table.columns)]
    return np.array([_number(parts, key) for parts in zip(*columns, strict=True)], dtype=np.float64)


def _number(parts: tuple[bytes, ...], key: bytes) -> float:
    digest = hashlib.blake2b(key=key, digest_size=8)
    for part in parts:
        digest.update(len(part).to_bytes(4, "little"))
        digest.update(part)
    return int.from_bytes(digest.digest(), "little") / 2**64


def _object_bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, Path):
        return str(value).encode()
    try:
        return value.read_bytes()
    except OSError:  # told where it is decoded, or left out there
        return str(value.name).encode()


def _row_bytes(values: Array) -> Sequence[bytes]:
    """Each row of a column as bytes, the same on every machine."""
    if values.dtype.kind == "O":
        return [_object_bytes(value) for value in values]
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    size = little.dtype.itemsize * (little.size // max(len(little), 1))
    whole = little.tobytes()
    return (
        [whole[start : start + size] for start in range(0, len(whole), size)] if size else [b""] * len(values)
    )
