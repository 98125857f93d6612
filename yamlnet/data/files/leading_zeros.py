"""Codes of digits in text files: a zero before another digit (`00123`) says that a column is no numbers.

Arrow reads such a cell as a number and the zero is gone, so the bytes of a file are looked through first, at
some hundred MB a second; only where there is such a cell at all, columns of numbers are looked at as texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from yamlnet.data.files.contents import opened
from yamlnet.data.files.found import File
from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import KeyPath

BLOCK = 1 << 20
REACH = 3
"""The bytes that are looked at together: what stands before, a sign, the zero and the digit, less one."""

CODE = r"^\s*[-+]?0[0-9]"

AROUND, SIGN, DIGIT = 1, 2, 4


def may_hold_codes(file: File, sep: str, encoding: str, path: KeyPath) -> bool:
    """Whether a file has a cell that begins with a zero and a digit; perhaps, of two bytes a character."""
    if encoding.startswith(("utf-16", "utf-32")):
        return True
    kinds = np.zeros(256, np.uint8)
    kinds[[ord(one) for one in (sep, '"', "\n", "\r", " ", "\t")]] = AROUND
    kinds[[ord(one) for one in "+-"]] = SIGN
    kinds[[ord(one) for one in "0123456789"]] = DIGIT
    return any(_holds_code(block, kinds) for block in _blocks(file, path))


def _blocks(file: File, path: KeyPath) -> Iterator[Array]:
    """The bytes of a file, each block with the end of the one before; a line feed stands before the first."""
    with opened(file, path) as stream:
        kept = b"\n"
        while read := stream.read(BLOCK):
            yield np.frombuffer(kept + read, np.uint8)
            kept = (kept + read)[-REACH:]


def _holds_code(block: Array, kinds: Array) -> bool:
    at = np.flatnonzero(block[1:-1] == ord("0")) + 1
    at = at[kinds[block[at + 1]] == DIGIT]
    before, further = kinds[block[at - 1]], kinds[block[np.maximum(at - 2, 0)]]
    return bool(((before == AROUND) | ((before == SIGN) & (further == AROUND))).any())


def code_columns(texts: Any) -> list[str]:
    """The columns of a table of texts that have such a cell."""
    from pyarrow import compute

    return [
        name
        for name in texts.column_names
        if compute.any(compute.match_substring_regex(texts.column(name), CODE)).as_py()
    ]
