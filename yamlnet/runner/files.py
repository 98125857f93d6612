"""The files of a run folder, and reading those that need no Keras.

A run folder may come from somebody else: what is read in it is an ordinary file of bounded size, lies in it
with all links followed, and says what yamlnet writes there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from yamlnet.compiler.backend import BACKENDS
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.diagnostics.suggest import closest
from yamlnet.ordinary import NotOrdinary, is_below, read_ordinary
from yamlnet.schema.words import name_mistake

BLUEPRINT, RESOLVED, MODEL = "blueprint.yaml", "resolved.yaml", "model.keras"
HISTORY, METRICS, CURVES = "history.csv", "metrics.json", "curves.png"
MANIFEST, DATA = "manifest.json", "data.json"

FOLDS = "folds.json"
"""In a folder of runs that differ in their validation rows alone: each fold's is a folder in it."""

PIPELINE = "pipeline.json"
EXPORTED = ("model.keras", "model.onnx", "saved_model")
"""Beside the exports of a run, what makes inputs of raw rows; and what the exports are called."""

RUNS = "runs"
"""Where training keeps runs unasked, in the folder one is in."""
MOST_RUNS = 1000
"""So many entries of a folder are looked at, the newest, for a run that may be meant."""

MAX_BYTES = 64 << 20
"""The largest of a run's own files that is read."""


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a run.

    Raises:
        YamlnetError: the folder is none of a run, or holds those of folds; its manifest says what none says.
    """
    if (path / FOLDS).is_file() and not (path / MANIFEST).exists():
        # Folds measure a blueprint. Their models' mean is none of those that were measured, and a class
        # that one fold's training rows lack would shift what the numbers of its outputs stand for.
        message = f"{path} holds folds, and each of them is a run of its own"
        hint = f"name one: {path / 'fold-1'}; for one model from all of the rows: --set data.folds=null"
        raise YamlnetError(message, hint)
    manifest = read_json(path, MANIFEST)
    fits = {
        "status": isinstance(manifest.get("status"), str),
        "models": _are_names(manifest.get("models")),
        "outputs": _are_names(manifest.get("outputs")),
        "backend": manifest.get("backend") in BACKENDS,
        "data_root": isinstance(manifest.get("data_root"), str),
    }
    wrong = next((key for key, fine in fits.items() if not fine), None)
    if wrong is not None:
        raise YamlnetError(f'{path / MANIFEST} is damaged: "{wrong}" is nothing that a run says')
    return manifest


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(name_mistake(name, "layer") is None for name in value)


def read_json(path: Path, name: str) -> dict[str, Any]:
    """One of the run's JSON files.

    Raises:
        YamlnetError: there is none, or it is damaged.
    """
    text = read_text(path, name)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise YamlnetError(f"{path / name} is damaged: {error}") from None
    if not isinstance(found, dict):
        raise YamlnetError(f"{path / name} is damaged: it is no mapping")
    return found


def read_text(path: Path, name: str) -> str:
    """The text of one of the run's files.

    Raises:
        YamlnetError: there is none, or it is no ordinary file in the run folder.
    """
    require_own(path, name)
    try:
        data = read_ordinary(path / name, MAX_BYTES + 1)
        text = data.decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        what = f"{path} is no run folder: it has no {name}" if path.exists() else f"there is no run {path}"
        message = f"{what}{run_meant(path)}"
        raise YamlnetError(message, hint="train a blueprint first: yamlnet train FILE") from None
    except NotOrdinary:
        raise YamlnetError(f"{path / name} is refused: it is no ordinary file") from None
    except UnicodeDecodeError:
        raise YamlnetError(f"{path / name} is damaged: it is no text") from None
    if len(data) > MAX_BYTES:
        raise YamlnetError(f"{path / name} is refused: it is larger than {MAX_BYTES >> 20} MiB")
    return text


def run_meant(path: Path) -> str:
    """`; did you mean runs/digits-…?` where a run near that path is called alike or begins so, or nothing."""
    folders = dict.fromkeys([path.parent, path.parent / RUNS, Path(RUNS)])
    known = {run.name: run for folder in reversed(folders) for run in _runs_in(folder)}
    begun = [name for name in known if name.startswith(f"{path.name}-")]
    name = max(begun, default=None) or closest(path.name, known)  # of several the newest
    return f"; did you mean {known[name]}?" if name is not None else ""


def _runs_in(folder: Path) -> list[Path]:
    try:
        return [entry for entry in sorted(folder.iterdir())[-MOST_RUNS:] if (entry / MANIFEST).is_file()]
    except OSError:
        return []


def require_own(path: Path, name: str) -> None:
    """Refuse a file or folder of a run that is a link out of it.

    Raises:
        YamlnetError: it leads out.
    """
    if not is_below(path / name, path):
        raise YamlnetError(f"{path / name} is refused: it is a link that leads out of the run folder")
