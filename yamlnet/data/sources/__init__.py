"""Where rows come from: one module a source, and their list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from yamlnet.data.files.found import size
from yamlnet.data.sources import (
    audio_folder,
    csv_files,
    hugging_face,
    image_folder,
    json_files,
    keras_datasets,
    numpy_files,
    parquet_files,
    sklearn_datasets,
    sql,
    text_file,
    text_folder,
)
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.plan import SourcePlan

__all__ = ["CHUNKED", "LISTS", "SOURCES", "read_source", "size"]

Read = Callable[[Mapping[str, object], Path, KeyPath], Table]
ReadChunks = Callable[[Mapping[str, object], Path, KeyPath, int], Iterator[Table]]

SOURCES: dict[str, Read] = {
    "Sklearn": sklearn_datasets.read,
    "Keras": keras_datasets.read,
    "HuggingFace": hugging_face.read,
    "Csv": csv_files.read,
    "Parquet": parquet_files.read,
    "Json": json_files.read,
    "Npz": numpy_files.read_npz,
    "Npy": numpy_files.read_npy,
    "ImageFolder": image_folder.read,
    "AudioFolder": audio_folder.read,
    "TextFolder": text_folder.read,
    "TextFile": text_file.read,
    "Sql": sql.read,
}
"""Each takes the source's arguments, the folder that paths are relative to, and its place in the file."""

CHUNKED: dict[str, ReadChunks] = {
    "Csv": csv_files.chunks,
    "Parquet": parquet_files.chunks,
    "Json": json_files.chunks,
    "TextFile": text_file.chunks,
}
"""Those that also read so many rows at a time, in bounded memory; `size` says how much there is to read."""

LISTS = ("ImageFolder", "AudioFolder")
"""Those that only list files, which are decoded some at a time where they are streamed."""


def read_source(plan: SourcePlan, root: Path) -> Table:
    """All rows of a source.

    Raises:
        DataError: the file is missing or broken, or a package is not installed.
    """
    return SOURCES[plan.name](plan.arguments, root, plan.path)
