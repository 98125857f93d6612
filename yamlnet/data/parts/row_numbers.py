"""A number for each row that its content alone decides: what its part of the data follows from.

All rows are hashed side by side. A row is the 64-bit words of its columns, in order of their names, taken in
one after the other by the mixing step of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable
pseudorandom number generators"): `state = mix(state ^ word)`, from `mix(seed)` on. A column of numbers is its
bytes, little-endian, in words of eight, the last one filled with zeros. A column of objects is the length of
each one's bytes and then these, or their BLAKE2b of eight bytes where they are more than `LONG`. Before each
column the state takes in what it is, without mixing: its width in bytes, 255 for objects.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator

import numpy as np

from yamlnet.data.parts.older_numbers import bytes_of, older_numbers
from yamlnet.data.table import Array, Table

OLDER, FORM = 1, 2
"""How rows get their numbers: as in version 0.3, and now; see `SplitPlan.form`."""

SLICE = 16_384
"""Rows that are hashed side by side: their states stay in the processor's cache."""

LONG = 64
OBJECTS = 255

GAMMA, FIRST, SECOND = (
    np.uint64(one) for one in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


def row_numbers(table: Table, seed: int, form: int = FORM) -> Array:
    """A number in [0, 1) for each row, from its content and the seed alone: (rows,) float64.

    Args:
        table: any rows.
        seed: another seed gives other numbers.
        form: how it is done.
    """
    if form == OLDER:
        return older_numbers(table, seed)
    found = np.empty(table.rows, dtype=np.float64)
    columns = [table.columns[name] for name in sorted(table.columns)]
    for first in range(0, table.rows, SLICE):
        state = np.full(min(SLICE, table.rows - first), seed % 2**64, dtype=np.uint64)
        _mix(state)
        for values in columns:
            _take(values[first : first + SLICE], state)
        found[first : first + SLICE] = (state >> np.uint64(11)) / 2**53
    return found


def _mix(state: Array) -> None:
    """SplitMix64's step, in place: each bit of a state changes half of the next one's."""
    state += GAMMA
    shifted = state >> np.uint64(30)
    np.bitwise_xor(state, shifted, out=state)
    np.multiply(state, FIRST, out=state)
    np.right_shift(state, np.uint64(27), out=shifted)
    np.bitwise_xor(state, shifted, out=state)
    np.multiply(state, SECOND, out=state)
    np.right_shift(state, np.uint64(31), out=shifted)
    np.bitwise_xor(state, shifted, out=state)


def _take(values: Array, state: Array) -> None:
    """One column into the states of its rows."""
    if values.dtype.kind == "O":
        _take_objects(map(bytes_of, values), state)
        return
    width = values.dtype.itemsize * math.prod(values.shape[1:])
    np.bitwise_xor(state, np.uint64(width), out=state)
    for word in _words(values, width):
        np.bitwise_xor(state, word, out=state)
        _mix(state)


def _words(values: Array, width: int) -> Iterator[Array]:
    """The words of each row's numbers, as uint64 of (rows,) or smaller whole numbers."""
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).reshape(len(values), -1)
    if width in (1, 2, 4, 8):
        yield little.view(f"<u{width}").reshape(-1)
        return
    words = np.zeros((len(values), -(-width // 8)), dtype="<u8")
    words.view(np.uint8)[:, :width] = little.view(np.uint8).reshape(len(values), width)
    yield from words.T


def _take_objects(found: Iterable[bytes], state: Array) -> None:
    lengths, short = np.empty(len(state), dtype=np.uint64), list[bytes]()
    for row, one in enumerate(found):  # of files, whose bytes are let go one by one
        lengths[row] = len(one)
        short.append(one if len(one) <= LONG else hashlib.blake2b(one, digest_size=8).digest())
    np.bitwise_xor(state, np.uint64(OBJECTS), out=state)
    np.bitwise_xor(state, lengths, out=state)
    _mix(state)
    width = -(-max(map(len, short), default=0) // 8) * 8
    words = np.frombuffer(b"".join(one.ljust(width, b"\0") for one in short), dtype="<u8").reshape(
        len(short), -1
    )
    for number, word in enumerate(words.T):
        rows = np.minimum(lengths, np.where(lengths > LONG, 8, LONG)) > 8 * number
        left = state[rows] ^ word[rows]
        _mix(left)
        state[rows] = left
