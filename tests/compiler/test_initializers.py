"""Every Keras initializer as we draw it, beside Keras's own draws and definitions."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras.src.initializers.random_initializers import compute_fans
from scipy import stats

from yamlnet.compiler.initializers import DRAWS, RANDOM, TRUNCATION, fans, find_draw
from yamlnet.compiler.streams import Stream

pytestmark = pytest.mark.backend

FLOAT32 = np.dtype("float32")
STREAM = Stream.named("test", 1)

CLASSES = {
    member
    for _, member in inspect.getmembers(keras.initializers, inspect.isclass)
    if member is not keras.initializers.Initializer
}


def drawn(initializer: Any, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray[Any, Any]:
    draw = find_draw(initializer, np.dtype(dtype))
    assert draw is not None
    return draw(initializer, shape, np.dtype(dtype), STREAM)


def by_keras(initializer: Any, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray[Any, Any]:
    return np.asarray(keras.ops.convert_to_numpy(initializer(shape, dtype=dtype)))


@pytest.mark.parametrize("initializer", sorted(CLASSES, key=lambda found: found.__name__))
def test_every_initializer_of_keras_is_known(initializer: Any) -> None:
    assert find_draw(initializer(), FLOAT32) is not None


SCALED = [
    keras.initializers.VarianceScaling(scale=0.7, mode=mode, distribution=distribution, seed=5)
    for mode in ("fan_in", "fan_out", "fan_avg")
    for distribution in ("truncated_normal", "untruncated_normal", "uniform")
]
RANDOM_ONES = [
    *SCALED,
    keras.initializers.GlorotNormal(seed=5),
    keras.initializers.GlorotUniform(seed=5),
    keras.initializers.GlorotUniform(seed=5, input_axes=[0, 3], output_axes=[1]),
    keras.initializers.HeNormal(seed=5),
    keras.initializers.HeUniform(seed=5),
    keras.initializers.LecunNormal(seed=5),
    keras.initializers.LecunUniform(seed=5),
    keras.initializers.RandomNormal(mean=0.3, stddev=0.2, seed=5),
    keras.initializers.RandomUniform(minval=-0.2, maxval=0.7, seed=5),
    keras.initializers.TruncatedNormal(mean=-0.3, stddev=0.2, seed=5),
]


@pytest.mark.parametrize("initializer", RANDOM_ONES, ids=lambda made: str(made.get_config()))
def test_random_draws_have_the_distribution_of_keras_s(initializer: Any) -> None:
    shape = (5, 3, 40, 60)
    ours, theirs = drawn(initializer, shape).ravel(), by_keras(initializer, shape).ravel()
    assert ours.dtype == theirs.dtype
    assert stats.ks_2samp(ours, theirs).pvalue > 0.001
    spread = float(theirs.std())
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.03 * spread)
    assert ours.std() == pytest.approx(spread, rel=0.02)
    bounded = stats.kurtosis(theirs) < -0.2  # uniform and truncated distributions end somewhere
    if bounded:
        assert ours.max() == pytest.approx(theirs.max(), abs=0.01 * spread)
        assert ours.min() == pytest.approx(theirs.min(), abs=0.01 * spread)


def test_a_scaled_normal_keeps_its_variance_after_the_cut() -> None:
    assert pytest.approx(stats.truncnorm(-2, 2).std(), rel=1e-12) == TRUNCATION
    values = drawn(keras.initializers.HeNormal(), (200, 1000))
    assert values.var() == pytest.approx(2.0 / 200, rel=0.01)


@given(st.lists(st.integers(0, 7), max_size=5))
def test_fans_are_keras_s(shape: list[int]) -> None:
    assert fans(tuple(shape)) == compute_fans(tuple(shape))


@given(st.data())
def test_fans_of_given_axes_are_keras_s(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 7), min_size=1, max_size=5)))
    axes = st.lists(st.integers(0, len(shape) - 1), max_size=3)
    given_axes = data.draw(axes), data.draw(axes)
    assert fans(shape, *given_axes) == compute_fans(shape, *given_axes)


@pytest.mark.parametrize("shape", [(8, 8), (12, 5), (5, 12), (3, 3, 4, 10), (2, 2, 40)])
def test_orthogonal_is_orthogonal(shape: tuple[int, ...]) -> None:
    gain = 1.5
    matrix = drawn(keras.initializers.Orthogonal(gain=gain), shape).reshape(-1, shape[-1]) / gain
    if matrix.shape[0] < matrix.shape[1]:
        matrix = matrix.T
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(matrix.shape[1]), atol=1e-6)


def test_orthogonal_is_uniform_over_the_orthogonal_matrices() -> None:
    initializer = keras.initializers.Orthogonal()
    draw = find_draw(initializer, FLOAT32)
    assert draw is not None
    entries = np.stack([draw(initializer, (3, 3), FLOAT32, Stream.named(index)) for index in range(5000)])
    # Haar measure: each entry of a 3 × 3 matrix is uniform on [-1, 1], both determinants as likely.
    uniform = stats.uniform(-1, 2).cdf
    pvalues = [stats.kstest(entries[:, *place], uniform).pvalue for place in np.ndindex(3, 3)]
    assert min(pvalues) > 0.01 / len(pvalues)  # 1 % for all nine together
    assert abs(np.mean(np.linalg.det(entries) > 0) - 0.5) < 0.03


@pytest.mark.parametrize(
    ("initializer", "shape", "dtype"),
    [
        (keras.initializers.Zeros(), (2, 3), "float32"),
        (keras.initializers.Zeros(), (2,), "bool"),
        (keras.initializers.Ones(), (2, 3), "float16"),
        (keras.initializers.Ones(), (), "int32"),
        (keras.initializers.Constant(0.1), (2, 3), "float32"),
        (keras.initializers.Constant(2.75), (2, 3), "int32"),
        (keras.initializers.Constant([1.0, 2.0, 3.0]), (2, 3), "float32"),
        (keras.initializers.Identity(gain=0.3), (3, 4), "float32"),
    ],
)
def test_constants_are_keras_s(initializer: Any, shape: tuple[int, ...], dtype: str) -> None:
    ours, theirs = drawn(initializer, shape, dtype), by_keras(initializer, shape, dtype)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("side", ["real", "imag"])
@pytest.mark.parametrize("window", ["hann", "hamming", None])
@pytest.mark.parametrize("scaling", ["density", "spectrum", None])
@pytest.mark.parametrize("periodic", [True, False])
def test_stft_is_keras_s(side: str, window: str | None, scaling: str | None, periodic: bool) -> None:
    initializer = keras.initializers.STFT(side, window, scaling, periodic)
    shape = (20, 1, 17)
    np.testing.assert_allclose(drawn(initializer, shape), by_keras(initializer, shape), atol=2e-5)


def test_stft_takes_the_values_of_a_window() -> None:
    initializer = keras.initializers.STFT("real", np.linspace(0.1, 1, 20))
    shape = (20, 1, 17)
    np.testing.assert_allclose(drawn(initializer, shape), by_keras(initializer, shape), atol=2e-5)


@pytest.mark.parametrize(
    ("initializer", "shape"),
    [
        (keras.initializers.Identity(), (2, 2, 2)),
        (keras.initializers.Orthogonal(), (4,)),
        (keras.initializers.STFT("real", np.ones(3)), (20, 1, 17)),
    ],
)
def test_what_keras_refuses_is_refused_in_its_words(initializer: Any, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError) as theirs:
        initializer(shape, dtype="float32")
    with pytest.raises(ValueError) as ours:
        drawn(initializer, shape)
    assert str(ours.value) == str(theirs.value).split("Received")[0].strip().removesuffix(".")


class Louder(keras.initializers.HeNormal):
    """A parameter of a Keras initializer changed."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = 200.0


class Halved(keras.initializers.HeNormal):
    """A Keras initializer that does something else when called."""

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return 0.5 * super().__call__(shape, dtype)


def test_a_subclass_is_drawn_as_its_parent_unless_it_overrides_the_call() -> None:
    assert drawn(Louder(), (50, 50)).std() == pytest.approx(2.0, rel=0.1)
    assert find_draw(Halved(), FLOAT32) is None
    assert find_draw(lambda shape, dtype: 0, FLOAT32) is None


def test_random_whole_numbers_are_left_to_keras() -> None:
    for initializer in (made() for made in DRAWS if DRAWS[made] in RANDOM):
        assert find_draw(initializer, np.dtype("int32")) is None
