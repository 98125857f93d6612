"""The run folder: everything that a training leaves, written so that nothing is lost half-way.

`blueprint.yaml` (as written), `resolved.yaml` (filled in), `data.json` (what transforms learnt),
`history.csv`, `metrics.json`, `model.keras`, `curves.png`, `manifest.json`. Each file appears whole or not
at all: it is written beside its place and renamed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.resolver.plan import Plan
from yamlnet.resolver.unparse import unparse
from yamlnet.resolver.yaml_text import Writer
from yamlnet.runner.files import (
    BLUEPRINT,
    DATA,
    HISTORY,
    METRICS,
    MODEL,
    RESOLVED,
    RUNS,
    read_json,
    read_manifest,
    read_text,
    require_own,
)
from yamlnet.runner.run import History, Run

INLINE_TOKENS = 100
"""How many tokens of a vocabulary stand in the resolved blueprint itself."""


class RunFolder(Struct, frozen=True):
    """A folder and the ways to write into it; `files` are the hashes of what the blueprint names."""

    path: Path
    files: Mapping[str, str] = field(default_factory=dict)

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file whole."""
        data = content.encode() if isinstance(content, str) else content
        beside = self.path / f".{name}.part"
        beside.write_bytes(data)
        os.replace(beside, self.path / name)

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a JSON file, indented."""
        self.write(name, json.dumps(content, indent=2, ensure_ascii=False) + "\n")

    def write_history(self, history: History) -> None:
        """Write one row an epoch; called after every epoch, so that a crash loses none."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = list(history)
        writer.writerow(["epoch", *names])
        for epoch, values in enumerate(zip(*history.values(), strict=True), start=1):
            writer.writerow([epoch, *(f"{value:.8g}" for value in values)])
        self.write(HISTORY, text.getvalue())

    def model_file(self, name: str) -> Path:
        """The file of one of the models: `model.keras`, `encoder.keras`."""
        return self.path / f"{name}.keras"


def create_folder(
    plan: Plan, text: str, out: Path | None, files: Mapping[str, str] | None = None
) -> RunFolder:
    """Make the run folder and put the blueprint into it, as written and as resolved.

    Args:
        plan: what is trained.
        text: the blueprint as written.
        out: the folder; a fresh one below `runs/` when None.
        files: the hashes of the files that the blueprint imports and extends, by name.

    Raises:
        YamlnetError: `out` exists and is not empty, or the folder cannot be made.
    """
    path = out if out is not None else fresh_path(plan.name)
    make_empty(path)
    folder = RunFolder(path, files or {})
    folder.write(BLUEPRINT, text)
    folder.write(RESOLVED, Writer().text(_with_vocabularies(unparse(plan), folder)))
    return folder


def make_empty(path: Path) -> None:
    """Make a folder.

    Raises:
        YamlnetError: it exists and is not empty, or cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise YamlnetError(f"the run folder {path} is not empty", hint="choose another with --out")
    except OSError as error:
        raise YamlnetError(f"the run folder {path} cannot be made: {error.strerror}") from error


def _with_vocabularies(document: dict[str, Any], folder: RunFolder) -> dict[str, Any]:
    """The resolved blueprint with long vocabularies in files of their own, which it names."""
    count = 0

    def moved(value: Any, key: object) -> Any:
        nonlocal count
        if isinstance(value, Mapping):
            return {name: moved(item, name) for name, item in value.items()}
        if not isinstance(value, list):
            return value
        if key != "vocabulary" or len(value) <= INLINE_TOKENS or not all(map(_is_line, value)):
            return [moved(item, None) for item in value]
        count += 1
        folder.write(name := f"vocabulary-{count}.txt", "".join(f"{token}\n" for token in value))
        return name

    return {name: moved(value, name) for name, value in document.items()}


def _is_line(token: object) -> bool:
    """Whether a token can stand alone on a line of a file."""
    return isinstance(token, int) or (
        isinstance(token, str) and bool(token.strip()) and not {"\n", "\r"} & set(token)
    )


def fresh_path(name: str) -> Path:
    """A folder below `runs/` that there is not yet: `runs/<name>-<time>`."""
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
    first = Path(RUNS) / f"{safe}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = first, 2
    while path.exists():
        path, number = Path(f"{first}-{number}"), number + 1
    return path


def sha256(data: bytes) -> str:
    """A content hash, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def open_run(path: Path) -> Run:
    """Read a run folder back, with its models.

    Raises:
        YamlnetError: it is no run folder, or training did not get as far as a model.
    """
    manifest = read_manifest(path)
    if not (path / MODEL).exists():
        status, error = manifest.get("status"), manifest.get("error") or ""
        raise YamlnetError(f"the run {path} has no model (it {status}): {error}".rstrip(": "))
    from yamlnet.compiler.saving import load_model

    names = [name for name in manifest["models"] if (path / f"{name}.keras").exists()]
    for name in names:
        require_own(path, f"{name}.keras")
    models = {name: load_model(path / f"{name}.keras") for name in names}
    return Run(
        folder=path,
        models=models,
        history=_read_history(path),
        metrics=read_json(path, METRICS) if (path / METRICS).exists() else {},
        fitted=read_json(path, DATA),
        manifest=manifest,
    )


def _read_history(path: Path) -> History:
    if not (path / HISTORY).exists():
        return {}
    rows = list(csv.DictReader(io.StringIO(read_text(path, HISTORY), newline="")))
    names = [name for name in (rows[0] if rows else {}) if name != "epoch"]
    try:
        return {name: [float(row[name]) for row in rows] for name in names}
    except (TypeError, ValueError, KeyError) as error:
        raise YamlnetError(f"{path / HISTORY} is damaged: {error}") from None
