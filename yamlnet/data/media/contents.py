"""The bytes of files, and work on many of them: on all cores, what is broken being an answer."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from yamlnet.data.media.broken import Broken
from yamlnet.data.table import Array
from yamlnet.data.waiting import Waiting
from yamlnet.ordinary import NotOrdinary, read_ordinary

T = TypeVar("T")
R = TypeVar("R")

LARGEST = 1 << 30
"""Bytes of the largest file that is read."""

AT_ONCE = 32
"""The most files that a thread takes at a time."""


def content(value: object) -> bytes:
    """The bytes of a file, or those that stand in a row themselves.

    Raises:
        Broken: it is no file, cannot be read, or is too large.
    """
    if isinstance(value, bytes):
        return value
    if not isinstance(value, Path):
        raise Broken("there is no value" if value is None else f"it is no file but {type(value).__name__}")
    try:
        found = read_ordinary(value, LARGEST + 1)
    except FileNotFoundError:
        raise Broken("there is no such file") from None
    except NotOrdinary:
        raise Broken("it is no file, but a folder, a pipe or a device") from None
    except (OSError, ValueError) as error:
        raise Broken(f"it cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if len(found) > LARGEST:
        raise Broken("it is larger than a gibibyte")
    return found


def digest(value: object) -> bytes:
    """SHA-256 of that.

    Raises:
        Broken: as in `content`.
    """
    return hashlib.sha256(content(value)).digest()


def on_all_cores(
    work: Callable[[T], R], values: Sequence[T] | Array, waiting: Waiting
) -> Iterator[R | Broken]:
    """Results in order; what is broken comes as the exception. Decoders let other threads run meanwhile."""
    cores = os.cpu_count() or 1
    step = min(AT_ONCE, -(-len(values) // cores) or 1)

    def some(start: int) -> list[R | Broken]:
        return [or_broken(work, value) for value in values[start : start + step]]

    pool = ThreadPoolExecutor(cores)
    try:
        for done in pool.map(some, range(0, len(values), step)):
            yield from done
            waiting.advance(len(done))
    finally:
        pool.shutdown(cancel_futures=True)


def or_broken(work: Callable[[T], R], value: T) -> R | Broken:
    """The result, or what is wrong with the file."""
    try:
        return work(value)
    except Broken as broken:
        return broken
