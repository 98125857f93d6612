"""Every blueprint of the gallery builds on every backend, under the names that its plan gives.

What each is held against on JAX stands in the file of its own name.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator

import keras
import pytest

import yamlnet
from yamlnet.resources import gallery

pytestmark = [pytest.mark.backend, pytest.mark.slow]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Half a gigabyte of weights a model would not fit beside the others."""
    yield
    keras.backend.clear_session()
    gc.collect()


@pytest.mark.parametrize("name", gallery())
def test_it_builds(name: str) -> None:
    loaded = yamlnet.load(gallery()[name])
    model = loaded.build()
    nodes = {node.name for node in loaded.plan.models["model"].nodes}
    layers = {layer.name for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)}
    assert layers <= nodes, "a layer is called as the plan says, and weights are saved under its name"
    assert model.count_params() > 0
