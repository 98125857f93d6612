"""Keras's own exports on the running backend, without their noise (https://keras.io/api/models/model_saving_apis/export/)."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from yamlnet.compiler.native_stderr import unheard
from yamlnet.compiler.structure import by_output
from yamlnet.exporters.artifact import Array, Rows

KERAS_FORMATS = {"onnx": "onnx", "saved_model": "tf_saved_model"}


def write_directly(model: Any, path: Path, format: str) -> None:
    """`model.export`, called once before: Keras refuses a model that never was."""
    _call_once(model)
    with _quietly():
        model.export(str(path), format=KERAS_FORMATS[format], verbose=False)


def _call_once(model: Any) -> None:
    import keras

    def zeros(tensor: Any) -> Any:
        shape = [2 if axis is None else axis for axis in tensor.shape]
        return keras.ops.zeros(shape, dtype=tensor.dtype)

    model(keras.tree.map_structure(zeros, model.input), training=False)


def run_saved_model(path: Path, given: Sequence[Rows], names: tuple[str, ...]) -> list[dict[str, Array]]:
    """Load a SavedModel with TensorFlow alone and call what it serves, once for each set of rows."""
    import tensorflow as tf

    served = tf.saved_model.load(str(path))

    def outputs(rows: Rows) -> dict[str, Array]:
        tensors = {name: tf.convert_to_tensor(values) for name, values in rows.items()}
        found = served.serve(tensors if len(tensors) > 1 else next(iter(tensors.values())))
        return {name: np.asarray(values) for name, values in by_output(found, names).items()}

    return [outputs(rows) for rows in given]


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """The exporters below Keras log, warn and print; their exceptions still come through."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            warnings.catch_warnings(),
            unheard(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
