"""`TextFolder`: columns `text` (a file's content) and, where the files lie in folders, `label`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yamlnet.data.files.contents import encoding_of, texts
from yamlnet.data.files.folders import TEXTS, files_by_class
from yamlnet.data.files.found import File
from yamlnet.data.table import Table, checked_table, objects
from yamlnet.diagnostics.diagnostic import KeyPath


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read every text of a folder; its last line end is no part of it.

    Raises:
        DataError: there is no such folder, it has no texts, or one is of another encoding.
    """
    encoding = encoding_of(arguments)
    found = files_by_class(TEXTS, arguments, root, path)
    columns = {"text": objects([_text(file, encoding, path) for file in found.files])}
    if found.labels is not None:
        columns["label"] = objects(found.labels)
    return checked_table(columns, str(arguments["path"]), path)


def _text(file: Path, encoding: str, path: KeyPath) -> str:
    with texts(File(file, f"{file.parent.name}/{file.name}"), encoding, path) as stream:
        return stream.read().removesuffix("\n")
