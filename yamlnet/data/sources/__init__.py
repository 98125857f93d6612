"""Where rows come from: one module a source, and their list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

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


def read_source(plan: SourcePlan, root: Path) -> Table:
    """All rows of a source.

    Raises:
        DataError: the file is missing or broken, or a package is not installed.
    """
    return SOURCES[plan.name](plan.arguments, root, plan.path)
