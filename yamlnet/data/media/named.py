"""Files that stand in rows: a name becomes a path, and only one below the folder of the data.

Rows may be a stranger's, as a blueprint may: a name in them never leads to another file of this machine.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from yamlnet.data.place import Place
from yamlnet.data.table import Array, objects
from yamlnet.diagnostics.diagnostic import DataError


def paths_below(folder: Path, values: Array, place: Place) -> Array:
    """Names of files as absolute paths; what is no text stays as it is.

    Args:
        folder: where names begin, and what they may not lead out of, all links followed.
        values: a column of objects; a name is relative to the folder, or absolute and below it.
        place: for messages.

    Raises:
        DataError: naming the first row that leads out.
    """
    root = os.path.realpath(folder)
    real = lru_cache(maxsize=4096)(os.path.realpath)  # most files lie in a few folders
    found: list[object] = []
    for row, value in enumerate(values):
        if not isinstance(value, str):
            found.append(value)
            continue
        path = os.path.join(root, value)
        if "\0" in value or not _is_below(path, root, real):
            below = f"which is not below the folder of {place.table.source}"
            message = f'{place.row(row)} names "{value}", {below}'
            raise DataError(message, path=place.path, check="data-path")
        found.append(Path(path))
    return objects(found)


def _is_below(path: str, root: str, real: object) -> bool:
    folder, name = os.path.split(path)
    plain = name not in ("", ".", "..") and not os.path.islink(path)
    where = os.path.join(real(folder), name) if plain and callable(real) else os.path.realpath(path)
    return where.startswith(os.path.join(root, ""))
