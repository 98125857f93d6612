"""A blueprint's data, ready for training: sources read, split, fitted on the training rows, made tensors."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from yamlnet.cache import sha256
from yamlnet.data.batches import Split
from yamlnet.data.fitting import fit_tensors, told_by
from yamlnet.data.media import kept
from yamlnet.data.media.file_split import FileSplit
from yamlnet.data.media.known import FileRows, with_known_files
from yamlnet.data.parts.reading import read_parts, without_broken_rows
from yamlnet.data.rows import Rows
from yamlnet.data.streams.stream import Stream
from yamlnet.data.streams.streamed_split import StreamedSplit
from yamlnet.data.survey import Facts, Look, Seen, survey
from yamlnet.data.table import Array, Table
from yamlnet.data.tensors import Fitted, Shape, make_tensors
from yamlnet.data.windows import Within, reach, require_reach
from yamlnet.resolver.plan import DataPlan, TensorPlan

FORM = 1
"""Of what is kept of tensors; raise it when they are made in another way."""

AnySplit = Split | StreamedSplit | FileSplit
"""Tensors that are held, or made when they are needed."""


class Dataset(Struct, frozen=True):
    """Everything that training needs of the data.

    Attributes:
        train, validation, test: tensors by input and output name; None where there is no such part.
        facts: what `${data.…}` reads: by tensor name, and `train.rows`.
        fitted: what the transforms learnt, by tensor name, JSON-able: kept with the run.
        skipped: by part, what was wrong with each row that was left out (`on_error: skip`).
        digest: SHA-256 of all tensors, in hexadecimal: two runs with the same one saw the same data.
    """

    train: AnySplit
    validation: AnySplit | None
    test: AnySplit | None
    facts: Facts
    fitted: dict[str, Fitted]
    digest: str
    skipped: Mapping[str, tuple[str, ...]] = {}


def load(
    plan: DataPlan,
    root: Path,
    seed: int,
    inputs: Mapping[str, Shape],
    fitted: Mapping[str, Fitted] | None = None,
) -> Dataset:
    """Read, split, fit and transform.

    Args:
        plan: the filled-in data section.
        root: the folder that paths are relative to.
        seed: decides the split together with the rows' content.
        inputs: the shapes that the model's inputs take, without the batch axis.
        fitted: what an earlier run learnt; fitted anew from the training rows when None.

    Raises:
        DataError: at the place in the blueprint that asked for what is missing or does not fit.
    """
    return from_parts(plan, read_parts(plan, root, seed), root, inputs, fitted)


def way(split: AnySplit) -> str:
    """In a sentence, how rows are read that memory does not hold; empty where it holds them."""
    if isinstance(split, Split) or (isinstance(split, FileSplit) and split.is_decoded):
        return ""
    what = "files are decoded" if isinstance(split, FileSplit) else "rows are read"
    return f"{what} when they are needed; to hold them in memory: stream: false"


def from_parts(
    plan: DataPlan,
    parts: Mapping[str, Rows],
    root: Path,
    inputs: Mapping[str, Shape],
    fitted: Mapping[str, Fitted] | None = None,
    room: int | None = None,
    look: Look | None = None,
) -> Dataset:
    """Fit and transform the rows of each part, from `read_parts`; the rest is as for `load`.

    Of decoded files as many bytes as there is `room` are held where the plan does not say; None: as of any
    source. `look` is shown all tensors once.
    """
    parts, skipped = without_broken_rows(plan, parts)
    tensors = [*plan.inputs.values(), *plan.targets.values()]
    parts = with_known_files(tensors, parts, plan.stream, plan.path, room)
    fitting = fit_tensors(plan, parts["train"], root) if fitted is None else told_by(plan, fitted)
    states = {name: one.states for name, one in fitting.items()}
    splits = {part: _split(plan, rows, states, inputs) for part, rows in parts.items()}
    seen = _seen(plan, splits, states, inputs) if look is None else survey(splits, look)
    splits = {part: _counted(plan, split, seen.rows.get(part, {})) for part, split in splits.items()}
    facts: Facts = {name: {**seen.facts[name], **one.facts} for name, one in fitting.items()}
    facts["train"] = {"rows": splits["train"].rows}
    return Dataset(
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits.get("test"),
        facts=facts,
        fitted=states,
        digest=seen.digest,
        skipped=skipped,
    )


def pipeline_inputs(
    table: Table,
    inputs: Mapping[str, TensorPlan],
    fitted: Mapping[str, Fitted],
    shapes: Mapping[str, Shape],
) -> dict[str, Array]:
    """Input tensors from raw rows, by what training learnt; targets are not needed.

    Raises:
        DataError: a column is missing, or holds what training never saw.
    """
    return make_tensors(inputs, {}, table, fitted, shapes, every_row=True)[0]


def _seen(
    plan: DataPlan, splits: Mapping[str, AnySplit], states: Mapping[str, Fitted], inputs: Mapping[str, Shape]
) -> Seen:
    """What all tensors tell. Where every file would be decoded for it, it is kept under their contents."""
    files = {part: split for part, split in splits.items() if isinstance(split, FileSplit)}
    if len(files) < len(splits) or all(split.is_decoded for split in files.values()):
        return survey(splits)
    contents = {part: split.content() for part, split in files.items()}
    tensors = [
        [one.name, one.columns, one.transforms] for one in (*plan.inputs.values(), *plan.targets.values())
    ]
    made_by = [FORM, files["train"].files.versions, tensors, dict(states), dict(inputs), contents]
    key = sha256(json.dumps(made_by, default=str).encode())
    if None not in contents.values() and (told := kept.recall_told(key)):
        return Seen(**told)
    seen = survey(splits)
    kept.remember_told(key, {"facts": seen.facts, "digest": seen.digest})
    return seen


def _split(plan: DataPlan, rows: Rows, states: Mapping[str, Fitted], inputs: Mapping[str, Shape]) -> AnySplit:
    every = {**plan.inputs, **plan.targets}

    def make(table: Table, names: Collection[str], within: Within | None = None) -> Split:
        read, told = (
            {name: one for name, one in tensors.items() if name in names}
            for tensors in (plan.inputs, plan.targets)
        )
        made, count = make_tensors(read, told, table, states, inputs, within=within)
        return Split({name: made[name] for name in read}, {name: made[name] for name in told}, count)

    if isinstance(rows, FileRows):
        columns = {name: rows.table.columns[name] for name in _read(every, rows.tensors)}
        table = replace(rows.table, columns=columns)
        ready = make(rows.table, every.keys() - rows.tensors)
        names = tuple(plan.inputs), tuple(plan.targets)
        return FileSplit(replace(rows, table=table), ready, lambda some: make(some, rows.tensors), names)
    if isinstance(rows, Stream):
        asked = reach(plan.inputs.values(), plan.targets.values())
        read = _read(every, every) | ({asked.by} if asked is not None and asked.by is not None else set())
        stream = rows if rows.with_past is None else rows.with_past
        return StreamedSplit(stream, frozenset(read), lambda some, within: make(some, every, within), asked)
    (table,) = rows.chunks()
    return make(table, every)


def _read(tensors: Mapping[str, TensorPlan], names: Collection[str]) -> set[str]:
    """The columns that some of the tensors are made of."""
    return {column for name in names for column in tensors[name].columns}


def _counted(plan: DataPlan, split: AnySplit, rows: Mapping[int, int]) -> AnySplit:
    """A split that knows how many rows each of its chunks gives.

    Raises:
        DataError: no row has as many before and after it as its windows ask for.
    """
    if not isinstance(split, StreamedSplit) or split.reach is None:
        return split
    found = replace(split, counts=tuple(rows.get(index, 0) for index in range(len(split.stream.sizes))))
    if not found.rows:
        sizes = np.diff(split.stream.begun, append=split.stream.rows)
        tensors = [*plan.inputs.values(), *plan.targets.values()]
        require_reach(split.reach, split.stream.source, sizes, split.stream.passed, False, tensors)
        split.make(split.stream.chunk(0, split.columns), None)  # the windows are of lists: this says it
    return found
