"""The rows of each part: read, held or streamed, and divided."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from yamlnet.data.rows import Rows
from yamlnet.data.sources import read_source
from yamlnet.data.splits import split_rows
from yamlnet.data.spool import open_stream
from yamlnet.data.streams import Stream
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan

PARTS = ("train", "validation", "test")


def read_parts(plan: DataPlan, root: Path, seed: int) -> dict[str, Rows]:
    """The rows of each part that there is.

    Raises:
        DataError: a source cannot be read, or a part would be empty.
    """
    rows = _rows(plan, plan.train, root)
    fractions = {part: value for part in PARTS[1:] if isinstance(value := getattr(plan, part), float)}
    if sum(fractions.values()) >= 1:
        message = (
            f"validation and test take {sum(fractions.values()):g} of the rows, which leaves none to train on"
        )
        raise DataError(message, path=(*plan.path, "test"), check="empty-split")
    divided: dict[str, Rows] = _divided(rows, fractions, seed) if fractions else {"train": rows}
    for part in PARTS[1:]:
        source = getattr(plan, part)
        if isinstance(source, SourcePlan):
            divided[part] = _rows(plan, source, root)
    for part, found in divided.items():
        if found.rows == 0:
            message = f"the {part} part of {rows.rows} rows is empty; give it a larger fraction, or more rows"
            raise DataError(message, path=(*plan.path, part), check="empty-split")
    return divided


def _rows(plan: DataPlan, source: SourcePlan, root: Path) -> Table | Stream:
    """All rows of a source: in memory if they fit, or are asked to be held."""
    stream = open_stream(source, root, plan.stream)
    return stream if stream is not None else read_source(source, root)


def _divided(rows: Table | Stream, fractions: dict[str, float], seed: int) -> dict[str, Rows]:
    """The rows by the part that each of them belongs to."""
    codes = [_codes(table, fractions, seed) for table in rows.chunks()]
    if isinstance(rows, Stream):
        parts: list[Rows] = [*rows.parts(codes, len(PARTS))]
    else:
        parts = [rows.take(np.flatnonzero(codes[0] == code)) for code in range(len(PARTS))]
    found = dict(zip(PARTS, parts, strict=True))
    return {part: found[part] for part in PARTS if part == "train" or part in fractions}


def _codes(table: Table, fractions: dict[str, float], seed: int) -> Array:
    """The part of each row, as its index in `PARTS`."""
    parts = split_rows(table, fractions.get("validation", 0.0), fractions.get("test", 0.0), seed)
    codes = np.zeros(table.rows, dtype=np.int8)
    codes[parts.validation] = 1
    codes[parts.test] = 2
    return codes
