"""`Csv`: text files of rows and cells, plain or packed (.gz, .bz2, .zst), one or many of the same columns.

A file holds texts; what a column is follows from all its cells, in every file: whole numbers (int64),
numbers (float64), `true` and `false`, or texts. A single text among numbers makes a column texts, each as it
is written, and so does a zero before another digit: `007` stays `007`. Dates are texts, too. An empty cell is
a missing value: NaN among numbers, None among texts. Read by Apache Arrow. (https://arrow.apache.org/docs/python/csv.html)
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from yamlnet.data.columns.arrow import (
    Kind,
    Kinds,
    Unlike,
    joined,
    no_rows,
    observed,
    refuse_duplicates,
    refuse_other_columns,
    regrouped,
    whole,
)
from yamlnet.data.files.contents import encoding_of, refuse_encoding, require_pyarrow, texts
from yamlnet.data.files.csv_mistakes import first_cells, refuse_separator, tell
from yamlnet.data.files.found import File, folder_of, source_files, source_place
from yamlnet.data.files.leading_zeros import code_columns, may_hold_codes
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

BLOCK = 4 << 20
"""Bytes that Arrow takes at a time; a row must fit."""

LARGE = 1 << 29
"""Bytes that it takes once a row did not fit."""

TRUE, FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
"""Without `1` and `0`, which Arrow takes for both: a column is numbers in all parts of a file or in none."""


class Form(Struct, frozen=True):
    """How a file is written: its names are `columns` where it has no header."""

    sep: str
    encoding: str
    decimal: str
    columns: tuple[str, ...]


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read all rows.

    Raises:
        DataError: no such file, another encoding, a row with a wrong number of cells, columns that differ
            between files or share a name, no rows.
    """
    files, form = _opened(arguments, root, path)
    tables = [_with_codes(_table(file, form, path, {}), file, form, path) for file in files]
    kinds = _joined([observed(table) for table in tables])
    tables = [_as_texts(table, file, form, path, kinds) for table, file in zip(tables, files, strict=True)]
    return whole(tables, kinds, _source(files, arguments), path, folder_of(files))


def chunks(arguments: Mapping[str, object], root: Path, path: KeyPath, rows: int) -> Iterator[Table]:
    """Read `rows` rows at a time, of the same types as `read` gives.

    The types are settled by a first pass over the files, which holds some MiB at a time and is made once
    as long as the files stay as they are.

    Raises:
        DataError: as in `read`, also while it is read.
    """
    files, form = _opened(arguments, root, path)
    stamps = tuple((file, file.path.stat().st_mtime_ns, file.path.stat().st_size) for file in files)
    kinds, block = _settled(stamps, form, path)
    types = {name: _reading_type(kind) for name, kind in kinds.items()}
    batches = (batch for file in files for batch in _batches(file, form, path, block, types))
    yield from regrouped(batches, kinds, _source(files, arguments), rows, folder_of(files))


def _source(files: list[File], arguments: Mapping[str, object]) -> str:
    return files[0].name if len(files) == 1 else str(arguments["path"])


def _opened(arguments: Mapping[str, object], root: Path, path: KeyPath) -> tuple[list[File], Form]:
    """The files after a look at their columns."""
    files = source_files(arguments, root, path)
    require_pyarrow(files[0].name, path)
    columns = arguments.get("columns")
    form = Form(
        sep=str(arguments.get("sep") or ("\t" if _is_tsv(files[0]) else ",")),
        encoding=encoding_of(arguments),
        decimal=str(arguments.get("decimal") or "."),
        columns=tuple(map(str, columns)) if isinstance(columns, list) else (),
    )
    place = source_place(arguments, path)
    named = {file.name: _names(file, form, place) for file in files}
    refuse_other_columns(named, place)
    return files, form


def _is_tsv(file: File) -> bool:
    return any(ending.lower() in (".tsv", ".tab") for ending in file.path.suffixes[-2:])


def _names(file: File, form: Form, path: KeyPath) -> list[str]:
    """The columns of a file; of one without a header, those that the blueprint names."""
    with texts(file, form.encoding, path) as text:
        names = first_cells(file, text, form.sep, path)
    if names is None:
        raise DataError(f"{file.name} is empty", path=path, check="empty")
    if form.columns:
        return list(form.columns)
    refuse_separator(file, names, form.sep, path)
    refuse_duplicates(names, file.name, path, "; if its first line is a row: header: false, columns: […]")
    return names


def _options(form: Form, types: Mapping[str, Any], block: int, **more: Any) -> dict[str, Any]:
    from pyarrow import csv

    return {
        "read_options": csv.ReadOptions(
            encoding=form.encoding, block_size=block, column_names=list(form.columns) or None
        ),
        "parse_options": csv.ParseOptions(delimiter=form.sep, newlines_in_values=True),
        "convert_options": csv.ConvertOptions(
            column_types=dict(types), decimal_point=form.decimal, true_values=TRUE, false_values=FALSE, **more
        ),
    }


def _table(file: File, form: Form, path: KeyPath, types: Mapping[str, Any], **more: Any) -> Any:
    """A file as Arrow reads it: types are found over all its blocks. Dates are texts, as they are written."""
    import pyarrow
    from pyarrow import csv
    from pyarrow import types as kinds_of

    try:
        try:
            table = csv.read_csv(str(file.path), **_options(form, types, BLOCK, **more))
        except pyarrow.ArrowInvalid as error:
            if "straddling" not in str(error):
                raise
            table = csv.read_csv(str(file.path), **_options(form, types, LARGE, **more))
    except (pyarrow.ArrowException, OSError, EOFError, UnicodeError) as error:
        raise tell(file, form.sep, form.encoding, form.columns, error, path) from error
    if any(kinds_of.is_binary(field.type) for field in table.schema):
        refuse_encoding(file, form.encoding, path)
    dates = {field.name: pyarrow.string() for field in table.schema if kinds_of.is_temporal(field.type)}
    return _without_empty(_replaced(table, file, form, path, dates) if dates else table)


def _with_codes(table: Any, file: File, form: Form, path: KeyPath) -> Any:
    """A table whose columns of numbers are texts where a cell is a code, each as it is written."""
    import pyarrow

    numbers = {field.name: pyarrow.string() for field in table.schema if _is_number(field.type)}
    if not numbers or not may_hold_codes(file, form.sep, form.encoding, path):
        return table
    codes = code_columns(_table(file, form, path, numbers, include_columns=list(numbers)))
    return _replaced(table, file, form, path, dict.fromkeys(codes, pyarrow.string())) if codes else table


def _replaced(table: Any, file: File, form: Form, path: KeyPath, types: Mapping[str, Any]) -> Any:
    """A table with some columns read again, as another type."""
    again = _table(file, form, path, types, include_columns=list(types))
    for name in types:
        table = table.set_column(table.column_names.index(name), name, again.column(name))
    return table


def _without_empty(table: Any) -> Any:
    """A table where empty texts are missing values."""
    import pyarrow
    from pyarrow import compute

    for index, field in enumerate(table.schema):
        if pyarrow.types.is_string(field.type):
            column = table.column(index)
            empty = compute.equal(column, "")
            if compute.any(empty).as_py():
                column = compute.if_else(empty, pyarrow.scalar(None, field.type), column)
                table = table.set_column(index, field.name, column)
    return table


def _joined(parts: list[Kinds]) -> Kinds:
    """What each column is in all parts: texts where it is numbers in one and something else in another."""
    import pyarrow

    found: Kinds = {}
    for part in parts:
        for name, kind in part.items():
            try:
                found[name] = joined(found[name], kind) if name in found else kind
            except Unlike:
                found[name] = Kind(pyarrow.string(), found[name].nulls or kind.nulls)
    return found


def _as_texts(table: Any, file: File, form: Form, path: KeyPath, kinds: Kinds) -> Any:
    """A table whose columns are texts where another file makes them so, each as it is written."""
    import pyarrow

    wrong = {
        name: kind.type
        for name, kind in kinds.items()
        if pyarrow.types.is_string(kind.type) and not pyarrow.types.is_string(table.schema.field(name).type)
    }
    table = _replaced(table, file, form, path, wrong) if wrong else table
    return table.select(list(kinds))


def _reading_type(kind: Kind) -> Any:
    import pyarrow

    return pyarrow.float64() if pyarrow.types.is_integer(kind.type) and kind.nulls else kind.type


@lru_cache(maxsize=32)
def _settled(stamps: tuple[tuple[File, int, int], ...], form: Form, path: KeyPath) -> tuple[Kinds, int]:
    """What each column is over all files, and the bytes to take at a time; kept while no file changes."""
    files = [file for file, _, _ in stamps]
    try:
        return _looked_through(files, form, path, BLOCK), BLOCK
    except _LongRow:
        return _looked_through(files, form, path, LARGE), LARGE


def _looked_through(files: list[File], form: Form, path: KeyPath, block: int) -> Kinds:
    found: Kinds = {}
    for file in files:
        for batch in _batches(file, form, path, block, None):
            found = _joined([found, _inferred(batch, found, form.decimal)])
    if not found:
        raise no_rows(files[0].name, path)
    return found


class _LongRow(Exception):
    """A row is longer than a block."""


def _inferred(batch: Any, found: Kinds, decimal: str) -> Kinds:
    """What the columns of a block of texts are by Arrow's own inference.

    Columns that are known to be texts are not looked at but for missing values.
    """
    import pyarrow
    from pyarrow import csv

    known = [name for name, kind in found.items() if pyarrow.types.is_string(kind.type)]
    kinds = observed(batch.select(known))
    rest = batch.drop_columns(known)
    if rest.num_columns and rest.num_rows:
        written = io.BytesIO()
        csv.write_csv(rest, written)
        convert = csv.ConvertOptions(true_values=TRUE, false_values=FALSE, decimal_point=decimal)
        read = csv.ReadOptions(block_size=written.tell() + 1)
        parse = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
        table = csv.read_csv(
            io.BytesIO(written.getvalue()), read_options=read, parse_options=parse, convert_options=convert
        )
        told, numbers = observed(table), [field.name for field in table.schema if _is_number(field.type)]
        codes = code_columns(rest.select(numbers))
        for name, kind in told.items():
            text = name in codes or not (_is_number(kind.type) or pyarrow.types.is_null(kind.type))
            kinds[name] = observed(rest.select([name]))[name] if text else kind
    return kinds


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))


def _batches(
    file: File, form: Form, path: KeyPath, block: int, types: Mapping[str, Any] | None
) -> Iterator[Any]:
    """A file's rows a block at a time, by the types given; all texts where there are none."""
    import pyarrow
    from pyarrow import csv

    wanted = types
    if wanted is None:
        wanted = {name: pyarrow.string() for name in _names(file, form, path)}
    try:
        with csv.open_csv(str(file.path), **_options(form, wanted, block)) as reader:
            for batch in reader:
                yield _without_empty(pyarrow.Table.from_batches([batch])).select(list(wanted))
    except (pyarrow.ArrowException, OSError, EOFError, UnicodeError) as error:
        if "straddling" in str(error) and block < LARGE:
            raise _LongRow from error
        raise tell(file, form.sep, form.encoding, form.columns, error, path) from error
