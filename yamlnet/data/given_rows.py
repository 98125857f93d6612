"""Rows given on the command line: a file's kind by its ending, a folder's by what lies in it.

    rows.csv, rows.jsonl.gz, rows.npz, corpus.txt, https://example.org/rows.csv      a file of rows
    photo.png, word.wav                                               one image or sound, which is one row
    photos/, words/, letters/                                         a folder of images, sounds or texts

They are read as the run's own: a separator, an encoding or a query that the blueprint gives its source holds
for rows of the same source. An image, a sound or a text is the column that the model's inputs read, where
they read one alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from yamlnet.data.files.contents import PACKED
from yamlnet.data.files.folders import KINDS, Kind, source_of
from yamlnet.data.files.found import files_at
from yamlnet.data.sources import SOURCES
from yamlnet.data.table import Table, objects
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, TensorPlan

BY_ENDING = {
    ".csv": "Csv",
    ".tsv": "Csv",
    ".tab": "Csv",
    ".parquet": "Parquet",
    ".pq": "Parquet",
    ".json": "Json",
    ".jsonl": "Json",
    ".ndjson": "Json",
    ".npz": "Npz",
    ".npy": "Npy",
    ".txt": "TextFile",
    ".db": "Sql",
    ".sqlite": "Sql",
    ".sqlite3": "Sql",
}

COLUMNS = {"ImageFolder": "image", "AudioFolder": "audio", "TextFolder": "text", "TextFile": "text"}
"""What these sources call their column."""


def read_rows(rows: Path | str, data: DataPlan | None = None) -> Table:
    """The rows of a file or a folder.

    Args:
        rows: a path, relative to the working directory, or a URL.
        data: the run's own data, whose source says how its like is read.

    Raises:
        DataError: an ending that no source reads, or the source's own problems.
    """
    try:
        return _named(_read(str(rows), data), data)
    except DataError as error:  # what is given on the command line has no place in the blueprint
        raise DataError(str(error), error.hint, (), error.check) from error


def typed_rows(texts: Sequence[str], inputs: Iterable[TensorPlan]) -> Table:
    """Texts as rows, where a run's inputs read one column.

    Raises:
        DataError: they read several.
    """
    columns = sorted({column for tensor in inputs for column in tensor.columns})
    if len(columns) != 1:
        known = ", ".join(columns)
        raise DataError(f"the run reads the columns {known}, and texts are one; write them into a file")
    return Table({columns[0]: objects(texts)}, "the command line")


def _read(written: str, data: DataPlan | None) -> Table:
    given = Path(written)
    if "://" not in written and given.is_dir():
        return _folder(given, data)
    ending = _ending(written)
    kind = next((kind for kind in KINDS if ending in kind.endings), None)
    texts = data is not None and data.train.name == "TextFolder"
    if kind is not None and (kind.source != "TextFolder" or texts):
        return _single(written, kind, data)
    source = BY_ENDING.get(ending)
    if source is None:
        known = ", ".join(dict.fromkeys([*BY_ENDING, *(one for kind in KINDS for one in kind.endings)]))
        message = f'rows are read by their file\'s ending, and "{ending}" is none of {known}, or a folder'
        raise DataError(message, check="file")
    return _rows(source, written, data)


def _ending(written: str) -> str:
    """What a name ends in, before what says that it is packed."""
    endings = [one.lower() for one in PurePosixPath(written.partition("?")[0]).suffixes]
    packed = bool(endings) and endings[-1] in PACKED
    # Rows that are packed are CSV where nothing says what they are.
    return (endings[-2] if len(endings) > 1 else ".csv") if packed else (endings[-1] if endings else "")


def _rows(source: str, written: str, data: DataPlan | None) -> Table:
    like = dict(data.train.arguments) if data is not None and data.train.name == source else {}
    if source == "Sql":
        if not like:
            raise DataError("a database is read as the run's own: train it with the source Sql", check="file")
        absolute = os.path.abspath(written)
        return SOURCES[source]({**like, "url": f"sqlite:///{absolute}"}, Path(), ())
    return SOURCES[source]({**like, "path": written}, Path(), ())


def _single(written: str, kind: Kind, data: DataPlan | None) -> Table:
    """One image, sound or text as one row; several where a pattern or a URL names several."""
    if kind.source == "TextFolder":
        encoding = data.train.arguments.get("encoding", "utf-8") if data is not None else "utf-8"
        return SOURCES["TextFile"]({"path": written, "by": "whole", "encoding": encoding}, Path(), ())
    paths = [Path(os.path.abspath(file.path)) for file in files_at(written, Path(), ())]
    return Table({COLUMNS[kind.source]: objects(paths)}, written)


def _folder(folder: Path, data: DataPlan | None) -> Table:
    source = data.train.name if data is not None else ""
    if source not in ("ImageFolder", "AudioFolder", "TextFolder", "HuggingFace"):
        source = source_of(folder)
    like: Mapping[str, object] = {}
    if data is not None and source == data.train.name == "TextFolder":
        like = {key: value for key, value in data.train.arguments.items() if key == "encoding"}
    return SOURCES[source]({**like, "path": str(folder)}, Path(), ())


def _named(table: Table, data: DataPlan | None) -> Table:
    """The one column of files or texts under the name that the inputs read, where they read one alone."""
    wanted = {column for tensor in (data.inputs.values() if data else ()) for column in tensor.columns}
    ours = {*COLUMNS.values()} & table.columns.keys()
    if len(wanted) != 1 or len(ours) != 1 or wanted & table.columns.keys():
        return table
    (read,), (given,) = wanted, ours
    columns = {read if name == given else name: values for name, values in table.columns.items()}
    return Table(columns, table.source, table.kept, table.first)
