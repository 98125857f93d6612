"""What an export is, and what an exporter has to offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

Array = np.ndarray[Any, np.dtype[Any]]
Rows = Mapping[str, Array]


class Artifact(Struct, frozen=True):
    """A published export.

    Attributes:
        format: `keras`, `onnx`, `saved_model`.
        path: the file, or the folder.
        bytes: its size.
        sha256: its content hash; of a folder, over its files in order of their paths.
        max_difference: the largest absolute difference from the model's own outputs on the rows.
        runtime: what reopened it, with its version: `onnxruntime 1.20.0`.
    """

    format: str
    path: Path
    bytes: int
    sha256: str
    max_difference: float
    runtime: str


class Exporter(Struct, frozen=True):
    """One format.

    Attributes:
        name: what is published: a file's or a folder's name.
        missing: what has to be installed first, as a sentence with the command, or None.
        write: (model, path) → None.
        run: (path, several sets of rows, output names) → for each set the outputs by name, in the
            format's own runtime.
        runtime: the runtime's name and version.
    """

    name: str
    missing: Callable[[], str | None]
    write: Callable[[Any, Path], None]
    run: Callable[[Path, Sequence[Rows], tuple[str, ...]], list[dict[str, Array]]]
    runtime: Callable[[], str]
