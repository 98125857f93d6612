"""Work that needs another backend than this process runs: done in a process of its own.

Keras settles its backend once per process, so a JAX model becomes a SavedModel by way of its `.keras`
file, opened again by a process on TensorFlow. `python -m yamlnet.exporters.process` is that process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yamlnet.diagnostics.diagnostic import ExportError
from yamlnet.exporters.artifact import Array, Rows

SECONDS = 1200


def write_elsewhere(model: Any, path: Path, format: str, backend: str) -> None:
    """Export a model by a process on another backend.

    Raises:
        ExportError: that process failed; with its reason.
    """
    from yamlnet.compiler.saving import save_model

    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "model.keras"
        save_model(model, saved)
        _call(["write", format, str(saved), str(path)], backend)


def run_elsewhere(
    path: Path, given: Sequence[Rows], names: tuple[str, ...], backend: str
) -> list[dict[str, Array]]:
    """Run a SavedModel on sets of rows in a process on TensorFlow.

    Raises:
        ExportError: that process failed; with its reason.
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted, found = Path(folder) / "rows.npz", Path(folder) / "outputs.npz"
        _write_sets(wanted, given)
        _call(["run", str(path), str(wanted), str(found), *names], backend)
        return _read_sets(found)


def _write_sets(file: Path, sets: Sequence[Rows]) -> None:
    """Write sets of arrays as one archive, of `0/image`, `1/image` and so on."""
    import numpy as np

    flat = {f"{index}/{name}": values for index, rows in enumerate(sets) for name, values in rows.items()}
    np.savez(file, allow_pickle=False, **flat)


def _read_sets(file: Path) -> list[dict[str, Array]]:
    import numpy as np

    sets: dict[int, dict[str, Array]] = {}
    with np.load(file, allow_pickle=False) as archive:
        for key in archive.files:
            index, _, name = key.partition("/")
            sets.setdefault(int(index), {})[name] = archive[key]
    return [sets[index] for index in sorted(sets)]


def _call(arguments: list[str], backend: str) -> None:
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    root = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "yamlnet.exporters.process", *arguments]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise ExportError(f"exporting by way of {backend} took longer than {SECONDS} s") from None
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise ExportError(f"exporting by way of {backend} failed: {reason[:400]}")


def main(arguments: list[str]) -> None:
    """`write FORMAT MODEL TARGET`, or `run SAVED_MODEL ROWS OUTPUTS NAME…`."""
    if arguments[0] == "write":
        from yamlnet.compiler.saving import load_model
        from yamlnet.exporters.direct import write_directly

        write_directly(load_model(Path(arguments[2])), Path(arguments[3]), arguments[1])
        return
    from yamlnet.exporters.direct import run_saved_model

    given = _read_sets(Path(arguments[2]))
    _write_sets(Path(arguments[3]), run_saved_model(Path(arguments[1]), given, tuple(arguments[4:])))


if __name__ == "__main__":
    main(sys.argv[1:])
