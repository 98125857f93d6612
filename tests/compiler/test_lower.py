"""From plans to Keras models: what is built, and how a shape that does not fit is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.report import render

pytestmark = pytest.mark.backend


def built(text: str, folder: Path) -> Any:
    path = folder / "net.yaml"
    path.write_text(text, encoding="utf-8")
    return yamlnet.load(path).build()


def model(layers: str, folder: Path, inputs: str = "x: [8, 8, 3]", more: str = "") -> Any:
    lines = "".join(f"    {line}\n" for line in layers.splitlines())
    return built(f"yamlnet: 1\n{more}model:\n  inputs: {{{inputs}}}\n  layers:\n{lines}", folder)


REFUSED = {
    "- Dense: 3\n- LSTM: 4": (
        "net.yaml:6:7",
        "LSTM reads sequences [steps, features], got [8, 8, 3]",
        '"dense" gives shape [8, 8, 3]',
    ),
    "- Conv2D: {filters: 3, kernel_size: 9}": ("net.yaml:5:7", "Conv2D", '"x" gives shape [8, 8, 3]'),
    "- Flatten\n- Conv2D: {filters: 3, kernel_size: 3}": (
        "net.yaml:6:7",
        "Conv2D reads images [height, width, channels], got [192]; put it before",
        '"flatten" gives shape [192]',
    ),
    "- Dense: {units: 4, as: a}\n- Dense: {units: 5, as: b}\n- Add: {from: [a, b]}": (
        "net.yaml:7:7",
        "Add needs equal shapes, got [8, 8, 4] and [8, 8, 5]: 4 and 5 channels",
        '"b" gives shape [8, 8, 5]',
    ),
    "- Flatten: {as: f}\n- Concatenate: {from: [x, f]}": (
        "net.yaml:6:7",
        "Concatenate joins tensors of equally many axes, got [8, 8, 3] and [192]",
        '"x" gives shape',
    ),
    "- Reshape: [7, 7]": (
        "net.yaml:5:7",
        "Reshape to [7, 7] needs 49 numbers, and [8, 8, 3] has 192",
        '"x" gives shape',
    ),
    "- ops.reshape: [7, 7]": ("net.yaml:5:7", "has lost the batch axis: its whole shape is [7, 7]", ""),
    "- ops.mean": ("net.yaml:5:7", "has lost the batch axis: its whole shape is []", ""),
    "- ops.matmul: {from: [x, x]}": (
        "net.yaml:5:7",
        "ops.matmul multiplies the last axis of",
        '"x" gives shape',
    ),
    "- Dense: {units: 3, name: d}\n- Flatten\n- d": (
        "net.yaml:7:7",
        "Dense was built for 3 on the last axis, got [192]",
        '"flatten" gives shape [192]',
    ),
    "- ops.mean: {from: 'x[9]', axis: 7}": ("net.yaml:5:7", "ops.mean", "gives shape"),
    "- LSTM: {units: 3, from: 'x[:, 0]', as: [a, b, c]}\n- Dense: {units: 1, from: c}": (
        "net.yaml:5:45",
        '`as` names 3 outputs, "lstm" gives 1',
        "",
    ),
}


@pytest.mark.parametrize("layers", REFUSED)
def test_a_shape_that_does_not_fit_is_told_at_its_line_with_what_it_reads(
    layers: str, tmp_path: Path
) -> None:
    with pytest.raises(BlueprintError) as refused:
        model(layers, tmp_path)
    told = render(refused.value.diagnostics, refused.value.trees, "text", color=False)
    place, message, note = REFUSED[layers]
    assert place in told
    assert message in told
    assert note in told
    assert "^" in told


def test_a_mistake_in_a_block_names_both_places(tmp_path: Path) -> None:
    blocks = "blocks:\n  unit:\n    layers:\n      - Conv2D: {filters: 2, kernel_size: 3}\n"
    with pytest.raises(BlueprintError) as refused:
        model("- Flatten\n- unit", tmp_path, more=blocks)
    told = render(refused.value.diagnostics, refused.value.trees, "text", color=False)
    assert "net.yaml:5:9: Conv2D reads images" in told
    assert "net.yaml:10:7" in told and "used here" in told


def test_wiring_reaches_keras(tmp_path: Path) -> None:
    """Against the same model written with Keras, with the same weights."""
    ours = model(
        "- Conv2D: {filters: 4, kernel_size: 3, padding: same, activation: relu, as: a}\n"
        "- Conv2D: {filters: 4, kernel_size: 1, from: x, as: b}\n"
        "- Add: {from: [a, b]}\n"
        "- ops.multiply: {from: [_, b]}\n"
        "- Reshape: {target_shape: [64, 4], as: tokens}\n"
        "- MultiHeadAttention: {num_heads: 2, key_dim: 3, from: [_, _], with: {use_causal_mask: true}}\n"
        "- Dense: {units: 2, from: '_[:, -1]', name: Head}",
        tmp_path,
    )
    x = keras.Input((8, 8, 3))
    a = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    b = keras.layers.Conv2D(4, 1)(x)
    y = keras.layers.Add()([a, b]) * b
    tokens = keras.layers.Reshape((64, 4))(y)
    y = keras.layers.MultiHeadAttention(2, 3)(tokens, tokens, use_causal_mask=True)
    theirs = keras.Model(x, keras.layers.Dense(2)(y[:, -1]))
    theirs.set_weights(ours.get_weights())
    images = np.random.default_rng(0).normal(size=(5, 8, 8, 3)).astype("float32")
    np.testing.assert_allclose(
        ours.predict(images, verbose=0), theirs.predict(images, verbose=0), rtol=1e-5, atol=1e-6
    )
    assert ours.get_layer("Head").units == 2


def test_a_shared_layer_has_one_set_of_weights(tmp_path: Path) -> None:
    ours = model("- Dense: {units: 3, name: d, as: a}\n- d: {from: a}\n- d", tmp_path)
    assert ours.count_params() == 3 * 3 + 3
    assert len(ours.get_layer("d")._inbound_nodes) == 3


def test_every_use_of_a_block_has_weights_of_its_own(tmp_path: Path) -> None:
    blocks = "blocks:\n  unit: {layers: [{Dense: 3}]}\n"
    ours = model("- unit\n- unit", tmp_path, more=blocks)
    first, second = (layer.kernel for layer in ours.layers if layer.weights)
    assert ours.count_params() == 2 * (3 * 3 + 3)
    assert not np.array_equal(keras.ops.convert_to_numpy(first), keras.ops.convert_to_numpy(second))


def test_a_model_inside_a_model_shares_its_weights(tmp_path: Path) -> None:
    models = "models:\n  eye: {inputs: {z: [3]}, layers: [{Dense: 2}]}\n"
    layers = "- eye: {as: a}\n- eye: {from: x, as: b}\n- Add: {from: [a, b]}"
    ours = model(layers, tmp_path, inputs="x: [3]", more=models)
    assert ours.count_params() == 3 * 2 + 2


def test_weights_do_not_depend_on_what_was_built_before(tmp_path: Path) -> None:
    first = model("- Dense: 4\n- Dropout: 0.5\n- Dense: 2", tmp_path)
    keras.layers.Dense(3)(keras.Input((2,)))
    again = model("- Dense: 4\n- Dropout: 0.5\n- Dense: 2", tmp_path)
    for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_configuration_names_keras_initializers(tmp_path: Path) -> None:
    ours = model("- Dense: {units: 4, kernel_initializer: he_normal}", tmp_path)
    config = ours.layers[-1].get_config()["kernel_initializer"]
    assert (config["module"], config["class_name"]) == ("keras.initializers", "HeNormal")


def test_several_inputs_and_outputs_go_by_name(tmp_path: Path) -> None:
    ours = built(
        "yamlnet: 1\nmodel:\n  inputs: {a: [2], b: [3]}\n  layers:\n"
        "    - Dense: {units: 1, from: a, as: c}\n    - Dense: {units: 2, from: b, as: d}\n"
        "  outputs: {first: c, second: d}\n",
        tmp_path,
    )
    found = ours.predict({"a": np.ones((4, 2)), "b": np.ones((4, 3))}, verbose=0)
    assert {name: value.shape for name, value in found.items()} == {"first": (4, 1), "second": (4, 2)}


def test_an_operation_that_takes_its_tensors_by_position(tmp_path: Path) -> None:
    layers = '- ops.einsum: {subscripts: "bi,bj->bij", from: [a, b]}'
    ours = model(layers, tmp_path, inputs="a: [3], b: [4]")
    a, b = np.arange(6.0).reshape(2, 3), np.arange(8.0).reshape(2, 4)
    given = {"a": a.astype("float32"), "b": b.astype("float32")}
    np.testing.assert_allclose(ours.predict(given, verbose=0), np.einsum("bi,bj->bij", a, b))
