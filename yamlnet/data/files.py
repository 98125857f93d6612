"""Finding the file that a source names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean


def source_file(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Path:
    """The file under `path` of a source's arguments, relative to the blueprint's folder.

    Raises:
        DataError: there is no such file.
    """
    written = str(arguments["path"])
    file = root / written
    if file.is_file():
        return file
    place = (*path, "path") if len(arguments) > 1 else path
    if file.is_dir():
        raise DataError(f"{written} is a folder, and this source reads one file", path=place, check="file")
    try:
        neighbours = [other.name for other in file.parent.iterdir()]
    except OSError:
        message = f"there is no folder {file.parent}; paths are relative to the blueprint"
        raise DataError(message, path=place, check="file") from None
    mend = did_you_mean(file.name, neighbours) or "; paths are relative to the blueprint"
    raise DataError(f"there is no file {written}{mend}", path=place, check="file")
