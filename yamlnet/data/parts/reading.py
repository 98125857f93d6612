"""The rows of each part: read, held or streamed, and divided."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from yamlnet.data.media.columns import without_broken
from yamlnet.data.media.decoding import kind_of
from yamlnet.data.parts.in_order import is_one_text, parts_in_order, require_order, text_in_order
from yamlnet.data.parts.splits import PARTS, Shares, assign, needs_all_rows
from yamlnet.data.rows import Rows
from yamlnet.data.sources import read_source
from yamlnet.data.streams.spool import open_stream
from yamlnet.data.streams.stream import Stream
from yamlnet.data.table import Table
from yamlnet.data.windows import Reach, reach
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan


def read_parts(plan: DataPlan, root: Path, seed: int) -> dict[str, Rows]:
    """The rows of each part that there is.

    Raises:
        DataError: a source cannot be read, its rows cannot be divided, or a part has none.
    """
    rows = _rows(plan, plan.train, root)
    fractions = {part: value for part in PARTS if isinstance(value := getattr(plan, part), float)}
    if sum(fractions.values()) >= 1:
        message = (
            f"validation and test take {sum(fractions.values()):g} of the rows, which leaves none to train on"
        )
        raise DataError(message, path=(*plan.path, "test"), check="empty-split")
    parts: dict[str, Rows] = {"train": rows}
    asked = reach([*plan.inputs.values(), *plan.targets.values()])
    if fractions or plan.fold is not None or plan.split.kind == "column":
        shares = Shares(**fractions, folds=plan.folds, fold=plan.fold)
        if asked is not None and isinstance(rows, Table) and plan.split.kind == "random":
            parts = _wanted(_in_order(rows, plan, shares, asked), plan)
        else:
            parts = _wanted(_divided(rows, plan, shares, seed, asked), plan)
    for part in ("validation", "test"):
        if isinstance(source := getattr(plan, part), SourcePlan):
            parts[part] = _rows(plan, source, root)
    if asked is not None and any(isinstance(found, Stream) for found in parts.values()):
        message = "windows look at rows one after another, and these are streamed; hold them: stream: false"
        raise DataError(message, path=plan.path, check="stream")
    for part, found in parts.items():
        if found.rows == 0:
            message = f"the {part} part of {rows.rows} rows is empty; give it a larger fraction, or more rows"
            raise DataError(message, path=(*plan.path, part), check="empty-split")
    return {part: parts[part] for part in PARTS if part in parts}


def _rows(plan: DataPlan, source: SourcePlan, root: Path) -> Table | Stream:
    """All rows of a source: in memory if they fit, or are asked to be held."""
    asked = plan.stream
    if asked and any(kind_of(one.transforms) for one in (*plan.inputs.values(), *plan.targets.values())):
        asked = None  # what is asked for are the files; rows that name them are few enough, or say so
    stream = open_stream(source, root, asked)
    return stream if stream is not None else read_source(source, root)


def _divided(
    rows: Table | Stream, plan: DataPlan, shares: Shares, seed: int, asked: Reach | None
) -> dict[str, Rows]:
    """The rows of every part."""
    if isinstance(rows, Table):
        if asked is not None:
            require_order(rows, plan.split, asked.by)
        codes = assign(rows, plan.split, shares, seed)
        return {part: rows.take(np.flatnonzero(codes == code)) for part, code in PARTS.items()}
    if needs_all_rows(plan.split, shares):
        how = "folds" if shares.fold is not None else f"a split by {plan.split.kind}"
        message = f"{how} looks at all rows at once, and these are streamed; hold them: stream: false"
        raise DataError(message, path=plan.split.path, check="stream")
    chunks = [assign(chunk, plan.split, shares, seed) for chunk in rows.chunks()]
    return {part: rows.of_part(chunks, code) for part, code in PARTS.items()}


def _in_order(rows: Table, plan: DataPlan, shares: Shares, asked: Reach) -> dict[str, Rows]:
    """The rows of every part where windows are taken: divided at random, a window would be in two parts."""
    if shares.fold is not None:
        message = "windows take rows in their order, which folds do not keep; write split: {time: …}"
        raise DataError(message, path=(*plan.path, "folds"), check="split")
    if is_one_text(rows):
        return dict(text_in_order(rows, {"validation": shares.validation, "test": shares.test}))
    series = rows.column(asked.by, (*plan.path, "inputs")) if asked.by is not None else None
    parts = parts_in_order(rows, shares.validation, shares.test, series)
    return {part: rows.take(getattr(parts, part)) for part in PARTS}


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
        if not isinstance(rows, Table):
            message = "on_error: skip looks at every file first, and these are streamed: stream: false"
            raise DataError(message, path=(*plan.path, "on_error"), check="stream")
        kept[part], broken = without_broken(tensors, rows)
        if broken and reach(tensors) is not None:
            message = f"{broken[0]}; windows take rows one after another, so none can be left out"
            raise DataError(message, path=(*plan.path, "on_error"), check="broken-file")
        if broken:
            skipped[part] = broken
    return kept, skipped


def _wanted(parts: Mapping[str, Rows], plan: DataPlan) -> dict[str, Rows]:
    """The parts that were asked for; a column that says them need not name them all, but training rows."""
    if plan.split.kind == "column":
        if not parts["train"].rows:
            message = f'no row of column "{plan.split.column}" says train'
            raise DataError(message, path=plan.split.path, check="empty-split")
        return {part: rows for part, rows in parts.items() if rows.rows}
    wanted = {"train": True, "validation": plan.validation or plan.fold, "test": plan.test}
    return {part: rows for part, rows in parts.items() if wanted[part]}
