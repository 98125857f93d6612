"""Finding the files that a source names: a path, a pattern of paths (`parts/*.csv`), or a URL.

Paths are relative to the blueprint's folder. A pattern is that of Python's `glob`, `**` for folders of any
depth, and its files come in order of their names. What a URL names is fetched into yamlnet's cache.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from yamlnet.data.files.fetching import fetch
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean

MAGIC = "*?["
SYSTEM = ("/dev", "/proc", "/sys")
"""Where Unix shows its devices and processes as files: a pattern may lead there where no path does."""


class File(Struct, frozen=True):
    """One file on this machine, by the name that the user knows it by."""

    path: Path
    name: str


def source_place(arguments: Mapping[str, object], path: KeyPath) -> KeyPath:
    """Where the blueprint writes a source's path: `{Csv: rows.csv}`, or under its own word."""
    return (*path, "path") if len(arguments) > 1 else path


def source_files(arguments: Mapping[str, object], root: Path, path: KeyPath) -> list[File]:
    """The files under `path` of a source's arguments; at least one.

    Raises:
        DataError: as in `files_at`.
    """
    return files_at(str(arguments["path"]), root, source_place(arguments, path))


def files_at(written: str, root: Path, place: KeyPath) -> list[File]:
    """The files that a path, a pattern or a URL names; at least one.

    Raises:
        DataError: there is no such file, no file like the pattern, or a URL cannot be fetched.
    """
    if "://" in written:
        return [File(local, name) for local, name in fetch(written, place)]
    if _is_file(root / written):
        return [File(_ordinary(root / written, written, place), (root / written).name)]
    if any(character in written for character in MAGIC):
        return _matching(written, root, place)
    raise _missing(written, root, place)


def folder_of(files: Sequence[File]) -> Path | None:
    """The folder that files lie in, whose files their rows may name; None for files from elsewhere."""
    if any("://" in file.name for file in files):
        return None
    return Path(os.path.commonpath([os.path.abspath(file.path.parent) for file in files]))


def source_folder(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Path:
    """The folder under `path` of a source's arguments.

    Raises:
        DataError: there is no such folder.
    """
    written, place = str(arguments["path"]), source_place(arguments, path)
    folder = root / written
    if "://" in written:
        message = f"{written} is a URL, and this source reads a folder; download it, and write its path"
        raise DataError(message, path=place, check="file")
    if folder.is_dir():
        return folder
    if _is_file(folder):
        raise DataError(f"{written} is a file, and this source reads a folder", path=place, check="file")
    mend = _mend(folder) or _relative(written, root)
    raise DataError(f"there is no folder {_shown(written, root)}{mend}", path=place, check="file")


def size(arguments: Mapping[str, object], root: Path, path: KeyPath) -> int:
    """Bytes on disk of the files that a source names, as they are: compressed ones count as such.

    Raises:
        DataError: as in `source_files`.
    """
    return sum(file.path.stat().st_size for file in source_files(arguments, root, path))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, a NUL in it
        return False


def _matching(pattern: str, root: Path, place: KeyPath) -> list[File]:
    found = sorted(glob.glob(pattern, root_dir=root, recursive=True))
    files = [File(_ordinary(root / name, name, place), name) for name in found if (root / name).is_file()]
    if files:
        return files
    folders = f", only folders ({', '.join(found[:3])})" if found else ""
    message = f"no file is like {_shown(pattern, root)}{folders}{_relative(pattern, root)}"
    raise DataError(message, path=place, check="file")


def _ordinary(file: Path, written: str, place: KeyPath) -> Path:
    """A file that is none of the system's own, links followed."""
    real = Path(os.path.realpath(file))
    if any(real.is_relative_to(folder) for folder in SYSTEM):
        message = f"{written} leads to a device or a process, not to a file of data"
        raise DataError(message, path=place, check="file")
    return file


def _missing(written: str, root: Path, place: KeyPath) -> DataError:
    file = root / written
    if file.is_dir():
        inside = next((f"; for all of a kind: {written.rstrip('/')}/*{kind}" for kind in _kinds(file)), "")
        message = f"{written} is a folder, and this source reads files{inside}"
        return DataError(message, path=place, check="file")
    if not file.parent.is_dir():
        message = f"there is no folder {file.parent}{_relative(written, root)}"
        return DataError(message, path=place, check="file")
    mend = _mend(file) or _relative(written, root)
    return DataError(f"there is no file {_shown(written, root)}{mend}", path=place, check="file")


def _kinds(folder: Path) -> list[str]:
    """The endings of a folder's files, the commonest first."""
    try:
        endings = [file.suffix for file in folder.iterdir() if file.suffix and file.is_file()]
    except OSError:
        return []
    return sorted(set(endings), key=lambda ending: (-endings.count(ending), ending))


def _relative(written: str, root: Path) -> str:
    """That paths are the blueprint's, and how it would write what lies in the folder one is in."""
    from_there = os.path.relpath(written, root) if written.strip() else written
    is_here = from_there != os.path.normpath(written) and bool(glob.glob(written))
    there = f", which writes {from_there} for that of this folder" if is_here else ""
    return f"; paths are relative to the blueprint{there}"


def _shown(written: str, root: Path) -> str:
    """A path as the blueprint writes it; one that leads out of its folder from the folder one is in."""
    return os.path.relpath(root / written) if os.path.normpath(written).startswith(os.pardir) else written


def _mend(file: Path) -> str:
    try:
        return did_you_mean(file.name, [other.name for other in file.parent.iterdir()])
    except OSError:
        return ""
