"""Initial weights: the same bits on every backend, whatever was built before, and Keras left as it was."""

from __future__ import annotations

import ast
import hashlib
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from yamlnet.compiler.initial_weights import FORGET_BIASES, MOVING_STDDEV, layer_seed, numpy_initial_weights

pytestmark = pytest.mark.backend


def values(model: Any) -> list[np.ndarray[Any, Any]]:
    return [np.asarray(keras.ops.convert_to_numpy(weight.value)) for weight in model.weights]


def digest(weight: Any) -> str:
    """A weight's bits; short types are widened, which is exact, as PyTorch has no NumPy type for them."""
    value = keras.ops.convert_to_numpy(keras.ops.cast(weight.value, "float32"))
    return hashlib.sha256(np.ascontiguousarray(value, np.dtype("<f4")).tobytes()).hexdigest()[:12]


def model_of_all_kinds() -> Any:
    """Every way in which a Keras layer comes to hold weights: cells, wrappers, copies, closures, types."""
    inputs = keras.Input((8, 6), name="inputs")
    x = layers.Bidirectional(
        layers.LSTM(4, return_sequences=True, bias_initializer="glorot_normal"), name="bidirectional"
    )(inputs)
    x = layers.RNN([layers.LSTMCell(4), layers.GRUCell(5)], return_sequences=True, name="stack")(x)
    x = layers.MultiHeadAttention(2, 3, dropout=0.1, name="attention")(x, x)
    x = layers.TimeDistributed(layers.Dense(3, kernel_initializer="lecun_normal"), name="each")(x)
    x = layers.EinsumDense("abc,cd->abd", output_shape=(None, 7), bias_axes="d", name="einsum")(x)
    x = layers.BatchNormalization(renorm=True, moving_variance_initializer="ones", name="batchnorm")(x)
    x = keras.Sequential([layers.Dense(3), layers.Dense(3)], name="sequential")(x)
    x = layers.SpectralNormalization(layers.Dense(3), name="spectral")(x)
    x = layers.SeparableConv1D(3, 2, depthwise_initializer="random_normal", name="separable")(x)
    x = layers.Dense(3, dtype="bfloat16", kernel_initializer="he_normal", name="short")(x)
    x = layers.Dense(3, dtype="float16", kernel_initializer="random_uniform", name="half")(x)
    return keras.Model(inputs, x, name="kinds")


# By layer and number of the weight. Orthogonal ones are here too: LAPACK differs only in bits that are
# rounded away. A change here changes the results of every blueprint and belongs into the changelog.
GOLDEN = {
    "bidirectional.0": "255466ddbd36",
    "bidirectional.1": "58af3b005124",
    "bidirectional.2": "13e3e1680907",
    "bidirectional.3": "c7408f6b9219",
    "bidirectional.4": "572c2aded4a7",
    "bidirectional.5": "51eb06a6af4c",
    "stack.0": "7b5e74ee3fe5",
    "stack.1": "a6b6693cede6",
    "stack.3": "8f55298fbd3f",
    "stack.4": "0ee4020ce860",
    "attention.0": "bef07081e7bf",
    "attention.2": "ca6e4542b011",
    "attention.4": "a4df4af0c598",
    "attention.6": "a67593b318b2",
    "each.0": "5faa0e9d223e",
    "einsum.0": "89402e52ee69",
    "sequential.0": "a0c022df5358",
    "sequential.2": "21f08a2091b2",
    "spectral.0": "1705a28ac0ea",
    "spectral.1": "594bae8c9fe8",
    "separable.0": "452aa9da3378",
    "separable.1": "0209498d12c2",
    "short.0": "673be738eae6",
    "half.0": "b8ff11560290",
}


def built(seed: int = 3) -> Any:
    with numpy_initial_weights(seed):
        return model_of_all_kinds()


def test_the_bits_are_those_of_every_backend_and_machine() -> None:
    found = {}
    for layer in built().layers:
        for number, weight in enumerate(layer.weights):
            if len(np.unique(keras.ops.convert_to_numpy(keras.ops.cast(weight.value, "float32")))) > 2:
                found[f"{layer.name}.{number}"] = digest(weight)
    assert found == GOLDEN


def test_every_random_weight_has_a_stream_of_its_own() -> None:
    random_weights = [value.ravel() for value in values(built()) if len(np.unique(value)) > 2]
    firsts = {value[:3].tobytes() for value in random_weights}
    assert len(random_weights) > 20
    assert len(firsts) == len(random_weights)


def test_what_the_process_built_before_changes_nothing() -> None:
    first = values(built())
    for _ in range(3):
        layers.Bidirectional(layers.LSTM(2))
        layers.Dense(1)
        keras.Sequential([layers.Dense(1)])
    random.seed(99)
    keras.utils.set_random_seed(17)
    for one, other in zip(first, values(built()), strict=True):
        np.testing.assert_array_equal(one, other)


def test_another_seed_gives_other_weights() -> None:
    for one, other in zip(values(built(3)), values(built(4)), strict=True):
        constant = len(np.unique(one)) <= 2
        assert np.array_equal(one, other) == constant


def test_a_layer_does_not_depend_on_its_neighbours() -> None:
    def kernel(before: int) -> Any:
        with numpy_initial_weights(1):
            x = keras.Input((4,))
            for number in range(before):
                x = layers.Dense(4, name=f"before{number}")(x)
            layer = layers.Dense(5, name="watched")
            layer(x)
        return values(layer)[0]

    np.testing.assert_array_equal(kernel(0), kernel(3))


def test_the_configuration_is_keras_s() -> None:
    keras.utils.clear_session(free_memory=False)
    theirs = model_of_all_kinds()
    keras.utils.clear_session(free_memory=False)
    ours = built()
    assert ours.to_json() == theirs.to_json()
    assert isinstance(ours.get_layer("half").kernel_initializer, keras.initializers.RandomUniform)


def test_a_saved_model_loads_without_us(tmp_path: Path) -> None:
    model = built()
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for one, other in zip(values(model), values(loaded), strict=True):
        np.testing.assert_array_equal(one, other)


def built_dense(initializer: Any, name: str, shape: tuple[int, int] = (6, 4), **arguments: Any) -> Any:
    layer = layers.Dense(shape[1], kernel_initializer=initializer, name=name, **arguments)
    layer.build((None, shape[0]))
    return values(layer)[0]


def test_a_seed_of_the_initializer_s_own_decides_alone() -> None:
    seeded = keras.initializers.GlorotUniform(seed=5)
    with numpy_initial_weights(1):
        first, second = built_dense(seeded, "a"), built_dense(keras.initializers.GlorotUniform(seed=5), "b")
        other = built_dense(keras.initializers.GlorotUniform(seed=6), "c")
    with numpy_initial_weights(2):
        again = built_dense(seeded, "d")
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_one_unseeded_initializer_for_two_layers_gives_different_weights() -> None:
    shared = keras.initializers.GlorotUniform()
    with numpy_initial_weights(1):
        assert not np.array_equal(built_dense(shared, "a"), built_dense(shared, "b"))


def test_a_seed_generator_advances() -> None:
    def pair() -> tuple[Any, Any]:
        initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(5))
        with numpy_initial_weights(1):
            return built_dense(initializer, "a"), built_dense(initializer, "b")

    (first, second), (again, _) = pair(), pair()
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, again)


def test_an_unseeded_copy_inside_einsum_dense_is_not_taken_for_a_seeded_one() -> None:
    def kernels(seed: int, initializer: Any) -> list[Any]:
        with numpy_initial_weights(seed):
            made = [layers.EinsumDense("ab,bc->ac", 4, kernel_initializer=initializer, name=n) for n in "ab"]
            for layer in made:
                layer.build((None, 6))
        return [values(layer)[0] for layer in made]

    first, second = kernels(1, "glorot_uniform")
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, kernels(1, "glorot_uniform")[0])
    assert not np.array_equal(first, kernels(2, "glorot_uniform")[0])
    same = kernels(1, keras.initializers.GlorotUniform(seed=9))
    np.testing.assert_array_equal(same[0], same[1])


@pytest.mark.parametrize("cell", [layers.LSTM, layers.ConvLSTM1D])
def test_the_forget_gate_starts_at_one(cell: Any) -> None:
    arguments = {"kernel_size": 2} if cell is layers.ConvLSTM1D else {}
    shape = (None, 5, 7, 3) if arguments else (None, 5, 3)
    with numpy_initial_weights(1):
        plain, random_bias = (
            cell(4, name=name, bias_initializer=name, **arguments) for name in ("zeros", "random_normal")
        )
        plain.build(shape)
        random_bias.build(shape)
    bias = values(plain)[2]
    np.testing.assert_array_equal(bias, np.repeat([0.0, 1.0, 0.0, 0.0], 4).astype("float32"))
    bias = values(random_bias)[2].reshape(4, 4)
    np.testing.assert_array_equal(bias[1], np.ones(4))
    assert len(np.unique(bias[[0, 2, 3]])) == 12


def test_moving_deviation_is_the_root_of_the_variance_s_initializer() -> None:
    with numpy_initial_weights(1):
        layer = layers.BatchNormalization(
            renorm=True, moving_variance_initializer=keras.initializers.Constant(4.0)
        )
        layer.build((None, 3))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer.moving_stddev), [2.0, 2.0, 2.0])


def test_the_functions_inside_keras_s_layers_are_known() -> None:
    """A new closure in Keras would run on the backend: slow on JAX, and different on each."""
    root = Path(keras.__file__).parent / "src" / "layers"
    found = set()
    for file in root.rglob("*.py"):
        if file.name.endswith("_test.py"):
            continue
        for owner in (
            node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.ClassDef)
        ):
            for method in (node for node in owner.body if isinstance(node, ast.FunctionDef)):
                inner = {node.name for node in ast.walk(method) if isinstance(node, ast.FunctionDef)} - {
                    method.name
                }
                used = {
                    ast.unparse(word.value)
                    for call in ast.walk(method)
                    if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".add_weight")
                    for word in call.keywords
                    if word.arg == "initializer"
                }
                found |= {f"{owner.name}.{method.name}.<locals>.{name}" for name in inner & used}
    # The last is made of whole numbers by the layer itself, when a trained layer is quantised.
    assert found == {*FORGET_BIASES, MOVING_STDDEV, "Dense._int4_build.<locals>.idx_initializer"}


def noise(shape: Any, dtype: Any = None) -> Any:
    """An initializer that only itself knows, drawing from every global generator."""
    spice = random.random() + np.random.random()
    return keras.random.normal(shape, dtype=dtype) + spice


def test_a_function_is_asked_with_known_generators_that_are_put_back() -> None:
    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.random()
    random.seed(1)
    np.random.seed(1)
    with numpy_initial_weights(1):
        first, second = built_dense(noise, "a"), built_dense(noise, "b")
    assert (random.random(), np.random.random()) == expected
    with numpy_initial_weights(1):
        np.testing.assert_array_equal(built_dense(noise, "a"), first)
    assert not np.array_equal(first, second)


def test_an_array_as_initializer() -> None:
    array = np.arange(24, dtype="float32").reshape(6, 4)
    with numpy_initial_weights(1):
        np.testing.assert_array_equal(built_dense(array, "a"), array)


class Adds(keras.layers.Layer):
    """Adds weights in every way that `add_weight` allows."""

    def build(self, input_shape: Any) -> None:
        self.positional = self.add_weight((2, 3), "glorot_uniform", "float32", name="positional")
        self.default = self.add_weight(shape=(2, 3), name="default")
        self.whole = self.add_weight(shape=(2,), dtype="int32", trainable=False, name="whole")
        self.flag = self.add_weight(shape=(2,), dtype="bool", trainable=False, name="flag")
        self.scalar = self.add_variable((), "ones", name="scalar")
        self.unnamed = [self.add_weight(shape=(2, 3)) for _ in range(2)]


def test_every_form_of_add_weight() -> None:
    with numpy_initial_weights(1):
        layer = Adds(name="adds")
        layer.build((None, 1))
    limit = np.sqrt(6 / 5)
    randoms = [keras.ops.convert_to_numpy(w) for w in (layer.positional, layer.default, *layer.unnamed)]
    assert len({value.tobytes() for value in randoms}) == 4
    assert all(np.abs(value).max() <= limit and value.std() > 0.1 for value in randoms)
    assert keras.ops.convert_to_numpy(layer.whole).tolist() == [0, 0]
    assert keras.ops.convert_to_numpy(layer.flag).tolist() == [False, False]
    assert float(keras.ops.convert_to_numpy(layer.scalar)) == 1.0


def test_keras_refuses_what_it_refuses_without_us() -> None:
    with numpy_initial_weights(1), pytest.raises(ValueError, match=r"both positionally and"):
        layers.Dense(1).add_weight((1,), "zeros", initializer="zeros")


def test_random_whole_numbers_end_as_they_do_without_us() -> None:
    def add() -> type[BaseException] | None:
        try:
            layers.Dense(1).add_weight(
                shape=(2,), initializer="random_uniform", dtype="int32", trainable=False
            )
        except Exception as error:
            return type(error)  # each backend has an error of its own
        return None

    theirs = add()
    assert theirs is not None
    with numpy_initial_weights(1):
        assert add() is theirs


def test_keras_is_put_back_after_an_error_and_after_the_last_context() -> None:
    before = keras.Layer.add_weight
    with pytest.raises(KeyError), numpy_initial_weights(1):
        raise KeyError
    assert keras.Layer.add_weight is before
    with numpy_initial_weights(1):
        with numpy_initial_weights(2):
            pass
        assert keras.Layer.add_weight is not before
    assert keras.Layer.add_weight is before


def test_the_innermost_context_decides() -> None:
    with numpy_initial_weights(2):
        alone = built_dense("glorot_uniform", "a")
    with numpy_initial_weights(1):
        outside = built_dense("glorot_uniform", "a")
        with numpy_initial_weights(2):
            inside = built_dense("glorot_uniform", "a")
        after = built_dense("glorot_uniform", "b")
    np.testing.assert_array_equal(inside, alone)
    assert not np.array_equal(inside, outside)
    with numpy_initial_weights(1):
        np.testing.assert_array_equal(after, built_dense("glorot_uniform", "b"))


def test_layers_of_one_name_do_not_share_a_stream() -> None:
    with numpy_initial_weights(1):
        first, second = built_dense("he_normal", "a"), built_dense("he_normal", "a")
        with numpy_initial_weights(1):
            third = built_dense("he_normal", "a")
        with numpy_initial_weights(1, "encoder"):
            scoped = built_dense("he_normal", "a")
    assert len({value.tobytes() for value in (first, second, third, scoped)}) == 4
    with numpy_initial_weights(1, "encoder"):
        np.testing.assert_array_equal(built_dense("he_normal", "a"), scoped)


def in_thread(function: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def test_another_thread_is_not_affected() -> None:
    with numpy_initial_weights(1):
        ours = built_dense("he_normal", "a")
    with numpy_initial_weights(1):
        theirs = in_thread(lambda: built_dense("he_normal", "a"))
        np.testing.assert_array_equal(built_dense("he_normal", "a"), ours)
    assert not np.array_equal(ours, theirs)


def test_layer_seed_depends_on_seed_and_name_alone() -> None:
    def state(seed: int, name: str) -> list[int]:
        with layer_seed(seed, name):
            layer = layers.Dropout(0.5)
        assert layer.get_config()["seed"] is None
        return [int(part) for part in keras.ops.convert_to_numpy(layer.seed_generator.state.value)]

    random.seed(1)
    first = state(1, "drop")
    random.seed(2)
    assert state(1, "drop") == first
    assert state(2, "drop") != first
    assert state(1, "other") != first


def test_layer_seed_puts_python_s_generator_back() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    with pytest.raises(KeyError), layer_seed(1, "a"):
        layers.Dropout(0.5)
        raise KeyError
    assert random.random() == expected


def test_layer_seed_around_a_call_seeds_what_is_made_while_building() -> None:
    def state() -> list[int]:
        with layer_seed(1, "attention"):
            layer = layers.MultiHeadAttention(2, 3, dropout=0.5)
        x = keras.Input((4, 6))
        with layer_seed(1, "attention call"):
            layer(x, x)
        return [
            int(part)
            for variable in layer.variables
            if "seed_generator" in variable.path
            for part in keras.ops.convert_to_numpy(variable.value)
        ]

    random.seed(1)
    first = state()
    random.seed(2)
    assert first
    assert state() == first


def test_building_compiles_nothing_on_jax(backend: str) -> None:
    if backend != "jax":
        pytest.skip("only JAX compiles an initializer for every shape")
    import jax

    compiled: list[str] = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, _, **__: compiled.append(event) if "backend_compile" in event else None
    )

    def build(sizes: range) -> int:
        compiled.clear()
        for size in sizes:
            layers.Dense(size, kernel_initializer="he_normal").build((None, size))
        return len(compiled)

    assert build(range(211, 214)) > 0, "the listener hears compilations"
    with numpy_initial_weights(1):
        assert build(range(221, 231)) == 0


def test_weights_are_the_same_when_jax_distributes_them(backend: str) -> None:
    if backend != "jax":
        pytest.skip("keras.distribution distributes on JAX")
    with numpy_initial_weights(1):
        alone = built_dense("he_normal", "a")
    devices = keras.distribution.DeviceMesh((1, 1), ["batch", "model"], keras.distribution.list_devices()[:1])
    layout = keras.distribution.LayoutMap(devices)
    layout[".*kernel"] = (None, "model")
    try:
        keras.distribution.set_distribution(keras.distribution.ModelParallel(layout_map=layout))
        with numpy_initial_weights(1):
            np.testing.assert_array_equal(built_dense("he_normal", "a"), alone)
    finally:
        keras.distribution.set_distribution(None)
