"""What the models of an objective read: rows by the names of their inputs, and what no row has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import keras

from yamlnet.compiler.structure import input_names, named_inputs


def free_input(model: keras.Model, rows: Collection[str]) -> str:
    """The input of a model that no row feeds: a decoder's code, a generator's noise; else its first one."""
    names = input_names(model)
    return next((name for name in names if name not in rows), names[0])


def input_tensor(model: keras.Model, name: str) -> Any:
    """The symbolic tensor of one of a model's inputs."""
    return named_inputs(model)[name]
