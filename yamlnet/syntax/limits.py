"""How large a file may be. One number bounds bytes and values alike, and whoever reads may raise it.

Files are read in many places: the blueprint, what it imports and extends, from disk, git or a URL. The limit
is therefore a context, not an argument of them all: `with reading_up_to(4 << 20): load(path)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_BYTES = 1 << 20
"""The longest file that is read: 1 MiB, some 20,000 layers written out one by one."""

MAX_NODES = 100_000
"""How many values such a file may hold, what aliases stand for counted each time: a bomb of a few lines makes
billions. They grow with the bytes."""

_max_bytes = ContextVar("max_bytes", default=MAX_BYTES)


def max_bytes() -> int:
    """The longest file that is read here and now, in bytes."""
    return _max_bytes.get()


def max_nodes(bytes_read: int) -> int:
    """How many values a file may hold where files of so many bytes are read."""
    return max(MAX_NODES, MAX_NODES * bytes_read // MAX_BYTES)


@contextmanager
def reading_up_to(size: int) -> Iterator[None]:
    """Read files of up to so many bytes."""
    token = _max_bytes.set(size)
    try:
        yield
    finally:
        _max_bytes.reset(token)
