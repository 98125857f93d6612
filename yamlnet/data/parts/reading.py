"""The rows of each part: read, held or streamed, and divided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from yamlnet.data.media.columns import broken_rows, require_rows, without_broken
from yamlnet.data.media.decoding import kind_of
from yamlnet.data.parts.in_order import (
    MEASURED,
    is_one_text,
    parts_in_order,
    reaches_back,
    require_order,
    rows_before,
    series_of,
    text_in_order,
)
from yamlnet.data.parts.learnt import only_learnt
from yamlnet.data.parts.split_columns import by_text
from yamlnet.data.parts.splits import PARTS, Shares, assign
from yamlnet.data.rows import Rows
from yamlnet.data.sources import read_source
from yamlnet.data.streams.other_order import in_other_order
from yamlnet.data.streams.spool import open_stream
from yamlnet.data.streams.stream import Stream
from yamlnet.data.table import Array, Table
from yamlnet.data.windows import Reach, reach
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, TensorPlan


def read_parts(plan: DataPlan, root: Path, seed: int) -> dict[str, Rows]:
    """The rows of each part that there is.

    Raises:
        DataError: a source cannot be read, its rows cannot be divided, or a part has none.
    """
    rows = all_rows(plan, root)
    fractions = {part: value for part in PARTS if isinstance(value := getattr(plan, part), float)}
    if sum(fractions.values()) >= 1:
        message = (
            f"validation and test take {sum(fractions.values()):g} of the rows, which leaves none to train on"
        )
        raise DataError(message, path=(*plan.path, "test"), check="empty-split")
    asked = reach(plan.inputs.values(), plan.targets.values())
    rows = _held_text(rows) if asked is not None else rows
    if fractions or plan.fold is not None or plan.split.kind == "column":
        shares = Shares(**fractions, folds=plan.folds, fold=plan.fold)
        parts = _wanted(_divided(rows, plan, shares, seed, asked), plan)
    else:
        parts = {"train": _whole(rows, plan, asked)}
    for part in ("validation", "test"):
        if isinstance(source := getattr(plan, part), SourcePlan):
            parts[part] = _whole(_read(plan, source, root), plan, asked)
    parts = only_learnt(plan, parts)
    for part, found in parts.items():
        if found.rows == 0:
            raise _empty(part, rows, plan)
    return {part: parts[part] for part in PARTS if part in parts}


def _empty(part: str, rows: Rows, plan: DataPlan) -> DataError:
    """A part that no row is in."""
    found = f"the {part} part of {rows.rows} rows is empty; it needs a larger fraction, or more rows"
    if plan.split.kind == "group":
        groups = len(by_text(rows, plan.split).values)
        found += f', for those of one "{plan.split.column}" stay together (groups: {groups})'
    return DataError(found, path=(*plan.path, part), check="empty-split")


def all_rows(plan: DataPlan, root: Path) -> Table | Stream:
    """All rows of the training source.

    Raises:
        DataError: it cannot be read.
    """
    return _read(plan, plan.train, root)


def _read(plan: DataPlan, source: SourcePlan, root: Path) -> Table | Stream:
    """All rows of a source: in memory if they fit, or are asked to be held."""
    asked = plan.stream
    if asked and any(kind_of(one.transforms) for one in (*plan.inputs.values(), *plan.targets.values())):
        asked = None  # what is asked for are the files; rows that name them are few enough, or say so
    stream = open_stream(source, root, asked)
    return stream if stream is not None else read_source(source, root)


def _held_text(rows: Table | Stream) -> Table | Stream:
    """A corpus that is one row is divided inside, so it has to be held."""
    return next(rows.chunks()) if rows.rows == 1 else rows


def _whole(rows: Table | Stream, plan: DataPlan, asked: Reach | None) -> Rows:
    """Rows that are not divided; of a stream series by series, where windows are taken of each."""
    if isinstance(rows, Table) or asked is None or asked.by is None:
        return rows
    return _streams(rows, np.zeros(rows.rows, dtype=np.int8), plan, asked)["train"]


def _divided(
    rows: Table | Stream, plan: DataPlan, shares: Shares, seed: int, asked: Reach | None
) -> dict[str, Rows]:
    """The rows of every part."""
    if asked is not None and plan.split.kind == "random":
        if shares.fold is not None:
            message = "windows take rows in their order, which folds do not keep; write split: {time: …}"
            raise DataError(message, path=(*plan.path, "folds"), check="split")
        if isinstance(rows, Table) and is_one_text(rows):
            return dict(text_in_order(rows, {"validation": shares.validation, "test": shares.test}))
        series = series_of(rows, asked.by, (*plan.path, "inputs")) if asked.by is not None else None
        codes = parts_in_order(rows.rows, shares, series)
    else:
        if asked is not None:
            require_order(rows, plan.split, asked.by)
        codes = assign(rows, plan.split, shares, seed)
    if isinstance(rows, Stream):
        return dict(_streams(rows, codes, plan, asked))
    tables = {part: rows.take(np.flatnonzero(codes == code)) for part, code in PARTS.items()}
    if asked is None or not reaches_back(plan.split):
        return dict(tables)
    series = series_of(rows, asked.by, (*plan.path, "inputs")) if asked.by is not None else None
    past = {part: np.flatnonzero(rows_before(codes, PARTS[part], asked.past, series)) for part in MEASURED}
    with_past = {
        part: replace(tables[part], past=rows.take(found)) for part, found in past.items() if len(found)
    }
    return {**tables, **with_past}


def _streams(rows: Stream, codes: Array, plan: DataPlan, asked: Reach | None) -> dict[str, Stream]:
    """The rows of every part of a stream; series by series, where windows are taken of each."""
    series = None
    if asked is not None and asked.by is not None:
        series = series_of(rows, asked.by, (*plan.path, "inputs"))
        order = np.argsort(series, kind="stable")
        rows = in_other_order(rows, order, f"series of {asked.by}", plan.train.path)
        codes, series = codes[order], series[order]
    found = {part: _part(rows, codes, code, series) for part, code in PARTS.items()}
    if asked is None or not reaches_back(plan.split):
        return found
    for part in MEASURED:
        past = rows_before(codes, PARTS[part], asked.past, series)
        if past.any():
            whole = _part(rows, np.where(past, PARTS[part], codes), PARTS[part], series)
            counts = np.add.reduceat(past[(codes == PARTS[part]) | past], whole.begun, dtype=np.int64)
            found[part] = replace(found[part], with_past=replace(whole, past=counts))
    return found


def _part(rows: Stream, codes: Array, part: int, series: Array | None) -> Stream:
    """The rows of one part by the part of every row, and where each series begins in it."""
    found = rows.of_part(np.split(codes, np.cumsum(rows.counts)[:-1]), part)
    if series is None:
        return found
    return replace(found, series=np.flatnonzero(np.diff(series[codes == part], prepend=-1)))


def without_broken_rows(
    plan: DataPlan, parts: Mapping[str, Rows]
) -> tuple[dict[str, Rows], dict[str, tuple[str, ...]]]:
    """The parts without rows whose files cannot be decoded (`on_error: skip`), and what is wrong with those.

    Raises:
        DataError: no row is left, or the rows cannot do without one.
    """
    kept, skipped = dict(parts), dict[str, tuple[str, ...]]()
    tensors = [*plan.inputs.values(), *plan.targets.values()]
    for part, rows in parts.items() if plan.on_error == "skip" else ():
        kept[part], broken = _without_broken(tensors, rows)
        if broken and reach(tensors) is not None:
            message = f"{broken[0]}; windows take rows one after another, so none can be left out"
            raise DataError(message, path=(*plan.path, "on_error"), check="broken-file")
        if broken:
            skipped[part] = broken
    return kept, skipped


def _without_broken(tensors: Sequence[TensorPlan], rows: Rows) -> tuple[Rows, tuple[str, ...]]:
    """The rows without those that are broken; of a stream each chunk is looked at, and its rows left out."""
    if not isinstance(rows, Stream):
        (table,) = rows.chunks()
        return without_broken(tensors, table)
    columns = {column for tensor in tensors for column in tensor.columns}
    left: dict[int, Array] = {}
    told: list[str] = []
    for index, table in rows.indexed(columns):
        if found := broken_rows(tensors, table, held=False):
            left[index] = np.array(sorted(found), dtype=np.intp)
            told += [found[row] for row in sorted(found)]
    require_rows(rows.rows, told)
    return rows.without(left), tuple(told)


def _wanted(parts: Mapping[str, Rows], plan: DataPlan) -> dict[str, Rows]:
    """The parts that were asked for; a column that says them need not name them all, but training rows."""
    if plan.split.kind == "column":
        if not parts["train"].rows:
            message = f'no row of column "{plan.split.column}" says train'
            raise DataError(message, path=plan.split.path, check="empty-split")
        return {part: rows for part, rows in parts.items() if rows.rows}
    wanted = {"train": True, "validation": plan.validation or plan.fold, "test": plan.test}
    return {part: rows for part, rows in parts.items() if wanted[part]}
