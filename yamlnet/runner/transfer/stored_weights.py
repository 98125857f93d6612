"""Weights that were stored by layer: a run folder's models, a `.keras` file, a `.weights.h5` file.

A stranger may have put them there: models are looked through before Keras loads them, in its safe mode, and
of a `.weights.h5` file Keras reads nothing but arrays that lie in it (since 3.15.1).
"""

from __future__ import annotations

import os
from pathlib import Path

import keras

from yamlnet.compiler.archives import ENDING
from yamlnet.compiler.objects import first_sentences
from yamlnet.compiler.saving import load_model
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.runner.files import read_manifest, require_own, run_meant
from yamlnet.runner.transfer.layers import Layers, named_layers
from yamlnet.schema.words import DEFAULT_MODEL

H5 = ".weights.h5"


def stored_layers(path: Path) -> Layers:
    """The layers of a run's models, or of one model's file.

    Raises:
        YamlnetError: there is neither, or it is none that yamlnet may load.
    """
    if path.suffix.lower() == ENDING:
        return named_layers({DEFAULT_MODEL: load_model(path)})
    if not path.is_dir():
        shown = os.path.relpath(path)
        what = f"{shown} is neither a run folder nor a file of weights that yamlnet reads"
        missing = f'there is no run or file "{shown}"{run_meant(Path(shown))}'
        raise YamlnetError(what if path.exists() else missing)
    names = [name for name in read_manifest(path)["models"] if (path / f"{name}{ENDING}").exists()]
    for name in names:
        require_own(path, f"{name}{ENDING}")
    return named_layers({name: load_model(path / f"{name}{ENDING}") for name in names})


def load_whole(model: keras.Model, path: Path) -> None:
    """Put a `.weights.h5` file into the model that it was saved from: its arrays have no layers' names.

    Raises:
        YamlnetError: it is no such file, or it is of another model.
    """
    try:
        model.load_weights(path)
    except (ValueError, KeyError, OSError, TypeError, AttributeError) as error:
        raise YamlnetError(f"{path} does not fit the model: {first_sentences(str(error))}") from error
