"""Where rows come from: one module a source, and their list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from yamlnet.data.files import source_file
from yamlnet.data.sources import arrow_files, keras_datasets, npz, sklearn_datasets
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.plan import SourcePlan

Read = Callable[[Mapping[str, object], Path, KeyPath], Table]

SOURCES: dict[str, Read] = {
    "Sklearn": sklearn_datasets.read,
    "Keras": keras_datasets.read,
    "Csv": arrow_files.read_csv,
    "Parquet": arrow_files.read_parquet,
    "Json": arrow_files.read_json,
    "Npz": npz.read,
}
"""Each takes the source's arguments, the folder that paths are relative to, and its place in the file."""


ReadChunks = Callable[[Mapping[str, object], Path, KeyPath, int], Iterator[Table]]

CHUNKED: dict[str, ReadChunks] = {
    "Parquet": arrow_files.parquet_chunks,
    "Csv": arrow_files.csv_chunks,
}
"""Those that can be read some rows after others: at most so many at a time."""


def source_files(arguments: Mapping[str, object], root: Path, path: KeyPath) -> list[Path]:
    return [source_file(arguments, root, path)]


def size(arguments: Mapping[str, object], root: Path, path: KeyPath) -> int:
    return sum(file.stat().st_size for file in source_files(arguments, root, path))


def read_source(plan: SourcePlan, root: Path) -> Table:
    """All rows of a source.

    Raises:
        DataError: the file is missing or broken, or a package is not installed.
    """
    return SOURCES[plan.name](plan.arguments, root, plan.path)
