"""A JSON list, some items after others: no more of it is held than a block, or its longest item.

Where an item ends is seen by the brackets that are open, all bytes of a block side by side; what stands in
texts does not count (RFC 8259, section 7). Each block is then read by a parser, so that nothing passes here
that is no JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import msgspec
import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array

QUOTE, BACKSLASH = b'"'[0], b"\\"[0]
OPEN, CLOSE, COMMA = 1, 2, 3


def _kinds() -> Array:
    kinds = np.zeros(256, dtype=np.uint8)
    for signs, kind in ((b"[{", OPEN), (b"]}", CLOSE), (b",", COMMA)):
        kinds[list(signs)] = kind
    return kinds


KINDS = _kinds()


class Ends(Struct, frozen=True):
    """The last comma between two items, and the bracket that closes the list; -1 where there is none."""

    comma: int
    bracket: int


def list_items(stream: IO[bytes], begin: bytes, block: int) -> Iterator[list[bytes]]:
    """The items of a list as they are written, those of a block at a time.

    Args:
        stream: the rest of the file.
        begin: the file from its opening bracket on, as far as it is read.
        block: bytes to read at a time.

    Raises:
        msgspec.DecodeError: it is no JSON list, or something follows it.
    """
    held, between = begin.lstrip()[1:], False
    while True:
        ends = _ends(held)
        if ends.bracket >= 0:
            break
        if ends.comma >= 0:
            yield _parsed(held[: ends.comma], one=True)
            held, between = held[ends.comma + 1 :], True
        more = stream.read(max(block, len(held)))  # an item that is longer than a block is not scanned often
        if not more:
            raise msgspec.DecodeError("the list does not end")
        held += more
    if held[ends.bracket : ends.bracket + 1] != b"]":
        raise msgspec.DecodeError("another bracket ends the list")
    yield _parsed(held[: ends.bracket], one=between)
    if held[ends.bracket + 1 :].strip() or stream.read().strip():
        raise msgspec.DecodeError("something follows the list")


def _parsed(items: bytes, one: bool) -> list[bytes]:
    """Items with commas between them; at least one where a comma stands before or after all of them."""
    found = [bytes(item) for item in msgspec.json.decode(b"[" + items + b"]", type=list[msgspec.Raw])]
    if one and not found:
        raise msgspec.DecodeError("nothing stands beside a comma")
    return found


def _ends(held: bytes) -> Ends:
    signs = np.frombuffer(held, dtype=np.uint8)
    quotes = signs == QUOTE
    for place in _escaped(held, signs):
        quotes[place] = False
    outside = np.cumsum(quotes, dtype=np.uint8) % 2 == 0  # it overflows, and stays odd or even
    kinds = KINDS[signs]
    places = np.flatnonzero((kinds > 0) & outside)
    kinds = kinds[places]
    depth = np.cumsum((kinds == OPEN).astype(np.int64) - (kinds == CLOSE))
    closed = np.flatnonzero(depth < 0)
    bracket = int(places[closed[0]]) if len(closed) else -1
    commas = places[(kinds == COMMA) & (depth == 0)]
    return Ends(int(commas[-1]) if len(commas) else -1, bracket)


def _escaped(held: bytes, signs: Array) -> Iterator[int]:
    """The places of quotes that stand in a text: an odd number of backslashes is before them."""
    after = np.flatnonzero((signs[1:] == QUOTE) & (signs[:-1] == BACKSLASH)) + 1
    for place in after.tolist():
        before = held[max(place - 64, 0) : place]
        count = len(before) - len(before.rstrip(b"\\"))
        if count == len(before):
            count = place - len(held[:place].rstrip(b"\\"))
        if count % 2:
            yield place
