"""What every origin is: a function from an address to a file's bytes."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from yamlnet.assembly.addresses import Address
from yamlnet.syntax.limits import max_bytes


def longest() -> int:
    """How much of a file is read: a byte more than is accepted, so that the parser tells it is too large."""
    return max_bytes() + 1


class Unreachable(Exception):
    """A file that cannot be had; the message says why and what to do."""


class Fetched(Struct, frozen=True):
    """A file's content, and the exact revision it was taken from where there is one (a git commit)."""

    data: bytes
    revision: str = ""


class Fetch(Protocol):
    """Reads the file at an address."""

    def __call__(self, address: Address, revision: str) -> Fetched:
        """The file; `revision` is the commit that the lock pins, or "".

        Raises:
            Unreachable: it cannot be had.
        """
