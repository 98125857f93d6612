"""What `validate` said of a file that is right, kept under the file's own bytes.

A file that has not changed by a byte, checked by programs that have not changed either, is answered before
it is parsed. That holds for one that stands alone: what may read other files is never answered from here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from yamlnet import __version__
from yamlnet.verdicts.fingerprint import FORM, digest, installed, sources

BACKENDS = ("jax", "tensorflow", "torch")
"""Whichever a file asks for, a new one may say something else."""

OTHERS = (b"import", b"extends", b"vocabulary")
"""Words without which no file leads to another one."""

MOST_BYTES = 1 << 20


def answer_key(path: str, settings: Sequence[object]) -> str | None:
    """The key of what is said of a file, in hexadecimal; None where it cannot be answered unread.

    Args:
        path: as the user gives it, with a variant or without.
        settings: everything else that the answer depends on, as JSON can hold it.
    """
    data = _bytes(path)
    if data is None or any(word in data for word in OTHERS):
        return None
    packages = [installed(name) for name in ("keras", *BACKENDS)]
    said = [
        FORM,
        __version__,
        sys.hexversion,
        path,
        settings,
        sources(),
        packages,
        os.environ.get("KERAS_BACKEND"),
    ]
    return digest(b"answer " + json.dumps(said).encode() + b"\n" + data)


def _bytes(path: str) -> bytes | None:
    for name in (path, path.rpartition(":")[0]):
        file = Path(name)
        if name.endswith((".yaml", ".yml")) and file.is_file():
            try:
                with file.open("rb") as opened:
                    data = opened.read(MOST_BYTES + 1)
            except OSError:
                return None
            return data if len(data) <= MOST_BYTES else None
    return None
