"""The files of a run folder, and reading those that need no Keras."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from yamlnet.diagnostics.diagnostic import YamlnetError

BLUEPRINT, RESOLVED, MODEL = "blueprint.yaml", "resolved.yaml", "model.keras"
HISTORY, METRICS, CURVES = "history.csv", "metrics.json", "curves.png"
MANIFEST, DATA = "manifest.json", "data.json"


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a run.

    Raises:
        YamlnetError: the folder is no run folder.
    """
    return read_json(path, MANIFEST)


def read_json(path: Path, name: str) -> dict[str, Any]:
    """One of the run's JSON files.

    Raises:
        YamlnetError: there is none, or it is damaged.
    """
    try:
        found: dict[str, Any] = json.loads((path / name).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        message = f"{path} is no run folder: it has no {name}"
        raise YamlnetError(message, hint="train a blueprint first: yamlnet train FILE") from None
    except json.JSONDecodeError as error:
        raise YamlnetError(f"{path / name} is damaged: {error}") from None
    return found
