"""Decoded files as one array, each thread writing its rows to their places."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from yamlnet.data.media.broken import Broken
from yamlnet.data.media.contents import on_all_cores, or_broken
from yamlnet.data.media.sounds import Sound
from yamlnet.data.place import Place
from yamlnet.data.table import Array, Known
from yamlnet.data.waiting import Waiting
from yamlnet.diagnostics.diagnostic import DataError

Decode = Callable[[object], Array | Sound]


def named(files: Array, row: int, place: Place) -> str:
    """A row, with its file as the rows name it: `row 3 of column "file" (cats/a.png)`."""
    file, folder = files[row], place.table.folder
    if not isinstance(file, Path):
        return place.row(row)
    below = folder is not None and file.is_relative_to(os.path.realpath(folder))
    shown = file.relative_to(os.path.realpath(folder)) if below and folder is not None else file.name
    return f"{place.row(row)} ({shown})"


class Stack:
    """The rows of a column that can be decoded.

    Attributes:
        values: (rows, *shape), once `fill` is done.
        like: what all of them are to be; where it is None, the first says so, if there is one.
        broken: by row, why another cannot be decoded.
    """

    def __init__(
        self,
        files: Array,
        rows: Sequence[int],
        decode: Decode,
        place: Place,
        like: Known | None = None,
        contents: Array | None = None,
    ) -> None:
        self.files, self.rows, self.decode, self.place, self.like = files, rows, decode, place, like
        self.contents = files if contents is None else contents
        self.values: Array = np.empty((0,), dtype=np.float32)
        self.broken: dict[int, str] = {}

    def fill(self, waiting: Waiting) -> None:
        """Decode all rows.

        Raises:
            DataError: one differs from the first in size, length, channels or rate.
        """
        begun = self._first()
        waiting.advance(begun)
        others = range(begun, len(self.rows))
        for position, found in zip(others, on_all_cores(self._put, others, waiting), strict=True):
            if isinstance(found, Broken):
                self.broken[self.rows[position]] = str(found)
            elif found is not None:
                raise _unlike(found, self.like or found, self.place)
        if self.broken and self.like is not None:
            self.values = self.values[[row not in self.broken for row in self.rows]]

    def _first(self) -> int:
        """Decode up to the first row that is not broken, and make the array; how many rows that took."""
        if self.like is not None:
            dtype = np.float32 if self.like.rate else np.uint8
            self.values = np.empty((len(self.rows), *self.like.shape), dtype=dtype)
            return 0
        for position, row in enumerate(self.rows):
            found = or_broken(self.decode, self.contents[row])
            if not isinstance(found, Broken):
                values, rate = parted(found)
                self.like = _known(values, rate, named(self.files, row, self.place))
                self.values = np.empty((len(self.rows), *values.shape), dtype=values.dtype)
                self.values[position] = values
                return position + 1
            self.broken[row] = str(found)
        return len(self.rows)

    def _put(self, position: int) -> Known | None:
        """Decode a row to its place; what it is where it has none there."""
        values, rate = parted(self.decode(self.contents[self.rows[position]]))
        if self.like is None or (values.shape, rate) != (self.like.shape, self.like.rate):
            return _known(values, rate, named(self.files, self.rows[position], self.place))
        self.values[position] = values
        return None


def parted(found: Array | Sound) -> tuple[Array, int]:
    """Pixels and 0, or samples and their rate."""
    return (found.samples, found.rate) if isinstance(found, Sound) else (found, 0)


def _known(values: Array, rate: int, row: str) -> Known:
    return Known(values.shape, values.itemsize, rate, row, 0)


def _unlike(found: Known, first: Known, place: Place) -> DataError:
    """What is told of a row that does not fit the first one."""
    if found.rate != first.rate:
        what, other, mend = f"{found.rate} Hz", f"{first.rate} Hz", "give all one rate: resample: 16000"
    elif found.rate:
        what, other = f"{found.shape[0]} samples", f"{first.shape[0]}"
        mend = "give all one length: seconds: 1.0"
    elif found.shape[:2] == first.shape[:2]:
        what, other = f"channels: {found.shape[2]}", f"channels: {first.shape[2]}"
        mend = "give all as many: channels: 3"
    else:
        what, other = (f"{one.shape[0]} × {one.shape[1]} pixels" for one in (found, first))
        mend = "give all one size: resize: [height, width]"
    return DataError(
        f"{found.row} has {what}, and {first.row} {other}; {mend}", path=place.path, check="ragged"
    )
