"""Whose run it is: this user's, or somebody else's, who would have this machine read what they name.

What this user trains is marked with a key that stays in yamlnet's cache, so that nobody else can write the
mark: of the folder that the data's paths are relative to, and of the blueprint that names them. A run without
it has its data read only below the working directory, or below a folder that the user names.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from yamlnet.cache import cache_folder
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.ordinary import is_below, is_written_below
from yamlnet.resolver.plan import DataPlan, SourcePlan
from yamlnet.resolver.sql_text import parse_url

if TYPE_CHECKING:
    from yamlnet.runner.run import Run

MARK = "trained_here"
"""The manifest's word for the mark."""

BYTES = 32


def mark(data_root: str, resolved: bytes) -> str | None:
    """This user's mark of a run; None where no key can be kept."""
    key = _key()
    if key is None:
        return None
    return hmac.new(key, data_root.encode() + b"\0" + resolved, hashlib.sha256).hexdigest()


def _key() -> bytes | None:
    path = cache_folder() / "key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(BYTES))
    except FileExistsError:
        pass
    except OSError:
        return None
    try:
        found = path.read_bytes()
    except OSError:
        return None
    return found if len(found) == BYTES else None


def root_of(run: Run, resolved: bytes, plan: DataPlan, named: Path | None) -> Path:
    """The folder that a run's data are read from.

    Args:
        run: whose manifest says one.
        resolved: the run's resolved blueprint, as it lies in the folder.
        plan: its data.
        named: a folder that the user names instead.

    Raises:
        DataError: the run was not trained by this user, and its data lie elsewhere.
    """
    root = named if named is not None else run.data_root
    if _is_own(run, resolved):
        return root
    if named is None and not is_below(root, Path()):
        message = f"the run {run.folder} was not trained here, and its data lie elsewhere: in {root}"
        raise DataError(message, hint="name the folder of its data if you trust it: --data FOLDER")
    for source in (plan.train, plan.validation, plan.test):
        if isinstance(source, SourcePlan):
            _require_below(source, root, run)
    return root


def _is_own(run: Run, resolved: bytes) -> bool:
    said, ours = run.manifest.get(MARK), mark(str(run.manifest["data_root"]), resolved)
    return isinstance(said, str) and ours is not None and hmac.compare_digest(said.encode(), ours.encode())


def _require_below(source: SourcePlan, root: Path, run: Run) -> None:
    for written in _named(source):
        inside = is_written_below(written)
        # A pattern names what it is like: links among those must not lead out either.
        found = [root / written, *(root.glob(written) if inside and written.strip("/. ") else ())]
        if not inside or not all(is_below(one, root) for one in found):
            message = f'the run {run.folder} was not trained here, and it would read "{written}"'
            hint = "train the blueprint yourself, or give the rows: yamlnet predict RUN ROWS"
            raise DataError(f"{message}, which is not below {root}", hint)


def _named(source: SourcePlan) -> Iterator[str]:
    """What a source reads of this machine or fetches; data sets by name are neither."""
    if isinstance(path := source.arguments.get("path"), str):
        yield path
    if source.name == "Sql":
        url = str(source.arguments["url"])
        yield parse_url(url).file or url
