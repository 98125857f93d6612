"""Columns of files among a tensor's columns: their first words are what decoding does to each file.

Nothing says that a column holds files but what is in it: paths, or bytes that begin as an image's or a
sound's do; texts are names of files where the tensor's first word is about images or sounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from yamlnet.data.media.decoding import (
    Decoded,
    Kind,
    broken_row,
    decode,
    decode_some,
    files_of,
    first_of,
    kind_in,
    kind_of,
    quiet,
    rates,
    read,
    read_some,
)
from yamlnet.data.place import Place
from yamlnet.data.rows import Rows
from yamlnet.data.streams import spool
from yamlnet.data.table import Array, Table
from yamlnet.data.waiting import Waiting
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import TensorPlan

Transforms = Sequence[tuple[str, object]]

PIECE_BYTES = 8 << 20
"""About what is decoded at a time of files that memory does not hold."""

RATE = "sampling rate"
"""Where the rate of sounds that are not resampled stands among the states of a column's words."""


def fit_files(plan: TensorPlan, column: str, train: Rows) -> dict[str, Any]:
    """What is learnt of the files in a column: the rate of sounds, where no word gives them one.

    Raises:
        DataError: there are several.
    """
    found: set[int] = set()
    for table in train.chunks([column]):
        known = table.known.get((plan.name, column))
        kind, words, _ = leading(plan.transforms, table.column(column, plan.path))
        if kind != "sound" or any(word == "resample" for word, _ in words):
            return {}
        if known is not None:
            return {RATE: known.rate}
        place = Place(column, plan.path, table)
        found |= rates(files_of(table.column(column, plan.path), place), place)
    if len(found) > 1:
        listed = ", ".join(str(rate) for rate in sorted(found))
        message = f'the sounds of column "{column}" have several sampling rates ({listed} Hz)'
        message += f"; give all one: resample: {min(found)}"
        raise DataError(message, path=plan.path, check="ragged")
    return {RATE: found.pop()} if found else {}


def decoded(
    plan: TensorPlan, transforms: Transforms, column: str, table: Table, learnt: dict[str, Any]
) -> tuple[Array, Transforms]:
    """A column's values with its files decoded, and the transforms that are left to do.

    Raises:
        DataError: a file is broken, leads out of the data's folder, or does not fit the others.
    """
    values = table.column(column, plan.path)
    kind, words, rest = leading(transforms, values)
    if kind is None:
        return values, transforms
    place, known = Place(column, plan.path, table), table.known.get((plan.name, column))
    if known is None or known.words != len(words):
        found = decode(files_of(values, place), kind, words, place)
    elif known.values is None:
        found = decode_some(files_of(values, place), kind, words, place, known)
    else:
        found = Decoded(known.values, known.rate, {})
    rate = learnt.get(RATE)
    if rate is not None and found.rate not in (0, rate):
        message = f'the sounds of column "{column}" have {found.rate} Hz, and those of training {rate} Hz'
        raise DataError(f"{message}; train with resample: {rate}", path=plan.path, check="ragged")
    return found.values, rest


def broken_rows(tensors: Sequence[TensorPlan], table: Table, held: bool = True) -> dict[int, str]:
    """The rows that any tensor cannot be made of, with what is wrong with the first of their files.

    With `held` what is decoded for it is kept, if memory holds it: it is asked for again.
    """
    found: dict[int, str] = {}
    for tensor in tensors:
        found = {**_broken_rows(tensor, table, held), **found}
    return found


def _broken_rows(plan: TensorPlan, table: Table, held: bool) -> dict[int, str]:
    """The rows of which a file of this tensor cannot be decoded, with what is wrong, named as in errors.

    Raises:
        DataError: as in `decoded`, of what is no broken file.
    """
    found: dict[int, str] = {}
    for column in plan.columns:
        values = table.column(column, plan.path)
        kind, words, _ = leading(plan.transforms, values)
        if kind is not None:
            place = Place(column, plan.path, table)
            files = files_of(values, place)
            for row, why in _broken(files, kind, words, place, held):
                found.setdefault(row, broken_row(files, row, kind, place, why))
    return found


def _broken(
    files: Array, kind: Kind, words: Transforms, place: Place, held: bool
) -> Iterator[tuple[int, str]]:
    """The files that cannot be decoded, and why; those that memory does not hold are decoded in pieces."""
    first = first_of(files, kind, words, place)
    if first is None or (held and len(files) * first.bytes <= spool.HELD_BYTES):
        yield from read(files, kind, words, place).broken.items()
        return
    step = max(PIECE_BYTES // first.bytes, 1)
    with quiet(kind), Waiting(f"{place.column}: looking at {kind}s", len(files)) as waiting:
        for start in range(0, len(files), step):
            found = read_some(files[start : start + step], kind, words, place, first)
            yield from ((start + row, why) for row, why in found.broken.items())
            waiting.advance(step)


def without_broken(tensors: Sequence[TensorPlan], table: Table) -> tuple[Table, tuple[str, ...]]:
    """A table without the rows that any tensor cannot be made of, and what is wrong with each of those.

    Raises:
        DataError: no row is left.
    """
    found = broken_rows(tensors, table)
    require_rows(table.rows, [found[row] for row in sorted(found)])
    kept = np.array([row for row in range(table.rows) if row not in found], dtype=np.intp)
    return (table.take(kept) if found else table), tuple(found[row] for row in sorted(found))


def require_rows(rows: int, broken: Sequence[str]) -> None:
    """Refuse rows of which every one is broken.

    Raises:
        DataError: with what is wrong with the first.
    """
    if len(broken) == rows:
        message = f"every one of {rows} rows is broken; of the first: {broken[0]}"
        raise DataError(message, path=("data", "on_error"), check="broken-file")


def leading(transforms: Transforms, values: Array) -> tuple[Kind | None, Transforms, Transforms]:
    """What the files of a column are (None: there are none), the words that decoding does, and those left."""
    kind = kind_of(transforms) if values.dtype.kind == "O" else None
    held = kind_in(values)
    if kind is None or (kind != held and held is not None):
        kind = held
    words = list(takewhile(lambda word: kind_of([word]) == kind, transforms)) if kind is not None else []
    return kind, words, list(transforms)[len(words) :]
