"""What was found out, kept between runs, each in a small file named by its key.

Nothing here may fail: what cannot be kept is inferred again, and what was damaged is as if it was not
kept. A folder or file that others could have written is not trusted.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from yamlnet.cache import cache_folder
from yamlnet.verdicts.fingerprint import digest

T = TypeVar("T")

MOST_FILES = 1_000
MOST_BYTES = 64 * 1024
"""Of one verdict: one that tells more is inferred again."""


def recall(key: str, read: Callable[[Any], T]) -> T | None:
    """What is kept under a key, if it is whole and ours.

    Args:
        key: in hexadecimal.
        read: makes of the JSON data what it stands for; what it cannot read is as if it was not kept.
    """
    try:
        kept = _read(folder() / key)
        head, _, text = kept.partition(b"\n")
        return read(json.loads(text)) if head.decode() == digest(text) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def keep(key: str, data: object) -> None:
    """Keep JSON data; the file appears whole or not at all."""
    import tempfile

    text = json.dumps(data, separators=(",", ":")).encode()
    if len(text) > MOST_BYTES:
        return
    try:
        place = folder()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(os.stat(place)):
            return
        _drop_oldest(place)
        with tempfile.NamedTemporaryFile(dir=place, prefix=".", delete=False) as beside:
            beside.write(digest(text).encode() + b"\n" + text)
        os.replace(beside.name, place / key)
    except OSError:
        return


def folder() -> Path:
    """Where verdicts lie."""
    return cache_folder() / "verdicts"


def _read(path: Path) -> bytes:
    """A file's bytes, if nobody else could have written them.

    Raises:
        OSError: there is no such file, or it is not trusted.
    """
    if not _is_ours(os.stat(path.parent)):
        raise PermissionError(path.parent)
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not _is_ours(os.fstat(handle)):
            raise PermissionError(path)
        return os.read(handle, 2 * MOST_BYTES)
    finally:
        os.close(handle)


def _is_ours(found: Any) -> bool:
    """Whether a file or folder is this user's, and only this user can write it."""
    if sys.platform == "win32":  # profiles are private there, and modes say nothing
        return True
    return bool(found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def _drop_oldest(place: Path) -> None:
    """Make room for one more: beyond the limit, a tenth goes, the oldest first."""
    with os.scandir(place) as entries:
        files = [(entry.stat(follow_symlinks=False).st_mtime_ns, entry.path) for entry in entries]
    if len(files) >= MOST_FILES:
        for _, path in sorted(files)[: len(files) - MOST_FILES * 9 // 10]:
            os.unlink(path)
