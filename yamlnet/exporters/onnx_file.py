"""`onnx`: an ONNX graph (https://onnx.ai), run by ONNX Runtime; inputs and the batch axis keep their names.

TensorFlow and PyTorch export directly; a model on JAX goes by way of whichever of them is installed, and
what one of them cannot write, the other may.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from yamlnet.diagnostics.diagnostic import ExportError
from yamlnet.exporters.artifact import Array, Exporter, Rows
from yamlnet.exporters.direct import write_directly
from yamlnet.exporters.process import write_elsewhere

ROUTES = {"tensorflow": ("tf2onnx", "onnx"), "torch": ("onnxscript", "onnx")}
"""What each backend needs to write ONNX."""


def missing() -> str | None:
    """The packages that this machine lacks, with the command that installs them."""
    writes = any(map(find_spec, ROUTES))
    install = f'pip install "yamlnet[{"onnx" if writes else "onnx,tensorflow"}]"'
    if not writes:
        return f"exporting to ONNX goes by way of TensorFlow or PyTorch, and neither is installed: {install}"
    if find_spec("onnxruntime") is None or not _routes():
        return f"exporting to ONNX needs a converter, and onnxruntime to check what it wrote: {install}"
    return None


def _routes() -> list[str]:
    """The backends that can write ONNX here, the running one first: it needs no other process."""
    import keras

    running = keras.backend.backend()
    able = [name for name, packages in ROUTES.items() if all(map(find_spec, (name, *packages)))]
    return sorted(able, key=lambda name: name != running)


def write(model: Any, path: Path) -> None:
    """Write the graph, by the first way whose result ONNX Runtime loads.

    Converters write operations that no runtime has (tf2onnx the exact gelu's), so loading is part of
    having written.

    Raises:
        ExportError: no way did; with each one's reason.
    """
    reasons = []
    for route in _routes():
        try:
            _write_by(route, model, path)
            _session(path)
            return
        except Exception as error:  # converters and the runtime raise types of their own
            reasons.append(f"by way of {route}: {' '.join(str(error).split())[:300]}")
            path.unlink(missing_ok=True)
    raise ExportError(f"this model cannot be exported to ONNX {'; '.join(reasons)}")


def _write_by(route: str, model: Any, path: Path) -> None:
    import keras

    if route == keras.backend.backend():
        write_directly(model, path, "onnx")
    else:
        write_elsewhere(model, path, "onnx", route)


def _session(path: Path) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def run(path: Path, given: Sequence[Rows], names: tuple[str, ...]) -> list[dict[str, Array]]:
    """Run the graph with ONNX Runtime on the CPU."""
    session = _session(path)
    return [_outputs(session, rows, names) for rows in given]


def _outputs(session: Any, rows: Rows, names: tuple[str, ...]) -> dict[str, Array]:
    inputs = [one.name for one in session.get_inputs()]
    values = [rows[name] for name in _matched(inputs, list(rows))]
    found = session.run(None, dict(zip(inputs, values, strict=True)))
    return {name: np.asarray(value) for name, value in zip(names, found, strict=True)}


def _matched(found: list[str], wanted: list[str]) -> list[str]:
    """For each of the graph's inputs the blueprint's name of it: by name, or in order."""
    if set(found) == set(wanted):
        return found
    return wanted


def runtime() -> str:
    """ONNX Runtime and its version."""
    return f"onnxruntime {importlib.metadata.version('onnxruntime')}"


EXPORTER = Exporter("model.onnx", missing, write, run, runtime)
