"""Data behind URLs: fetched once into yamlnet's cache, and again only where the server has another version.

A version is what the server says of it: an ETag, a checksum, or the time of the last change with the size.
A server that says none of these is asked for the whole file each time. One may lead to another by a redirect
to https. With `YAMLNET_OFFLINE` set, what is kept is taken as it is. (https://filesystem-spec.readthedocs.io)
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from yamlnet.cache import cache_folder, sha256
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.protocols import OFFLINE, may_be_fetched, opening, refusal

CHUNK = 1 << 20
LONG = 8 << 20
"""Bytes from which on a download shows a bar."""

VERSIONS = (
    "ETag", "etag", "Content-MD5", "content_md5", "md5Hash", "Digest", "LastModified", "Last-Modified",
    "last_modified", "mtime", "generation",
)  # fmt: skip
"""What the file systems of fsspec call that which changes when a file does."""


def fetch(url: str, place: KeyPath) -> list[tuple[Path, str]]:
    """The files that a URL names: their copies in the cache, and what messages call them.

    A `*` in the URL of a store that can list its files (s3, gs, …) names all that are like it.

    Raises:
        DataError: the URL may not be named, there is nothing at it, or it cannot be reached.
    """
    if why := refusal(url, "data/rows.csv"):
        raise DataError(f"{url} {why}", path=place, check="data-path")
    if not may_be_fetched(url):
        return [(_kept(url, place), url)]
    try:
        import fsspec
    except ImportError as error:
        hint = 'pip install "yamlnet[remote]"'
        raise DataError(f"reading {url} needs fsspec", hint, place, "missing-package") from error
    try:
        system, name = fsspec.core.url_to_fs(url, **opening(url))
        if "*" not in url or url.startswith("http"):
            return [(_current(system, name, url), url)]
        found = sorted(system.glob(name))
        if not found:
            raise FileNotFoundError
        urls = [system.unstrip_protocol(one) for one in found]
        return [(_current(system, one, full), full) for one, full in zip(found, urls, strict=True)]
    except Exception as error:  # each protocol raises errors of its own library
        raise _unreachable(url, error, place) from error


def _unreachable(url: str, error: Exception, place: KeyPath) -> DataError:
    if isinstance(error, FileNotFoundError) and _is_missing(error):
        return DataError(f"there is nothing at {url}", path=place, check="unreachable")
    cause = error.__cause__ if isinstance(error, FileNotFoundError) else error
    told = " ".join(str(cause).split())[:200] or type(cause).__name__
    return DataError(f"{url} cannot be fetched: {told}", path=place, check="unreachable")


def _is_missing(error: FileNotFoundError) -> bool:
    """Whether a file is truly not there: fsspec says so of a server that does not answer, too."""
    cause = error.__cause__
    return cause is None or isinstance(cause, FileNotFoundError) or getattr(cause, "status", None) == 404


def _folder(url: str) -> Path:
    return cache_folder() / "data" / sha256(url.encode())[:32]


def _local(url: str) -> Path:
    """Where a URL's file is kept: its own ending tells how it is read."""
    name = PurePosixPath(re.split(r"[?#]", url.partition("://")[2])[0]).name
    return _folder(url) / (re.sub(r"[^\w.\-]", "_", name)[-80:] or "file")


def _kept(url: str, place: KeyPath) -> Path:
    if _local(url).is_file():
        return _local(url)
    message = f"{url} is not fetched: {OFFLINE} is set, and no copy is kept"
    raise DataError(message, path=place, check="unreachable")


def _current(system: Any, name: str, url: str) -> Path:
    """The copy of a file, fetched anew where there is none or the server has another version."""
    about = dict(system.info(name))
    version = _version(about)
    local, note = _local(url), _folder(url) / "version.json"
    if version and local.is_file() and _noted(note) == version:
        return local
    local.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=local.parent, delete=False) as beside:
        try:
            with system.open(name, "rb") as opened:
                for piece in _shown(opened, about.get("size"), local.name):
                    beside.write(piece)
        except BaseException:
            os.unlink(beside.name)
            raise
    os.replace(beside.name, local)
    note.write_text(version, encoding="utf-8")
    return local


def _version(about: Mapping[str, Any]) -> str:
    """What the server says that changes with the content; "" where it says nothing of the kind."""
    known = {key: str(about[key]) for key in VERSIONS if about.get(key)}
    return json.dumps({**known, "size": about.get("size")}, sort_keys=True) if known else ""


def _noted(note: Path) -> str:
    try:
        return note.read_text(encoding="utf-8")
    except OSError:
        return ""


def _shown(opened: Any, total: int | None, name: str) -> Iterator[bytes]:
    """The pieces of a file; a long one moves a bar where there is a terminal."""
    pieces = iter(lambda: opened.read(CHUNK), b"")
    if total is not None and total < LONG:
        yield from pieces
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(24), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"fetching {name}", total=total)
        for piece in pieces:
            bar.advance(task, len(piece))
            yield piece
