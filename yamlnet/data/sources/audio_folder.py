"""`AudioFolder`: columns `audio` (files, decoded later) and, where the sounds lie in folders, `label`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yamlnet.data.files.folders import SOUNDS, files_by_class
from yamlnet.data.table import Table, checked_table, objects
from yamlnet.diagnostics.diagnostic import KeyPath


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Find the sounds; none is opened yet.

    Raises:
        DataError: there is no such folder, or it has no sounds.
    """
    found = files_by_class(SOUNDS, arguments, root, path)
    columns = {"audio": objects(found.files)}
    if found.labels is not None:
        columns["label"] = objects(found.labels)
    return checked_table(columns, str(arguments["path"]), path)
