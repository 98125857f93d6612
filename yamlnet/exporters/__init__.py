"""Formats that a trained model can leave in: one module each, and their list."""

from __future__ import annotations

from yamlnet.exporters import keras_file, onnx_file, saved_model
from yamlnet.exporters.artifact import Exporter

EXPORTERS: dict[str, Exporter] = {
    "keras": keras_file.EXPORTER,
    "onnx": onnx_file.EXPORTER,
    "saved_model": saved_model.EXPORTER,
}
