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
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise NotOrdinary(f"{os.fspath(path)} is no ordinary file")
    with os.fdopen(descriptor, "rb") as file:
        # Python takes the memory for as much as is asked for, before it knows how much there is.
        content = file.read(min(most, found.st_size + 1))
        return content if len(content) <= found.st_size else content + file.read(most - len(content))


def is_below(path: str | os.PathLike[str], folder: str | os.PathLike[str]) -> bool:
    """Whether a path, all links followed, lies in a folder or below it."""
    real, root = os.path.realpath(path), os.path.realpath(folder)
    return real == root or real.startswith(os.path.join(root, ""))


def is_written_below(written: str) -> bool:
    """Whether a path as it is written stays below the folder that it is relative to, on any system."""
    steps = written.replace("\\", "/").split("/")
    drive = len(steps[0]) == 2 and steps[0].endswith(":")
    return not (written.startswith(("/", "\\", "~")) or drive or "://" in written or ".." in steps)
