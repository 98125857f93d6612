"""`.keras` files: saved whole, loaded at any depth, and without what neither needs.

Keras's `save` writes in place; asks TensorFlow's classes whether they are meant, which imports all of
TensorFlow on every other backend (two seconds and 400 MB where it is installed); and `load_model` draws
initial weights that it overwrites at once.
"""

from __future__ import annotations

import importlib
import os
import re
import zipfile
from pathlib import Path

import keras

import yamlnet.compiler.layers  # noqa: F401 - registers yamlnet's own layers with Keras
from yamlnet.catalog.plugins import plugins
from yamlnet.compiler.deep_graphs import deep_graphs
from yamlnet.compiler.initial_weights import numpy_initial_weights
from yamlnet.compiler.without_tensorflow import without_tensorflow

MODULE = re.compile(r'"module": "([\w.]+)"')
"""Where a saved model's configuration says which module a class is of."""


def save_model(model: keras.Model, path: Path) -> None:
    """Save a model of any depth; the file appears whole or not at all.

    Args:
        model: a Keras model; its compilation is saved with it.
        path: ends with `.keras`.

    Raises:
        OSError: the file cannot be written.
    """
    beside = path.with_name(f".part-{path.name}")
    try:
        with deep_graphs(), without_tensorflow():
            model.save(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def load_model(path: Path) -> keras.Model:
    """Load a model of any depth, in Keras's safe mode: a file that holds code is refused.

    Raises:
        ValueError: it is no model that Keras reads, or holds code.
    """
    _import_plugins(path)
    with deep_graphs(), without_tensorflow(), numpy_initial_weights(0):
        return keras.saving.load_model(path, safe_mode=True)


def _import_plugins(path: Path) -> None:
    """Import the installed plugins whose layers a file holds, so that Keras knows their classes.

    A file chooses among what the user installed as plugins, and nothing else: it cannot name a module.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            config = archive.read("config.json").decode(errors="replace")
    except (OSError, KeyError, zipfile.BadZipFile):
        return  # Keras says what is wrong with the file
    packages = {module.partition(".")[0] for module in MODULE.findall(config)}
    for point in plugins().found.values():
        if point.module.partition(".")[0] in packages:
            importlib.import_module(point.module)
