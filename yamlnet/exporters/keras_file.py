"""`keras`: Keras's own format (https://keras.io/guides/serialization_and_saving/), with its weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yamlnet.compiler.saving import load_model, save_model
from yamlnet.compiler.structure import predictions
from yamlnet.exporters.artifact import Array, Exporter, Rows


def write(model: Any, path: Path) -> None:
    """Save the model, of any depth."""
    save_model(model, path)


def run(path: Path, given: Sequence[Rows], names: tuple[str, ...]) -> list[dict[str, Array]]:
    """Load the file anew and predict."""
    model = load_model(path)
    return [predictions(model, rows, names) for rows in given]


def runtime() -> str:
    """Keras and its backend."""
    import keras

    return f"keras {keras.__version__} on {keras.backend.backend()}"


EXPORTER = Exporter("model.keras", lambda: None, write, run, runtime)
