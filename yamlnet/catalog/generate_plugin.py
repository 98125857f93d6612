"""Prints the catalogue's entries of a plugin's layers, as `catalog/keras/layer.json` has Keras's.

`python -m yamlnet.catalog.generate_plugin acme.layers` runs in a process of its own, since it imports
Keras and the plugin; `plugins.py` starts it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import Any

from yamlnet.catalog.generate import call_arguments, constructor_arguments, public
from yamlnet.catalog.generate_help import first_line


def plugin_layers(name: str) -> dict[str, dict[str, Any]]:
    """The entries of the Keras layers that a plugin's module offers, by class name."""
    import keras

    module = importlib.import_module(name)
    entries = {}
    for own, found in public("layer", module):
        if issubclass(found, keras.layers.Layer) and not found.__module__.startswith(("keras.", "yamlnet.")):
            entries[own] = {
                "path": f"{name}:{own}",
                "help": first_line(found),
                "arguments": list(constructor_arguments("layer", own, found)),
                "call": list(call_arguments(own, found)),
            }
    return entries


def _choose_backend() -> None:
    """Keras takes TensorFlow unless told otherwise; a plugin is read with what is installed."""
    for backend in ("jax", "tensorflow", "torch"):
        if importlib.util.find_spec(backend) is not None:
            os.environ.setdefault("KERAS_BACKEND", backend)


if __name__ == "__main__":
    _choose_backend()
    print(json.dumps(plugin_layers(sys.argv[1])))
