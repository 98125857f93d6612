"""Where files from elsewhere, and what is found out about plugins, are kept between runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """`$YAMLNET_CACHE`, or the system's folder for caches."""
    if asked := os.environ.get("YAMLNET_CACHE"):
        return Path(asked)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "yamlnet" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "yamlnet"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "yamlnet"


def sha256(data: bytes) -> str:
    """A content hash, in hexadecimal."""
    import hashlib  # only files from elsewhere need it, and it takes longer than validating one of ours

    return hashlib.sha256(data).hexdigest()


def remember(data: bytes) -> None:
    """Keep a file's content; a cache that cannot be written is no reason to fail."""
    import tempfile

    path = _path(sha256(data))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as beside:
            beside.write(data)
        os.replace(beside.name, path)
    except OSError:
        return


def recall(digest: str) -> bytes | None:
    """The content with that hash, if it is kept and whole."""
    try:
        data = _path(digest).read_bytes()
    except OSError:
        return None
    return data if sha256(data) == digest else None


def _path(digest: str) -> Path:
    return cache_folder() / "files" / digest
