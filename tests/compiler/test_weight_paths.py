"""Canonical paths: by attribute, index and key, on every backend the same."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers

from yamlnet.compiler import initial_weights
from yamlnet.compiler.initial_weights import numpy_initial_weights

pytestmark = pytest.mark.backend


@pytest.fixture
def paths(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every path that is claimed while the test runs, in order."""
    claimed: list[str] = []
    claim = initial_weights._Run.claim

    def listen(self: Any, layer: Any, weight: str | None) -> str:
        claimed.append(claim(self, layer, weight))
        return claimed[-1]

    monkeypatch.setattr(initial_weights._Run, "claim", listen)
    return claimed


class Holder(keras.layers.Layer):
    """Holds layers in every way: attribute, list, mapping, and made while building, not yet attached."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.plain = layers.Dense(2, use_bias=False)
        self.many = [layers.Dense(2, use_bias=False), layers.Dense(2, use_bias=False)]
        self.named = {"left": layers.Dense(2, use_bias=False)}

    def build(self, input_shape: Any) -> None:
        for layer in (self.plain, *self.many, *self.named.values()):
            layer.build(input_shape)
        late = layers.Dense(2, use_bias=False)
        late.build(input_shape)
        self.late = late

    def call(self, inputs: Any) -> Any:
        return self.plain(inputs)


def test_places(paths: list[str]) -> None:
    with numpy_initial_weights(1):
        Holder(name="holder")(keras.Input((2,)))
    assert paths == [
        "holder/plain/kernel",
        "holder/many[0]/kernel",
        "holder/many[1]/kernel",
        "holder/named['left']/kernel",
        "holder/Dense/kernel",
    ]


class InConstructor(keras.layers.Layer):
    """Makes a weight before anything is known of its surroundings."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.weight = self.add_weight(shape=(2, 2), name="early")


def test_a_weight_made_in_a_constructor_is_known_by_its_layer_s_name(paths: list[str]) -> None:
    with numpy_initial_weights(1):
        InConstructor(name="given")
    assert paths == ["given/early"]


class BuiltByCall(keras.layers.Layer):
    """Has no `build`: Keras builds what is inside while it infers shapes, and fills it in afterwards."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.inner = layers.Dense(2, kernel_initializer="he_normal", use_bias=False)

    def call(self, inputs: Any) -> Any:
        return self.inner(inputs)


def test_weights_made_while_shapes_are_inferred(paths: list[str]) -> None:
    with numpy_initial_weights(1):
        layer = BuiltByCall(name="outer")
        layer(keras.Input((3,)))
    assert paths == ["outer/inner/kernel"]
    value = keras.ops.convert_to_numpy(layer.inner.kernel.value)
    assert value.shape == (3, 2)
    assert value.std() > 0


def test_cells_wrappers_and_models(paths: list[str]) -> None:
    with numpy_initial_weights(1):
        x = keras.Input((4, 3))
        layers.Bidirectional(layers.GRU(2, use_bias=False), name="both")(x)
        layers.RNN([layers.GRUCell(2, use_bias=False)] * 1, name="stack")(x)
        layers.TimeDistributed(layers.Dense(2, use_bias=False), name="each")(x)
        keras.Sequential([layers.Dense(2, use_bias=False), layers.Dense(2, use_bias=False)], name="row")(x)
    assert paths == [
        "both/forward_layer/cell/kernel",
        "both/forward_layer/cell/recurrent_kernel",
        "both/backward_layer/cell/kernel",
        "both/backward_layer/cell/recurrent_kernel",
        "stack/cell/cells[0]/kernel",
        "stack/cell/cells[0]/recurrent_kernel",
        "each/layer/kernel",
        "row/[1]/kernel",  # [0] is the input that Keras puts before
        "row/[2]/kernel",
    ]


def test_a_path_that_is_taken_is_numbered(paths: list[str]) -> None:
    with numpy_initial_weights(1, "model"):
        for _ in range(3):
            layers.Dense(2, use_bias=False, name="same").build((None, 2))
    assert paths == ["model/same/kernel", "model/same/kernel#2", "model/same/kernel#3"]


def test_the_settings_of_a_layer_do_not_move_its_inner_layers(paths: list[str]) -> None:
    found = []
    for dropout in (0.0, 0.5):
        paths.clear()
        with numpy_initial_weights(1):
            x = keras.Input((4, 6))
            layers.MultiHeadAttention(2, 3, dropout=dropout, use_bias=False, name="attention")(x, x)
        found.append(list(paths))
    assert found[0] == found[1]
    assert len(set(found[0])) == 4
