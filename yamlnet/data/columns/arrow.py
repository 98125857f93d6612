"""From Apache Arrow's columns to NumPy's, the same whether rows come all at once or some after others.

What a column is follows from all its rows: whole numbers stay whole unless one is missing (then they are
float64 with NaN), lists of one length become an axis, lists of several lengths and texts are objects. So a
column is observed first, in pieces where it is long, and then made. Nothing is copied that Arrow and NumPy
lay out alike. (https://arrow.apache.org/docs/python/numpy.html)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array, Table, checked_table, objects
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

Shape = tuple[int, ...]


class Kind(Struct, frozen=True):
    """What a column holds over all the rows that were looked at.

    Attributes:
        type: Arrow's type that all of them fit.
        nulls: whether a value is missing.
        shape: the lengths of lists within lists, () for values, None where lengths differ.
    """

    type: Any
    nulls: bool
    shape: Shape | None = ()


Kinds = dict[str, Kind]


class Unlike(ValueError):
    """Two kinds that no column can be both of; the message is "numbers and texts"."""


def plain(table: Any, source: str, path: KeyPath) -> Any:
    """A table without what only Arrow has: objects become columns `a.b`, times texts, decimals floats.

    Raises:
        DataError: two columns of one name, or a column of mappings.
        ArrowException: texts that are no UTF-8, which Arrow's readers let through.
    """
    import pyarrow

    table.validate(full=True)
    while any(pyarrow.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    refuse_duplicates(table.column_names, source, path)
    fields = [pyarrow.field(field.name, _plain_type(field, source, path)) for field in table.schema]
    wanted = pyarrow.schema(fields)
    return table if wanted.equals(table.schema) else table.cast(wanted)


def refuse_duplicates(names: Sequence[str], source: str, path: KeyPath, mend: str = "") -> None:
    """Refuse columns of one name.

    Raises:
        DataError: naming the first.
    """
    if len(set(names)) == len(names):
        return
    twice = next(name for name in names if list(names).count(name) > 1)
    message = f'{source} has {list(names).count(twice)} columns called "{twice}"{mend}'
    raise DataError(message, path=path, check="duplicate")


def _plain_type(field: Any, source: str, path: KeyPath) -> Any:
    import pyarrow
    from pyarrow import types

    kind = field.type
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_temporal(kind):
        return pyarrow.string()
    if types.is_decimal(kind):
        return pyarrow.float64()
    if types.is_float16(kind):
        return pyarrow.float32()
    if types.is_map(kind) or types.is_union(kind):
        message = f'column "{field.name}" of {source} holds mappings ({kind}), which are no values'
        raise DataError(message, path=path, check="file")
    return kind


def observed(table: Any) -> Kinds:
    """What each column of a plain table is."""
    return {name: _observed(table.column(name)) for name in table.column_names}


def _observed(column: Any) -> Kind:
    if not _is_list(column.type):
        return Kind(column.type, column.null_count > 0)
    return Kind(column.type, column.null_count > 0, _shape(column))


def _is_list(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_list(kind) or types.is_fixed_size_list(kind) or types.is_large_list(kind))


def _shape(column: Any) -> Shape | None:
    """The lengths of lists, and of lists in them; None where they differ or hold no numbers."""
    from pyarrow import compute, types

    if not _is_list(column.type):
        numbers = types.is_integer(column.type) or types.is_floating(column.type)
        return () if (numbers or types.is_boolean(column.type)) and not column.null_count else None
    if column.null_count or not len(column):
        return None
    lengths = compute.min_max(compute.list_value_length(column)).as_py()
    inner = _shape(compute.list_flatten(column)) if lengths["min"] == lengths["max"] > 0 else None
    return None if inner is None else (lengths["min"], *inner)


def joined(one: Kind, other: Kind) -> Kind:
    """What a column is that is one kind in some rows and another in others.

    Raises:
        Unlike: numbers and texts, say.
    """
    shape = one.shape if one.shape == other.shape else None
    return Kind(_joined_type(one.type, other.type), one.nulls or other.nulls, shape)


def _joined_type(one: Any, other: Any) -> Any:
    import pyarrow
    from pyarrow import types

    if one.equals(other) or types.is_null(other):
        return one
    if types.is_null(one):
        return other
    both = (one, other)
    if all(_is_list(kind) for kind in both):
        try:
            return pyarrow.list_(_joined_type(one.value_type, other.value_type))
        except Unlike:
            raise Unlike(f"{_words(one)} and {_words(other)}") from None
    if all(types.is_integer(kind) for kind in both):
        return pyarrow.int64()
    if all(types.is_integer(kind) or types.is_floating(kind) for kind in both):
        return pyarrow.float64()
    if _words(one) == _words(other):
        return pyarrow.large_string() if _words(one) == "texts" else pyarrow.large_binary()
    raise Unlike(f"{_words(one)} and {_words(other)}")


def _words(kind: Any) -> str:
    from pyarrow import types

    if types.is_boolean(kind):
        return "true and false"
    if types.is_integer(kind) or types.is_floating(kind):
        return "numbers"
    if _is_list(kind):
        return f"lists of {_words(kind.value_type)}"
    return "bytes" if types.is_binary(kind) or types.is_large_binary(kind) else "texts"


def all_joined(parts: Iterable[tuple[str, Kinds]], path: KeyPath) -> Kinds:
    """What each column is over several pieces of the rows; a piece may lack a column.

    Args:
        parts: each piece with the name of its file.
        path: the source's place.

    Raises:
        DataError: a column holds numbers in one file and texts in another.
    """
    found: Kinds = {}
    first: dict[str, str] = {}
    lacking: set[str] = set()
    for number, (file, part) in enumerate(parts):
        lacking |= part.keys() ^ found.keys() if number else set()
        for name, kind in part.items():
            try:
                found[name] = joined(found[name], kind) if name in found else kind
            except Unlike as error:
                message = f'column "{name}" holds {error}: the latter in {file}, the former in {first[name]}'
                raise DataError(message, path=path, check="file") from None
            first.setdefault(name, file)
    return {name: _with_nulls(kind) if name in lacking else kind for name, kind in found.items()}


def _with_nulls(kind: Kind) -> Kind:
    return Kind(kind.type, True, None if _is_list(kind.type) else ())


def arrays(table: Any, kinds: Kinds) -> dict[str, Array]:
    """A plain table's columns as NumPy's."""
    missing = {name: kind for name, kind in kinds.items() if name not in table.column_names}
    held = {
        name: _array(table.column(name), kind) if name not in missing else _nothing(kind, table.num_rows)
        for name, kind in kinds.items()
    }
    return {name: held[name] for name in kinds}


def _nothing(kind: Kind, rows: int) -> Array:
    import pyarrow

    return _array(pyarrow.chunked_array([pyarrow.nulls(rows, kind.type)]), kind)


def _array(column: Any, kind: Kind) -> Array:
    import pyarrow
    from pyarrow import types

    if types.is_null(kind.type):
        return np.full(len(column), np.nan)
    if types.is_boolean(kind.type) and kind.nulls:
        column = column.cast(pyarrow.int8())
    if (types.is_integer(kind.type) or types.is_boolean(kind.type)) and kind.nulls:
        return np.asarray(column.cast(pyarrow.float64()).to_numpy())
    if not column.type.equals(kind.type):
        column = column.cast(kind.type)
    if not _is_list(kind.type):
        return np.asarray(column.to_numpy(zero_copy_only=False)) if len(column) else _none(kind)
    return _lists(column, kind.shape) if kind.shape is not None else objects(column.to_pylist())


def _none(kind: Kind) -> Array:
    return np.empty(0, dtype=kind.type.to_pandas_dtype())


def _lists(column: Any, shape: Shape) -> Array:
    """Lists of one length as an array, by their values as they lie in memory."""
    from pyarrow import compute

    rows = len(column)
    for _ in shape:
        column = compute.list_flatten(column)
    return np.asarray(column.to_numpy(zero_copy_only=False)).reshape(rows, *shape)


def no_rows(source: str, path: KeyPath) -> DataError:
    """What is told of a source without rows."""
    return DataError(f"{source} has no rows", path=path, check="empty")


def whole(
    tables: Sequence[Any], kinds: Kinds, source: str, path: KeyPath, folder: Path | None = None
) -> Table:
    """All rows of several plain tables; `folder` is where the files lie that texts in them may name.

    Raises:
        DataError: there are none.
    """
    import pyarrow

    together = pyarrow.concat_tables(tables, promote_options="permissive") if len(tables) > 1 else tables[0]
    return checked_table(arrays(together, kinds), source, path, folder)


def regrouped(
    tables: Iterable[Any], kinds: Kinds, source: str, rows: int, folder: Path | None = None
) -> Iterator[Table]:
    """The rows of plain tables, `rows` at a time; the last are fewer. No more than those are held."""
    import pyarrow

    held: list[Any] = []
    count = first = 0
    for table in tables:
        held.append(table)
        count += table.num_rows
        while count >= rows:
            together = pyarrow.concat_tables(held, promote_options="permissive")
            yield Table(arrays(together.slice(0, rows), kinds), source, first=first, folder=folder)
            first, count = first + rows, count - rows
            held = [together.slice(rows)]
    if count:
        together = pyarrow.concat_tables(held, promote_options="permissive")
        yield Table(arrays(together, kinds), source, first=first, folder=folder)


def refuse_other_columns(named: Mapping[str, Sequence[str]], path: KeyPath) -> None:
    """Refuse files of one source that do not have the same columns; their order may differ.

    Args:
        named: the columns of each file by its name, the file that the others are held against first.
        path: the source's place.

    Raises:
        DataError: naming the file that differs, and the columns.
    """
    (first, wanted), *others = named.items()
    for name, columns in others:
        lacks = [column for column in wanted if column not in columns]
        more = [column for column in columns if column not in wanted]
        if lacks or more:
            parts = [f"it lacks {_listed(lacks)}"] * bool(lacks) + [f"it has {_listed(more)}"] * bool(more)
            message = f"{name} has other columns than {first}: {', and '.join(parts)}"
            raise DataError(message, path=path, check="column")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names[:5]) + (", …" if len(names) > 5 else "")
