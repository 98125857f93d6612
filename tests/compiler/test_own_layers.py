"""yamlnet's own layers against NumPy, by the formulas of their papers; saved and loaded again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from yamlnet.compiler import layers as own
from yamlnet.compiler.saving import load_model, save_model

pytestmark = pytest.mark.backend

RNG = np.random.default_rng(0)


def called(layer: Any, *values: Any, **more: Any) -> Any:
    return keras.ops.convert_to_numpy(layer(*map(keras.ops.convert_to_tensor, values), **more))


def rows(*shape: int) -> Any:
    return RNG.normal(size=shape).astype("float32")


def test_parameter_is_one_trainable_tensor_for_all_rows() -> None:
    layer = own.Parameter([2, 3], initializer="random_normal")
    found = called(layer, rows(5, 7))
    assert found.shape == (5, 2, 3)
    (weight,) = layer.trainable_weights
    np.testing.assert_array_equal(found, np.broadcast_to(keras.ops.convert_to_numpy(weight), found.shape))


def test_position_embedding_gives_the_first_vectors() -> None:
    layer = own.PositionEmbedding(9, initializer="random_normal")
    found = called(layer, rows(4, 6, 5))
    (table,) = (keras.ops.convert_to_numpy(weight) for weight in layer.weights)
    assert table.shape == (9, 5)
    np.testing.assert_array_equal(found, np.broadcast_to(table[:6], (4, 6, 5)))
    for start in (3, keras.ops.convert_to_tensor(3, "int32")):
        np.testing.assert_array_equal(called(layer, rows(4, 6, 5), start_index=start)[0], table[3:])
    with pytest.raises(ValueError, match="10 steps"):
        layer(keras.Input((10, 5)))


def test_sine_position_encoding_is_that_of_vaswani() -> None:
    """PE(pos, 2i) = sin(pos / 10000^(2i/d)), PE(pos, 2i+1) = cos of the same; one value at a time."""
    found = called(own.SinePositionEncoding(), rows(2, 11, 6))
    for position in range(11):
        for index in range(6):
            angle = position / 10000 ** (2 * (index // 2) / 6)
            expected = np.sin(angle) if index % 2 == 0 else np.cos(angle)
            np.testing.assert_allclose(found[:, position, index], expected, atol=1e-6)
    late = called(own.SinePositionEncoding(), rows(2, 4, 6), start_index=7)
    np.testing.assert_allclose(late, found[:, 7:], atol=1e-6)


def test_rotary_embedding_multiplies_complex_numbers() -> None:
    """x_m e^{i m θ_j} with θ_j = 10000^(-2j/d), pairs (j, j + d/2) as complex numbers (Su et al. 2021)."""
    values = rows(2, 7, 8)
    found = called(own.RotaryEmbedding(), values)
    theta = 10000.0 ** (-2 * np.arange(4) / 8)
    turned = (values[..., :4] + 1j * values[..., 4:]) * np.exp(1j * np.arange(7)[:, None] * theta)
    np.testing.assert_allclose(found, np.concatenate([turned.real, turned.imag], -1), atol=1e-5)


def test_rotated_products_depend_on_the_distance_alone() -> None:
    layer = own.RotaryEmbedding()
    query, key = np.tile(rows(1, 1, 8), (1, 9, 1)), np.tile(rows(1, 1, 8), (1, 9, 1))
    products = called(layer, query)[0] @ called(layer, key)[0].T
    for distance in range(-8, 9):
        assert np.ptp(np.diagonal(products, distance)) < 1e-4


def test_rotary_embedding_begins_where_it_is_told_and_takes_other_axes() -> None:
    values = rows(2, 7, 8)
    whole = called(own.RotaryEmbedding(), values)
    np.testing.assert_allclose(
        called(own.RotaryEmbedding(), values[:, 3:], start_index=3), whole[:, 3:], atol=1e-5
    )
    heads = np.moveaxis(values, 1, 2)  # (batch, features, steps)
    other = called(own.RotaryEmbedding(sequence_axis=2, feature_axis=1), heads)
    np.testing.assert_allclose(np.moveaxis(other, 2, 1), whole, atol=1e-5)


def test_patches_are_projected_one_by_one() -> None:
    layer = own.PatchEmbedding([2, 4], 5)
    images = rows(3, 8, 8, 2)
    found = called(layer, images)
    kernel, bias = (keras.ops.convert_to_numpy(weight) for weight in layer.weights)
    patches = images.reshape(3, 4, 2, 2, 4, 2).transpose(0, 1, 3, 2, 4, 5).reshape(3, 8, 16)
    np.testing.assert_allclose(found, patches @ kernel.reshape(16, 5) + bias, atol=1e-5)
    with pytest.raises(ValueError):
        layer.compute_output_shape((None, 9, 8, 2))


def test_sampling_has_the_mean_and_the_variance() -> None:
    mean, log_variance = np.full((1, 200_000), 3.0, "float32"), np.full((1, 200_000), np.log(4.0), "float32")
    layer = own.Sampling(seed=1)
    found = called(layer, mean, log_variance)
    assert found.mean() == pytest.approx(3.0, abs=0.03)
    assert found.std() == pytest.approx(2.0, rel=0.01)
    assert not np.array_equal(called(layer, mean, log_variance), found)
    np.testing.assert_array_equal(called(own.Sampling(seed=1), mean, log_variance), found)


def test_stop_gradient_passes_values_and_no_gradient() -> None:
    x = keras.Input((3,))
    through = keras.layers.Dense(1, use_bias=False)(
        own.StopGradient()(keras.layers.Dense(2, name="before")(x))
    )
    model = keras.Model(x, through)
    before = [keras.ops.convert_to_numpy(weight) for weight in model.get_layer("before").weights]
    model.compile("sgd", "mse")
    model.fit(rows(8, 3), rows(8, 1), verbose=0)
    for weight, value in zip(model.get_layer("before").weights, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(weight), value)
    values = rows(2, 3)
    np.testing.assert_array_equal(called(own.StopGradient(), values), values)


@pytest.mark.parametrize(
    ("function", "arguments", "shape"),
    [
        ("normal", {"mean": 2.0, "stddev": 0.1}, (50, 40)),
        ("uniform", {"shape": [7], "minval": 1.0, "maxval": 2.0}, (50, 7)),
        ("randint", {"shape": [3], "minval": 0, "maxval": 5}, (50, 3)),
        ("dropout", {"rate": 0.5}, (50, 40)),
        ("categorical", {"num_samples": 4}, (50, 4)),
    ],
)
def test_random_draws_are_new_each_time_and_repeat_with_the_seed(
    function: str, arguments: dict[str, Any], shape: tuple[int, ...], backend: str
) -> None:
    values = rows(50, 40)
    layer = own.RandomDraw(function, {**arguments, "seed": 3})
    first, second = called(layer, values), called(layer, values)
    assert first.shape == shape
    assert not np.array_equal(first, second)
    if (function, backend) != ("dropout", "torch"):  # Keras's dropout on PyTorch ignores seeds
        again = own.RandomDraw(function, {**arguments, "seed": 3})
        np.testing.assert_array_equal(called(again, values), first)


MADE: dict[str, tuple[Any, list[tuple[int, ...]]]] = {
    "Parameter": (lambda: own.Parameter([2, 3], initializer="he_normal"), [(4,)]),
    "PositionEmbedding": (lambda: own.PositionEmbedding(9), [(6, 4)]),
    "SinePositionEncoding": (lambda: own.SinePositionEncoding(max_wavelength=500), [(6, 4)]),
    "RotaryEmbedding": (lambda: own.RotaryEmbedding(scaling_factor=2.0), [(6, 4)]),
    "PatchEmbedding": (lambda: own.PatchEmbedding(2, 5), [(8, 8, 3)]),
    "Sampling": (lambda: own.Sampling(seed=3), [(4,), (4,)]),
    "StopGradient": (lambda: own.StopGradient(), [(4,)]),
    "RandomDraw": (lambda: own.RandomDraw("normal", {"seed": 3, "stddev": 0.5}), [(4,)]),
}


def test_each_is_here() -> None:
    assert set(MADE) == set(own.OWN_LAYERS) | {"RandomDraw"}


@pytest.mark.parametrize("name", MADE)
def test_each_is_saved_and_loaded(name: str, tmp_path: Path) -> None:
    make, shapes = MADE[name]
    inputs = [keras.Input(shape) for shape in shapes]
    model = keras.Model(inputs, make()(*inputs))
    save_model(model, tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    assert again.layers[-1].get_config() == model.layers[-1].get_config()
    values = [rows(3, *shape) for shape in shapes]
    np.testing.assert_allclose(
        again.predict(values, verbose=0), model.predict(values, verbose=0), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float16"])
def test_each_computes_in_the_policy_s_type(policy: str) -> None:
    before = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy(policy)
        for make, shapes in MADE.values():
            found = make()(*(keras.Input(shape) for shape in shapes))
            assert found.dtype == keras.config.dtype_policy().compute_dtype
    finally:
        keras.config.set_dtype_policy(before)
