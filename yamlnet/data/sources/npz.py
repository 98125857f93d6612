"""`Npz`: NumPy archives. Columns are the arrays by name; the first axis is the rows."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from yamlnet.data.files import source_file
from yamlnet.data.table import Array, Table, checked_table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read an archive. Pickled objects in it are refused, since unpickling runs code.

    Raises:
        DataError: there is no such file, or it is no archive of plain arrays.
    """
    file = source_file(arguments, root, path)
    try:
        with np.load(file, allow_pickle=False) as archive:
            columns: dict[str, Array] = {name: archive[name] for name in archive.files}
    except (ValueError, OSError, zipfile.BadZipFile, AttributeError) as error:
        message = f"{file.name} is not an archive of plain arrays, as numpy.savez writes them"
        raise DataError(message, path=path, check="file") from error
    return checked_table(columns, file.name, path)
