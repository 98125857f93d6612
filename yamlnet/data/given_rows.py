"""Rows given on the command line: a file's kind by its ending."""

from __future__ import annotations

from pathlib import Path

from yamlnet.data.sources import SOURCES
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import DataError

BY_ENDING = {
    ".csv": "Csv",
    ".gz": "Csv",
    ".parquet": "Parquet",
    ".json": "Json",
    ".jsonl": "Json",
    ".npz": "Npz",
}


def read_rows(path: Path) -> Table:
    """The rows of a file.

    Raises:
        DataError: an ending that no source reads, or the source's own problems.
    """
    source = BY_ENDING.get(path.suffix.lower())
    if source is None:
        known = ", ".join(BY_ENDING)
        raise DataError(
            f'rows are read by their file\'s ending, and "{path.suffix}" is none of {known}', check="file"
        )
    return SOURCES[source]({"path": path.name}, path.parent, ())
