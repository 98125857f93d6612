"""Reading files that a stranger may have put there: ordinary ones, bounded, where links may not lead out."""

from __future__ import annotations

import os
import stat


class NotOrdinary(OSError):
    """A folder, a pipe, a device: nothing that is read to its end."""


def read_ordinary(path: str | os.PathLike[str], most: int) -> bytes:
    """The first `most` bytes of an ordinary file. A pipe that nobody writes to is not waited for.

    Raises:
        NotOrdinary: it is no ordinary file.
        OSError: it cannot be opened or read.
        ValueError: it is no path (a NUL in it).
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise NotOrdinary(f"{os.fspath(path)} is no ordinary file")
        return _read(descriptor, most, found.st_size)
    finally:
        os.close(descriptor)


def _read(descriptor: int, most: int, size: int) -> bytes:
    """The first `most` bytes; a file that says its size right is read at once."""
    parts, left, step = list[bytes](), most, size + 1
    while left and (part := os.read(descriptor, min(left, step))):
        parts.append(part)
        left -= len(part)
        if len(parts) == 1 and len(part) == size:
            break
        step = 1 << 20
    return parts[0] if len(parts) == 1 else b"".join(parts)


def is_below(path: str | os.PathLike[str], folder: str | os.PathLike[str]) -> bool:
    """Whether a path, all links followed, lies in a folder or below it."""
    real, root = os.path.realpath(path), os.path.realpath(folder)
    return real == root or real.startswith(os.path.join(root, ""))


def is_written_below(written: str) -> bool:
    """Whether a path as it is written stays below the folder that it is relative to, on any system."""
    steps = written.replace("\\", "/").split("/")
    drive = len(steps[0]) == 2 and steps[0].endswith(":")
    return not (written.startswith(("/", "\\", "~")) or drive or "://" in written or ".." in steps)
