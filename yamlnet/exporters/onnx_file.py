"""`onnx`: an ONNX graph (https://onnx.ai), run by ONNX Runtime; inputs and the batch axis keep their names.

TensorFlow and PyTorch export directly; a model on JAX goes by way of whichever of them is installed.
"""

from __future__ import annotations

import importlib.metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from yamlnet.exporters.artifact import Array, Exporter, Rows
from yamlnet.exporters.direct import write_directly
from yamlnet.exporters.process import write_elsewhere

ROUTES = {"tensorflow": ("tf2onnx", "onnx"), "torch": ("onnxscript", "onnx")}
"""What each backend needs to write ONNX."""


def missing() -> str | None:
    """The packages that this machine lacks, with the command that installs them."""
    if find_spec("onnxruntime") is None:
        return 'exporting to ONNX needs onnxruntime to check the result: pip install "yamlnet[onnx]"'
    if _route() is None:
        return (
            'exporting to ONNX needs TensorFlow or PyTorch and their converters: pip install "yamlnet[onnx]"'
        )
    return None


def _route() -> str | None:
    import keras

    running = keras.backend.backend()
    able = [name for name, packages in ROUTES.items() if all(map(find_spec, (name, *packages)))]
    return running if running in able else next(iter(able), None)


def write(model: Any, path: Path) -> None:
    """Write the graph, with the model's input and output names."""
    import keras

    route = _route()
    assert route is not None, "missing() is asked first"
    if route == keras.backend.backend():
        write_directly(model, path, "onnx")
    else:
        write_elsewhere(model, path, "onnx", route)


def run(path: Path, rows: Rows, names: tuple[str, ...]) -> dict[str, Array]:
    """Run the graph with ONNX Runtime on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    given = [rows[name] for name in _matched([one.name for one in inputs], list(rows))]
    feed = {one.name: values for one, values in zip(inputs, given, strict=True)}
    found = session.run(None, feed)
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
