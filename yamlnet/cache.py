"""Where files from elsewhere, and what is found out about plugins, are kept between runs."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path


def cache_folder() -> Path:
    """`$YAMLNET_CACHE`, or the system's folder for caches."""
    if asked := os.environ.get("YAMLNET_CACHE"):
        return Path(asked)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "yamlnet" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "yamlnet"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "yamlnet"


def make_room(folder: Path, most: int, more: int, at_rest: float = 0) -> None:
    """Take away what was used longest ago in a folder, until `more` bytes fit into `most` with what stays.

    Args:
        folder: of files, and of folders with files.
        most: bytes that all may take.
        more: bytes that are to come.
        at_rest: seconds for which something was not used (`os.utime` says it) before it may go.
    """
    import shutil
    import time

    kept = sorted(found for path in folder.iterdir() if (found := _used(path)) is not None)
    room = most - more - sum(size for _, size, _ in kept)
    for used, size, path in kept:
        if room >= 0 or time.time() - used < at_rest:
            return
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):  # gone meanwhile, or held open where that forbids it
                path.unlink()
        room += size


def _used(path: Path) -> tuple[float, int, Path] | None:
    """When a file, or one of a folder, was used last, and what it takes; None where it is gone meanwhile."""
    try:
        files = [path, *path.iterdir()] if path.is_dir() else [path]
        stats = [file.stat() for file in files]
    except OSError:
        return None
    return max(stat.st_mtime for stat in stats), sum(stat.st_size for stat in stats), path


def sha256(data: bytes) -> str:
    """A content hash, in hexadecimal."""
    import hashlib  # only files from elsewhere need it, and it takes longer than validating one of ours

    return hashlib.sha256(data).hexdigest()


def remember(data: bytes) -> None:
    """Keep a file's content; a cache that cannot be written is no reason to fail."""
    import tempfile

    path = _path(sha256(data))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as beside:
            beside.write(data)
        os.replace(beside.name, path)
    except OSError:
        return


def recall(digest: str) -> bytes | None:
    """The content with that hash, if it is kept and whole."""
    try:
        data = _path(digest).read_bytes()
    except OSError:
        return None
    return data if sha256(data) == digest else None


def _path(digest: str) -> Path:
    return cache_folder() / "files" / digest
