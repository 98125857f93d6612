"""Every Keras layer that has weights: drawn by us, each weight with numbers of its own."""

from __future__ import annotations

import ast
import inspect
import random
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from yamlnet.compiler.initial_weights import numpy_initial_weights

pytestmark = pytest.mark.backend

ROW, SEQUENCE, IMAGE, VOLUME, VIDEO = (5,), (6, 5), (8, 8, 3), (6, 6, 6, 2), (4, 6, 6, 2)
CASES: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "AdditiveAttention": ({}, SEQUENCE),
    "Attention": ({"use_scale": True, "score_mode": "concat"}, SEQUENCE),
    "BatchNormalization": ({"renorm": True}, ROW),
    "Conv1D": ({"filters": 4, "kernel_size": 3}, SEQUENCE),
    "Conv1DTranspose": ({"filters": 4, "kernel_size": 3}, SEQUENCE),
    "Conv2D": ({"filters": 4, "kernel_size": 3}, IMAGE),
    "Conv2DTranspose": ({"filters": 4, "kernel_size": 3}, IMAGE),
    "Conv3D": ({"filters": 4, "kernel_size": 3}, VOLUME),
    "Conv3DTranspose": ({"filters": 4, "kernel_size": 3}, VOLUME),
    "ConvLSTM1D": ({"filters": 3, "kernel_size": 3}, (4, 6, 2)),
    "ConvLSTM2D": ({"filters": 3, "kernel_size": 3}, VIDEO),
    "ConvLSTM3D": ({"filters": 3, "kernel_size": 2}, (3, 4, 4, 4, 2)),
    "Dense": ({"units": 4}, ROW),
    "DepthwiseConv1D": ({"kernel_size": 3}, SEQUENCE),
    "DepthwiseConv2D": ({"kernel_size": 3}, IMAGE),
    "EinsumDense": ({"equation": "ab,bc->ac", "output_shape": 4, "bias_axes": "c"}, ROW),
    "Embedding": ({"input_dim": 10, "output_dim": 4}, ROW),
    "GRU": ({"units": 3}, SEQUENCE),
    "GroupNormalization": ({"groups": 1}, ROW),
    "GroupQueryAttention": ({"head_dim": 4, "num_query_heads": 4, "num_key_value_heads": 2}, SEQUENCE),
    "LSTM": ({"units": 3}, SEQUENCE),
    "LayerNormalization": ({}, ROW),
    "MultiHeadAttention": ({"num_heads": 2, "key_dim": 3}, SEQUENCE),
    "Normalization": ({}, ROW),
    "PReLU": ({"alpha_initializer": "random_normal"}, ROW),
    "RMSNormalization": ({}, ROW),
    "ReversibleEmbedding": ({"input_dim": 10, "output_dim": 4, "tie_weights": False}, ROW),
    "STFTSpectrogram": ({"frame_length": 8, "frame_step": 4, "fft_length": 8}, (32, 1)),
    "SeparableConv1D": ({"filters": 4, "kernel_size": 3}, SEQUENCE),
    "SeparableConv2D": ({"filters": 4, "kernel_size": 3}, IMAGE),
    "SimpleRNN": ({"units": 3}, SEQUENCE),
}
WRAPPERS: dict[str, Any] = {
    "Bidirectional": lambda: (layers.Bidirectional(layers.LSTM(3), name="x_Bidirectional"), SEQUENCE),
    "RNN": lambda: (layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)], name="x_RNN"), SEQUENCE),
    "SpectralNormalization": lambda: (
        layers.SpectralNormalization(layers.Dense(4), name="x_SpectralNormalization"),
        ROW,
    ),
    "TimeDistributed": lambda: (layers.TimeDistributed(layers.Dense(4), name="x_TimeDistributed"), SEQUENCE),
}
ELSEWHERE = {
    "ConvLSTM",  # the parent of ConvLSTM1D, …
}
HOLDING_CELLS = {"LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}
TWO_TENSORS = ("AdditiveAttention", "Attention", "MultiHeadAttention", "GroupQueryAttention")


def all_layers() -> list[Any]:
    """One layer of every kind, called; its name is `x_` and its class."""
    made = []
    for name, (arguments, shape) in CASES.items():
        layer = getattr(layers, name)(**arguments, name=f"x_{name}")
        inputs = keras.Input(shape)
        if name in ("Attention", "AdditiveAttention"):
            layer([inputs, inputs])
        elif name in TWO_TENSORS:
            layer(inputs, inputs)
        else:
            layer(inputs)
        made.append(layer)
    for make in WRAPPERS.values():
        layer, shape = make()
        layer(keras.Input(shape))
        made.append(layer)
    return made


def weights(made: list[Any]) -> dict[str, Any]:
    return {
        f"{layer.name}.{number}": keras.ops.convert_to_numpy(weight.value)
        for layer in made
        for number, weight in enumerate(layer.weights)
    }


def adding_weights() -> set[str]:
    """The classes among Keras's layers whose own source calls `add_weight`."""
    found = set()
    for file in (Path(keras.__file__).parent / "src" / "layers").rglob("*.py"):
        text = file.read_text("utf-8")
        if "self.add_weight(" in text and not file.name.endswith("_test.py") and file.name != "layer.py":
            classes = (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef))
            found |= {node.name for node in classes if "self.add_weight(" in ast.unparse(node)}
    return found


def test_no_layer_with_weights_is_forgotten() -> None:
    adding = adding_weights()
    with_weights = {
        name
        for name, layer in inspect.getmembers(layers, inspect.isclass)
        if layer.__name__ == name and any(owner.__name__ in adding for owner in layer.__mro__)
    }
    cells = {name for name in with_weights if name.endswith("Cell")}
    assert with_weights - cells <= {*CASES, *WRAPPERS, *ELSEWHERE}
    assert {*CASES} - {"MultiHeadAttention", "GroupQueryAttention"} <= with_weights | HOLDING_CELLS
    assert cells == {"LSTMCell", "GRUCell", "SimpleRNNCell"}  # inside LSTM, GRU, SimpleRNN


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    with numpy_initial_weights(1):
        return weights(all_layers())


def test_each_has_numbers_of_its_own(ours: dict[str, Any]) -> None:
    drawn = {name: value for name, value in ours.items() if len(np.unique(value)) > 2 and "STFT" not in name}
    assert len(drawn) > 45
    assert len({value.ravel()[:3].tobytes() for value in drawn.values()}) == len(drawn)


def test_each_is_reproducible(ours: dict[str, Any]) -> None:
    layers.Bidirectional(layers.LSTM(2))
    random.seed(5)
    keras.utils.set_random_seed(6)
    with numpy_initial_weights(1):
        again = weights(all_layers())
    for name, value in ours.items():
        np.testing.assert_array_equal(value, again[name], err_msg=name)


def test_constants_are_those_of_keras_and_shapes_types_and_scales_too(
    ours: dict[str, Any], backend: str
) -> None:
    if backend == "jax":
        pytest.skip("Keras needs two minutes to draw these on JAX; the same code runs on the other two")
    keras.utils.set_random_seed(1)
    theirs = weights(all_layers())
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        assert (ours[name].shape, ours[name].dtype) == (value.shape, value.dtype), name
        if len(np.unique(value)) <= 2:
            np.testing.assert_array_equal(ours[name], value, err_msg=name)
        elif value.size >= 24:  # fewer values say little about their scale
            assert 0.5 * value.std() < ours[name].std() < 2 * value.std(), name
