"""What training leaves: the trained models, their history, and the folder that holds both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
from msgspec import Struct

History = dict[str, list[float]]


class Run(Struct, frozen=True):
    """A finished (or interrupted) training.

    Attributes:
        folder: the run folder.
        models: the Keras models by name, holding the weights that were kept.
        history: each metric's value after each epoch; validation's with the prefix `val_`.
        metrics: the kept weights' metrics by part of the data: `{"test": {"accuracy": 0.98}}`.
        fitted: what the data's transforms learnt, for raw rows later.
        manifest: versions, backend, seed, hashes, times, status.
    """

    folder: Path
    models: Mapping[str, keras.Model]
    history: History
    metrics: dict[str, dict[str, float]]
    fitted: dict[str, Any]
    manifest: dict[str, Any]

    @property
    def model(self) -> keras.Model:
        """The trained model."""
        return self.models["model"]

    @property
    def data_root(self) -> Path:
        """The folder that the blueprint's data paths are relative to."""
        return Path(self.manifest["data_root"])
