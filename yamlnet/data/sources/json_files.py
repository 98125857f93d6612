"""`Json`: an object on each line, or a list of objects; plain or packed (.gz, .bz2, .zst), one file or many.

JSON has types, and a column has one of them: a text among numbers is a mistake, told with its line. A key
that an object lacks is a missing value. Objects in objects are columns of their own (`box.width`), lists of
one length are an axis. (https://jsonlines.org, RFC 8259)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from yamlnet.data.columns.arrow import Kinds, all_joined, no_rows, observed, plain, regrouped, whole
from yamlnet.data.files.contents import opened, refuse_encoding, require_pyarrow
from yamlnet.data.files.found import File, folder_of, source_files
from yamlnet.data.files.json_lists import list_items
from yamlnet.data.files.json_mistakes import refuse_lines, refuse_list
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

BLOCK = 16 << 20
"""Bytes of lines that are read together."""

MEND = "save it as UTF-8"
NULL = re.compile(rb"^[ \t\r]*null", re.MULTILINE)
MARK = b"\xef\xbb\xbf"


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read all rows.

    Raises:
        DataError: no such file, a line that is no JSON object, a column of two types, no rows.
    """
    files = _found(arguments, root, path)
    source = _source(files, arguments)
    tables = [(file.name, table) for file in files for table in _tables(file, path)]
    kinds = _kinds(files, [(name, observed(table)) for name, table in tables], source, path)
    return whole([table for _, table in tables], kinds, source, path, folder_of(files))


def chunks(arguments: Mapping[str, object], root: Path, path: KeyPath, rows: int) -> Iterator[Table]:
    """Read `rows` rows at a time, of the same types as `read` gives.

    The types are settled by a first pass over the files, made once as long as they stay as they are.

    Raises:
        DataError: as in `read`, also while it is read.
    """
    files = _found(arguments, root, path)
    source = _source(files, arguments)
    stamps = tuple((file, file.path.stat().st_mtime_ns, file.path.stat().st_size) for file in files)
    kinds = _settled(stamps, source, path)
    yield from regrouped(
        (table for file in files for table in _tables(file, path)), kinds, source, rows, folder_of(files)
    )


def _source(files: list[File], arguments: Mapping[str, object]) -> str:
    return files[0].name if len(files) == 1 else str(arguments["path"])


def _found(arguments: Mapping[str, object], root: Path, path: KeyPath) -> list[File]:
    files = source_files(arguments, root, path)
    require_pyarrow(files[0].name, path)
    return files


@lru_cache(maxsize=32)
def _settled(stamps: tuple[tuple[File, int, int], ...], source: str, path: KeyPath) -> Kinds:
    files = [file for file, _, _ in stamps]
    parts = [(file.name, observed(table)) for file in files for table in _tables(file, path)]
    return _kinds(files, parts, source, path)


def _kinds(files: list[File], parts: list[tuple[str, Kinds]], source: str, path: KeyPath) -> Kinds:
    """What each column is; where it is two things, the first line of the second is told."""
    if not parts:
        raise no_rows(source, path)
    try:
        return all_joined(parts, path)
    except DataError:
        refuse_lines([(file, _lines(file, path)) for file in files], path)
        raise


def _tables(file: File, path: KeyPath) -> Iterator[Any]:
    """A file's rows, a block of lines at a time."""
    import pyarrow

    for block in _blocks(file, path):
        try:
            yield _table(block, file, path)
        except (pyarrow.ArrowException, UnicodeError) as error:
            refuse_encoding(file, "utf-8", path, MEND)
            refuse_lines([(file, _lines(file, path))], path)
            told = " ".join(str(error).partition(" in row ")[0].split())[:200]
            message = f"{file.name} does not read as JSON: {told}"
            raise DataError(message, path=path, check="file") from error


def _table(block: bytes, file: File, path: KeyPath) -> Any:
    """Rows as Arrow reads them, but for texts that it takes for times: they stay as they are written."""
    import pyarrow
    from pyarrow import json

    if NULL.search(block):  # Arrow 26 dies of a block that is nothing else
        raise pyarrow.ArrowInvalid("null is no object")
    read = json.ReadOptions(block_size=len(block) + 1)
    table = json.read_json(pyarrow.BufferReader(block), read_options=read)
    fields = [pyarrow.field(field.name, _texts(field.type)) for field in table.schema]
    if any(not field.equals(found) for field, found in zip(fields, table.schema, strict=True)):
        parse = json.ParseOptions(explicit_schema=pyarrow.schema(fields))
        table = json.read_json(pyarrow.BufferReader(block), read_options=read, parse_options=parse)
    return plain(table, file.name, path)


def _texts(kind: Any) -> Any:
    """A type with texts where it has times, however deep."""
    import pyarrow
    from pyarrow import types

    if types.is_temporal(kind):
        return pyarrow.string()
    if types.is_list(kind):
        return pyarrow.list_(_texts(kind.value_type))
    if types.is_struct(kind):
        return pyarrow.struct([pyarrow.field(field.name, _texts(field.type)) for field in kind])
    return kind


def _blocks(file: File, path: KeyPath) -> Iterator[bytes]:
    """A file's objects, some MiB of lines at a time."""
    with opened(file, path) as stream:
        begin = stream.read(BLOCK).removeprefix(MARK)
        if begin.lstrip().startswith(b"["):
            yield from _listed(stream, begin, file, path)
            return
        while begin:
            block = begin + (stream.readline() if not begin.endswith(b"\n") else b"")
            if block.strip():
                yield block
            begin = stream.read(BLOCK)


def _listed(stream: IO[bytes], begin: bytes, file: File, path: KeyPath) -> Iterator[bytes]:
    """The objects of a list, as if each stood on a line of its own; none is decoded for it."""
    import msgspec

    try:
        for rows in list_items(stream, begin, BLOCK):
            yield b"\n".join(row.replace(b"\n", b" ") for row in rows)  # between values: a text has none
    except (msgspec.DecodeError, UnicodeError) as error:
        refuse_encoding(file, "utf-8", path, MEND)
        with opened(file, path) as again:
            raise refuse_list(file, again.read().removeprefix(MARK), error, path) from error


def _lines(file: File, path: KeyPath) -> Iterator[tuple[str, bytes]]:
    """Each object of a file with the words for its place: `line 3`, or `item 3` of a list."""
    import msgspec

    with opened(file, path) as stream:
        begin = stream.read(BLOCK).removeprefix(MARK)
    if begin.lstrip().startswith(b"["):
        with opened(file, path) as stream:
            rows = msgspec.json.decode(stream.read().removeprefix(MARK), type=list[msgspec.Raw])
        yield from ((f"item {number}", bytes(row)) for number, row in enumerate(rows, 1))
        return
    with opened(file, path) as stream:
        for number, line in enumerate(stream, 1):
            yield f"line {number}", line.removeprefix(MARK) if number == 1 else line
