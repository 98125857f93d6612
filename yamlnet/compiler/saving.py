"""`.keras` files: saved whole, loaded at any depth, and without what neither needs.

Keras's `save` writes in place; asks TensorFlow's classes whether they are meant, which imports all of
TensorFlow on every other backend (two seconds and 400 MB where it is installed); and `load_model` draws
initial weights that it overwrites at once.
"""

from __future__ import annotations

import importlib
import os
import warnings
from pathlib import Path

import keras

import yamlnet.compiler.layers  # noqa: F401 - registers yamlnet's own layers with Keras
from yamlnet.catalog.plugins import plugins
from yamlnet.compiler.archives import ArchiveError, inspect_archive, modules_of
from yamlnet.compiler.deep_graphs import deep_graphs
from yamlnet.compiler.initial_weights import numpy_initial_weights
from yamlnet.compiler.objects import first_sentences
from yamlnet.compiler.safe_mode import safe_mode
from yamlnet.compiler.without_tensorflow import without_tensorflow


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
    """Load a model of any depth, after it was looked through and in Keras's safe mode.

    Raises:
        ArchiveError: it is no model that a blueprint makes: it holds code, other classes, paths, a bomb.
    """
    _import_plugins(modules_of(inspect_archive(path), path))
    try:
        with (
            safe_mode(),
            deep_graphs(),
            without_tensorflow(),
            numpy_initial_weights(0),
            warnings.catch_warnings(),
        ):
            # An objective's optimizer may train more than the model that it is saved with: a projection.
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
            return _with_own_policies(keras.saving.load_model(path, safe_mode=True))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RuntimeError, OSError) as error:
        raise ArchiveError(path, f"Keras cannot load it: {first_sentences(str(error))}") from error


def _with_own_policies(model: keras.Model) -> keras.Model:
    """A loaded model whose layers have the dtype policy that a map of attention gave them by their path.

    Keras leaves them the map, and cannot save such a layer again: its kernel is quantized, its policy not.
    """
    for layer in model._flatten_layers(include_self=False):
        policies = layer._dtype_policy
        mapped = isinstance(policies, keras.dtype_policies.DTypePolicyMap) and layer.path in policies
        if mapped:
            layer._dtype_policy = policies[layer.path]  # by its property the map itself would be changed
    return model


def _import_plugins(modules: set[str]) -> None:
    """Import the installed plugins whose layers a file holds, so that Keras knows their classes.

    A file chooses among what the user installed as plugins, and nothing else: it cannot name a module.
    """
    packages = {module.partition(".")[0] for module in modules}
    for point in plugins().found.values():
        if point.module.partition(".")[0] in packages:
            importlib.import_module(point.module)
