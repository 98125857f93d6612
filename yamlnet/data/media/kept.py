"""Decoded columns that are kept between runs, under the content that they came from.

A key is a hash of every file's content in its order, of the words that were applied, and of the decoder's
version: an array found under it is what decoding would give. The oldest ones go when all take too much room.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from yamlnet.cache import cache_folder, make_room
from yamlnet.data.table import Array

MOST = 4 << 30
"""Bytes that all kept arrays may take; one of more than half of it is not kept."""


def recall(key: str) -> tuple[Array, int] | None:
    """The array under a key and its sampling rate (0 of images); None where there is none that is whole."""
    path = _folder() / f"{key}.npz"
    try:
        with np.load(path, allow_pickle=False) as kept:
            found = kept["values"], int(kept["rate"])
        os.utime(path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return found


def remember(key: str, values: Array, rate: int) -> None:
    """Keep an array; a cache that cannot be written is no reason to fail."""
    if values.nbytes > MOST // 2:
        return
    folder = _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        make_room(folder, MOST, values.nbytes)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as beside:
            np.savez(beside, values=values, rate=rate)
        os.replace(beside.name, folder / f"{key}.npz")
    except OSError:
        return


def recall_told(key: str) -> dict[str, Any]:
    """What was found out about the files under a key; empty where nothing is kept."""
    try:
        found = json.loads((_folder() / f"{key}.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember_told(key: str, told: Mapping[str, object]) -> None:
    """Keep that, JSON-able, so that no file has to be decoded to find it out again."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        (_folder() / f"{key}.json").write_text(json.dumps(told), encoding="utf-8")
    except OSError:
        return


def _folder() -> Path:
    return cache_folder() / "media"
