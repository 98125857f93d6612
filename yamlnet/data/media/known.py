"""Columns of files before anything is made of them: how large they are decoded, and whether that is held.

- Files whose pixels or samples memory holds (`HELD_BYTES`, as for other sources) are decoded once. Tensors
  are made of them at once; or batch by batch, if those would not fit or are only scaled: a quarter of the
  room, and no second copy.
- Others are decoded batch by batch, anew in each epoch. So are those that stand in rows that are streamed,
  but not under windows, which look at many rows together: then a chunk of the stream is decoded at once.

All files of a column are decoded to one shape, or are refused, so that the first one says how much that is.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from yamlnet.data.media.columns import PIECE_BYTES, fit_files, leading
from yamlnet.data.media.decoding import Kind, Words, decode, files_of, first_of, kind_of, versions
from yamlnet.data.place import Place
from yamlnet.data.rows import Rows
from yamlnet.data.streams import spool
from yamlnet.data.streams.stream import Stream
from yamlnet.data.table import Known, Table
from yamlnet.data.windows import reach
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.resolver.plan import TensorPlan

ITEM = 4
"""Bytes of a number in a tensor."""

CHEAP = ("scale", "dtype")
"""Words that are done in the time that it takes to copy a batch."""


class FileRows(Struct, frozen=True):
    """Rows whose files are made tensors some after others.

    Attributes:
        table: the rows; what is decoded already stands in `known`.
        at_once: how many rows are made tensors of at a time where all are looked at.
        tensors: by name, those that are made of files.
        versions: of what decodes them.
    """

    table: Table
    at_once: int
    tensors: frozenset[str]
    versions: tuple[str, ...]

    @property
    def source(self) -> str:
        """Where the rows come from."""
        return self.table.source

    @property
    def rows(self) -> int:
        """How many there are."""
        return self.table.rows

    def chunks(self, columns: Collection[str] | None = None) -> Iterator[Table]:
        """All of them, some after others."""
        yield from self.table.cut(self.at_once)

    def number(self, row: int) -> int:
        """The number of a row as users count the rows of the source: from 1."""
        return self.table.number(row)


class _Column(Struct, frozen=True):
    """A tensor's column of files."""

    tensor: TensorPlan
    name: str
    kind: Kind
    words: Words
    left: Sequence[tuple[str, object]]

    @property
    def key(self) -> tuple[str, str]:
        return self.tensor.name, self.name

    def place(self, table: Table) -> Place:
        return Place(self.name, self.tensor.path, table)


def with_known_files(
    tensors: Sequence[TensorPlan],
    parts: Mapping[str, Rows],
    asked: bool | None,
    path: KeyPath,
    room: int | None = None,
) -> dict[str, Rows]:
    """The same parts, those that hold files with what these are decoded to.

    Args:
        tensors: all that are made of the rows.
        parts: their rows.
        asked: `stream` of the blueprint: whether files are decoded when they are needed; None leaves it to
            their size.
        path: of the data section.
        room: bytes of decoded files that are held unasked; None: as of any source.

    Raises:
        DataError: a file cannot be decoded, or does not fit the others.
    """
    streamed = any(isinstance(rows, Stream) for rows in parts.values())
    columns = list(_columns(tensors, _first_rows(parts["train"], tensors)))
    if asked and not streamed:
        _require_files(tensors, columns, path)
    if not columns or reach(tensors) is not None:
        return dict(parts)
    for column in columns:
        fit_files(column.tensor, column.name, parts["train"])  # refuses sounds of several rates
    known = {part: _known(columns, _first_rows(rows, tensors)) for part, rows in parts.items()}
    if not all(len(found) == len(columns) for found in known.values()):
        return dict(parts)
    every = [(one, parts[part].rows) for part, found in known.items() for one in found.values()]
    decoded = sum(one.bytes * rows for one, rows in every)
    made = sum(ITEM * math.prod(one.shape) * rows for one, rows in every)
    if streamed or asked or (asked is None and decoded > (spool.HELD_BYTES if room is None else room)):
        return {part: _needed(rows, columns, known[part]) for part, rows in parts.items()}
    tables = {part: _decoded(rows, columns, known[part]) for part, rows in parts.items()}
    cheap = all(word in CHEAP for column in columns for word, _ in column.left)
    if cheap or made > spool.HELD_BYTES:
        return {part: _file_rows(table, columns) for part, table in tables.items()}
    return dict(tables)


def _require_files(tensors: Sequence[TensorPlan], columns: Sequence[_Column], path: KeyPath) -> None:
    """Refuse that rows which are held are streamed, where that cannot mean their files.

    Raises:
        DataError: there are no files, or windows are taken of them.
    """
    named = any(kind_of(one.transforms) for one in tensors)  # other rows were streamed, or are one text
    if named and not columns:
        message = "these rows hold no files that could be decoded when they are needed; leave stream out"
        raise DataError(message, path=(*path, "stream"), check="stream")
    if columns and reach(tensors) is not None:
        message = "windows look at rows one after another, and files are decoded when they are needed"
        raise DataError(f"{message}; hold them: stream: false", path=path, check="stream")


def _first_rows(rows: Rows, tensors: Sequence[TensorPlan]) -> Table:
    """Those that are looked at, to know what the others are."""
    return next(rows.chunks({column for tensor in tensors for column in tensor.columns}))


def _columns(tensors: Sequence[TensorPlan], table: Table) -> Iterator[_Column]:
    for tensor in tensors:
        for name in tensor.columns:
            if (values := table.columns.get(name)) is not None:
                kind, words, left = leading(tensor.transforms, values)
                if kind is not None:
                    yield _Column(tensor, name, kind, words, left)


def _known(columns: Sequence[_Column], table: Table) -> dict[tuple[str, str], Known]:
    """By tensor and column, what the first file is that can be decoded; nothing where there is none."""
    found = {}
    for column in columns:
        if column.name not in table.columns:
            continue
        files = files_of(table.columns[column.name], column.place(table))
        first = first_of(files, column.kind, column.words, column.place(table))
        if first is not None:
            found[column.key] = first
    return found


def _needed(rows: Rows, columns: Sequence[_Column], known: Mapping[tuple[str, str], Known]) -> Rows:
    """Rows whose files are decoded when they are needed."""
    if isinstance(rows, Stream):
        return replace(rows, known=known, at_once=_at_once(known))
    (table,) = rows.chunks()
    paths = {one.name: files_of(table.columns[one.name], one.place(table)) for one in columns}
    return _file_rows(replace(table, columns={**table.columns, **paths}, known=known), columns)


def _decoded(rows: Rows, columns: Sequence[_Column], known: Mapping[tuple[str, str], Known]) -> Table:
    """Rows whose files are decoded once."""
    (table,) = rows.chunks()
    held = dict(known)
    for column in columns:
        place = column.place(table)
        files = files_of(table.columns[column.name], place)
        found = decode(files, column.kind, column.words, place)
        held[column.key] = replace(known[column.key], values=found.values)
    return replace(table, known=held)


def _file_rows(table: Table, columns: Sequence[_Column]) -> FileRows:
    names = frozenset(column.tensor.name for column in columns)
    decoders = sorted({version for column in columns for version in versions(column.kind)})
    return FileRows(table, _at_once(table.known), names, tuple(decoders))


def _at_once(known: Mapping[tuple[str, str], Known]) -> int:
    """How many rows are made tensors of at a time."""
    row = sum(ITEM * math.prod(one.shape) for one in known.values())
    return max(PIECE_BYTES // max(row, 1), 1)
