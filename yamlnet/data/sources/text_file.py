"""`TextFile`: a corpus, plain or packed (.gz, .bz2, .zst), one file or many. Its column is `text`.

A row is a `line` (empty ones too, so that a row's number is its line's), a `paragraph` (lines up to the next
empty one, joined by line ends), or the `whole` of a file. A line end
within a row is a line feed, and none ends one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from yamlnet.data.columns.arrow import no_rows
from yamlnet.data.files.contents import encoding_of, texts
from yamlnet.data.files.found import File, source_files
from yamlnet.data.table import Table, checked_table, objects
from yamlnet.diagnostics.diagnostic import KeyPath


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read all rows.

    Raises:
        DataError: no such file, another encoding, no rows.
    """
    files = source_files(arguments, root, path)
    rows = list(_rows(files, str(arguments.get("by") or "line"), encoding_of(arguments), path))
    return checked_table({"text": objects(rows)}, _source(files, arguments), path)


def chunks(arguments: Mapping[str, object], root: Path, path: KeyPath, rows: int) -> Iterator[Table]:
    """Read `rows` rows at a time. No more are held, and a row of `by: whole` is a file.

    Raises:
        DataError: as in `read`, also while it is read.
    """
    files = source_files(arguments, root, path)
    source, first = _source(files, arguments), 0
    found = _rows(files, str(arguments.get("by") or "line"), encoding_of(arguments), path)
    while held := list(islice(found, rows)):
        yield Table({"text": objects(held)}, source, first=first)
        first += len(held)
    if not first:
        raise no_rows(source, path)


def _source(files: list[File], arguments: Mapping[str, object]) -> str:
    return files[0].name if len(files) == 1 else str(arguments["path"])


def _rows(files: list[File], by: str, encoding: str, path: KeyPath) -> Iterator[str]:
    for file in files:
        with texts(file, encoding, path) as stream:
            if by == "line":
                yield from (line.removesuffix("\n") for line in stream)
            elif by == "paragraph":
                yield from _paragraphs(stream)
            elif text := stream.read().removesuffix("\n"):
                yield text


def _paragraphs(stream: io.TextIOBase) -> Iterator[str]:
    held: list[str] = []
    for line in stream:
        if line.strip():
            held.append(line.removesuffix("\n"))
        elif held:
            yield "\n".join(held)
            held = []
    if held:
        yield "\n".join(held)
