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

import numpy as np

from yamlnet.cache import cache_folder
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
        _make_room(folder, values.nbytes)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as beside:
            np.savez(beside, values=values, rate=rate)
        os.replace(beside.name, folder / f"{key}.npz")
    except OSError:
        return


def recall_broken(key: str) -> dict[int, str]:
    """By row, what was found to be broken among the files under a key."""
    try:
        found = json.loads((_folder() / f"{key}.json").read_bytes())
        return {int(row): str(why) for row, why in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def remember_broken(key: str, broken: Mapping[int, str]) -> None:
    """Keep that, so that the others are found under the key of the good ones without decoding any."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        (_folder() / f"{key}.json").write_text(json.dumps(broken), encoding="utf-8")
    except OSError:
        return


def _make_room(folder: Path, more: int) -> None:
    kept = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in folder.iterdir())
    room = MOST - more - sum(size for _, size, _ in kept)
    for _, size, path in kept:
        if room >= 0:
            return
        path.unlink(missing_ok=True)
        room += size


def _folder() -> Path:
    return cache_folder() / "media"
