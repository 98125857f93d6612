"""`saved_model`: a TensorFlow SavedModel with the endpoint `serve` (https://www.tensorflow.org/guide/saved_model)."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from yamlnet.exporters.artifact import Array, Exporter, Rows
from yamlnet.exporters.direct import run_saved_model, write_directly
from yamlnet.exporters.process import run_elsewhere, write_elsewhere


def missing() -> str | None:
    """TensorFlow, when it is not installed."""
    if find_spec("tensorflow") is None:
        return 'exporting a SavedModel needs TensorFlow: pip install "yamlnet[saved_model]"'
    return None


def write(model: Any, path: Path) -> None:
    """Write the folder, by TensorFlow itself."""
    if _on_tensorflow():
        write_directly(model, path, "saved_model")
    else:
        write_elsewhere(model, path, "saved_model", "tensorflow")


def run(path: Path, given: Sequence[Rows], names: tuple[str, ...]) -> list[dict[str, Array]]:
    """Load the folder with TensorFlow alone, and call what it serves."""
    if _on_tensorflow():
        return run_saved_model(path, given, names)
    return run_elsewhere(path, given, names, "tensorflow")


def _on_tensorflow() -> bool:
    import keras

    return bool(keras.backend.backend() == "tensorflow")


def runtime() -> str:
    """TensorFlow and its version."""
    for package in ("tensorflow", "tensorflow-cpu"):
        try:
            return f"tensorflow {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            continue
    return "tensorflow"


EXPORTER = Exporter("saved_model", missing, write, run, runtime)
