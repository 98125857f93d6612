"""Remembered signatures are the ones that `inspect` finds."""

from __future__ import annotations

import gc
import inspect
import weakref

import keras
import pytest

import yamlnet
from yamlnet.compiler.signatures import remembered_signatures, signature
from yamlnet.resources import gallery

pytestmark = pytest.mark.backend

LAYERS = [
    found
    for name, found in inspect.getmembers(keras.layers, inspect.isclass)
    if issubclass(found, keras.Layer) and not name.startswith("_")
]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.__name__)
def test_they_are_those_of_inspect(layer: type) -> None:
    for method in (layer.__init__, layer.call, layer.build, layer.compute_output_shape):  # type: ignore[misc, attr-defined]
        assert signature(method) == inspect.signature(method)
        bound = method.__get__(object())
        assert signature(bound) == inspect.signature(bound)
        assert signature(bound) == inspect.signature(bound)  # now from memory


def test_keras_asks_us_only_inside() -> None:
    from keras.src.layers import layer

    with remembered_signatures():
        assert layer.inspect.signature is signature
        assert layer.inspect.Parameter is inspect.Parameter
        assert keras.layers.Dense(3)(keras.Input((2,))).shape == (None, 3)
    assert layer.inspect is inspect


def test_what_is_remembered_keeps_no_layer_alive() -> None:
    """A search over architectures builds thousands of models in one process."""
    layers = []
    for name in gallery():
        if name in ("digits", "attention", "lstm"):
            model = yamlnet.load(gallery()[name]).build()
            layers += [weakref.ref(layer) for layer in model.layers]
            del model
    keras.backend.clear_session()
    gc.collect()
    assert not [layer() for layer in layers if layer() is not None]
