"""What is wrong with JSON that does not read as rows: the line, and what stands in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from yamlnet.data.files.found import File
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

HINT = "a row is an object on a line of its own, or an item of a list"

Lines = Iterable[tuple[str, bytes]]
"""Objects as they are written, each with the words for its place."""


def refuse_lines(files: Iterable[tuple[File, Lines]], path: KeyPath) -> None:
    """Look for the first line that is no object, or where a column is another thing than before.

    Raises:
        DataError: naming it.
    """
    seen: dict[str, tuple[str, str]] = {}
    for file, lines in files:
        for place, line in lines:
            if not line.strip():
                continue
            where = f"{place} of {file.name}"
            try:
                row = json.loads(line, object_pairs_hook=_once)
            except ValueError as error:
                told = str(error).partition(": line")[0].removesuffix(" at")
                raise DataError(f"{where} is no JSON: {told}; {HINT}", path=path, check="file") from None
            if not isinstance(row, Mapping):
                raise DataError(f"{where} is {_kind(row)}; {HINT}", path=path, check="file")
            _compare(row, where, seen, path)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys are each given once."""
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{twice}" is given twice')
    return row


def _compare(row: Mapping[str, object], where: str, seen: dict[str, tuple[str, str]], path: KeyPath) -> None:
    for name, value in row.items():
        kind = _kind(value)
        if value is None or kind == "a list of nothing":
            continue
        before, first = seen.setdefault(name, (kind, where))
        if before != kind:
            shown = json.dumps(value, ensure_ascii=False)[:60]
            message = f'"{name}" is {kind} in {where} ({shown}), and {before} in {first}'
            raise DataError(message, path=path, check="file")


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            items = [item for item in value if item is not None]
            return f"a list of {_kind(items[0]).removeprefix('a ')}s" if items else "a list of nothing"
        case None:
            return "null"
        case _:
            return "an object"


def refuse_list(file: File, data: bytes, error: Exception, path: KeyPath) -> DataError:
    """What is told of a file that begins as a list and does not read as one."""
    try:
        json.loads(data)
    except json.JSONDecodeError as found:
        mend = f"; {HINT}" if found.msg == "Extra data" else ""
        where = f"line {found.lineno} of {file.name}"
        message = f"{where} is no JSON: {found.msg.removesuffix(' at')}, at column {found.colno}{mend}"
        return DataError(message, path=path, check="file")
    except ValueError:
        pass
    return DataError(f"{file.name} does not read as a list: {error}", path=path, check="file")
