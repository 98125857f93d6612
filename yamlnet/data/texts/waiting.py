"""Texts that are needed twice: they wait in a file, and memory holds one portion of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import msgspec
from msgspec import Struct

MOST = 16 << 20
"""Bytes up to which the file is in memory."""


class WaitingTexts(Struct, frozen=True):
    """A file with a portion of texts on each line."""

    file: IO[bytes]

    def add(self, some: list[str]) -> None:
        """Keep a portion."""
        self.file.write(msgspec.json.encode(some) + b"\n")

    def portions(self) -> Iterator[list[str]]:
        """All portions, in order."""
        self.file.seek(0)
        for line in self.file:
            yield msgspec.json.decode(line, type=list[str])


@contextmanager
def waiting_texts() -> Iterator[WaitingTexts]:
    """A file for texts, gone at the end of the block."""
    with tempfile.SpooledTemporaryFile(MOST) as file:
        yield WaitingTexts(file)
