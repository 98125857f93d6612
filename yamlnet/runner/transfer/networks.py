"""Networks that others built and trained: those of `keras.applications`, and KerasHub's presets.

Keras fetches their weights from the network the first time, and keeps them in its cache.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from yamlnet.compiler.objects import first_sentences
from yamlnet.compiler.safe_mode import safe_mode
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.ordinary import is_below
from yamlnet.runner.transfer.layers import Layers, named_layers
from yamlnet.schema.words import DEFAULT_MODEL

Weights = list[tuple[str, "np.ndarray[Any, np.dtype[Any]]"]]
"""Each weight's name with its value, in the network's own order."""


def application(arguments: Mapping[str, object], root: Path) -> Weights:
    """The weights of a network of `keras.applications`, without its classifier unless `top` is true.

    Raises:
        YamlnetError: there is no such network, or its weights cannot be had.
    """
    name, top = str(arguments["application"]), bool(arguments.get("top", False))
    known = [one for one in dir(keras.applications) if inspect.isfunction(getattr(keras.applications, one))]
    if name not in known:
        mend = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        raise YamlnetError(f'keras.applications has no "{name}"{mend}')
    weights = str(arguments.get("weights", "imagenet"))
    if not re.fullmatch(r"[a-z0-9_-]+", weights):
        file = root / weights
        if not (file.is_file() and is_below(file, root)):
            raise YamlnetError(f"there is no file {file} below the folder of the blueprint")
        weights = str(file)
    try:
        network = getattr(keras.applications, name)(weights=weights, include_top=top)
    except Exception as error:  # the network, the file and Keras each fail in their own way
        text = first_sentences(str(error)) or type(error).__name__
        raise YamlnetError(f"the weights of {name} cannot be had: {text}") from error
    return [(one.path, np.asarray(keras.ops.convert_to_numpy(one))) for one in network.weights]


def preset(arguments: Mapping[str, object], root: Path) -> Layers:
    """The layers of a backbone of KerasHub: of a folder, or of what `hf://`, `kaggle://` name.

    Raises:
        YamlnetError: KerasHub is not installed, or cannot read the preset.
    """
    name = str(arguments["preset"])
    try:
        import keras_hub
    except ImportError:
        raise YamlnetError("presets need KerasHub", hint='pip install "yamlnet[hub]"') from None
    folder = root / name
    if "://" not in name and not (folder.is_dir() and is_below(folder, root)):
        raise YamlnetError(f"{folder} is no folder of a preset below that of the blueprint")
    try:
        with safe_mode():
            network = keras_hub.models.Backbone.from_preset(str(folder) if folder.is_dir() else name)
    except Exception as error:  # KerasHub, its converters and the network each fail in their own way
        text = first_sentences(str(error)) or type(error).__name__
        raise YamlnetError(f"KerasHub cannot read {name}: {text}") from error
    return named_layers({DEFAULT_MODEL: network})
