"""Streams: the distributions they claim, inside their bounds, and the same bits everywhere."""

from __future__ import annotations

import hashlib
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from yamlnet.compiler.streams import BLOCK, INCREMENT, NORMAL_CDF_AT_MINUS_2, Stream, _log, normal_quantile

MANY = (400, 500)
MASK = 2**64 - 1
TYPES: dict[str, Any] = {
    "float64": np.float64,
    "float32": np.float32,
    "float16": np.float16,
    "bfloat16": ml_dtypes.bfloat16,
    "float8_e4m3fn": ml_dtypes.float8_e4m3fn,
}


def digest(array: Any) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (Stream.named("golden").uniform((3, 5), -0.5, 0.5, "float32"), "9fa8a16f0ae724b3"),
        (Stream.named("golden").uniform((3, 5), -0.5, 0.5, "float64"), "b14427d8843be8b4"),
        (Stream.named("golden").normal((70_000,), 0.0, 1.0, "float32"), "0aef9fe042501881"),
        (Stream.named("golden").normal((1001,), 1.0, 2.0, "float64"), "7864d8a8c0bda83c"),
        (Stream.named("golden").truncated_normal((1001,), 0.0, 0.02, ml_dtypes.bfloat16), "5f9f10d181f3051f"),
    ],
)
def test_the_bits_are_those_of_every_other_machine(drawn: Any, expected: str) -> None:
    assert digest(drawn) == expected


def test_raw_numbers_are_those_of_the_published_recurrence() -> None:
    """PCG64DXSM written out (O'Neill 2014, with the cheap multiplier), against what NumPy draws for us."""
    stream = Stream.named("recurrence")
    state, found = stream.key, []
    for _ in range(20):
        high, low = state >> 64, (state & MASK) | 1
        high ^= high >> 32
        high = high * 0xDA942042E4DD58B5 & MASK
        high ^= high >> 48
        found.append(high * low & MASK)
        state = (state * 0xDA942042E4DD58B5 + INCREMENT) % 2**128
    assert stream._generator().random_raw(20).tolist() == found


def test_quantile_agrees_with_scipy_in_the_middle_and_in_the_tails() -> None:
    tails = np.geomspace(1e-300, 0.5, 50_000)
    unit = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 50_001), tails, 1 - tails[tails > 1e-15]])
    np.testing.assert_allclose(normal_quantile(unit), special.ndtri(unit), rtol=4e-15, atol=1e-15)


def test_logarithm_agrees_with_the_math_library() -> None:
    x = np.concatenate([np.linspace(1e-6, 1, 100_000), np.geomspace(1e-300, 1, 10_000)])
    np.testing.assert_allclose(_log(x), np.log(x), rtol=1e-15)


def test_the_cut_is_at_two_deviations() -> None:
    assert stats.norm.cdf(-2.0) == pytest.approx(NORMAL_CDF_AT_MINUS_2, rel=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_distributions(dtype: str) -> None:
    stream = Stream.named("distribution", 3)
    uniform = stream.uniform(MANY, -0.3, 0.7, dtype).ravel()
    normal = stream.normal(MANY, 1.0, 0.5, dtype).ravel()
    truncated = stream.truncated_normal(MANY, 1.0, 0.5, dtype).ravel()
    assert stats.kstest(uniform, stats.uniform(-0.3, 1.0).cdf).pvalue > 0.01
    assert stats.kstest(normal, stats.norm(1.0, 0.5).cdf).pvalue > 0.01
    assert stats.kstest(truncated, stats.truncnorm(-2, 2, 1.0, 0.5).cdf).pvalue > 0.01


def test_neighbouring_values_and_streams_are_not_correlated() -> None:
    first = Stream.named("a", 1).normal((100_000,), 0.0, 1.0, "float32")
    second = Stream.named("a", 2).normal((100_000,), 0.0, 1.0, "float32")
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.01
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 0.01


@pytest.mark.parametrize("name", TYPES)
def test_uniform_never_reaches_its_upper_bound(name: str) -> None:
    dtype = TYPES[name]
    drawn = Stream.named("bounds").uniform((200_000,), 0.0, 1.0, dtype)
    assert drawn.dtype == dtype
    assert float(drawn.max()) < 1.0
    assert float(drawn.min()) >= 0.0


def test_uniform_bound_that_the_type_cannot_hold() -> None:
    bound = 0.1  # float16 and bfloat16 round it up
    for dtype in TYPES.values():
        drawn = Stream.named("bounds").uniform((200_000,), -bound, bound, dtype)
        assert float(drawn.max()) < bound


@pytest.mark.parametrize("name", TYPES)
def test_truncated_normal_stays_within_two_deviations(name: str) -> None:
    drawn = Stream.named("bounds").truncated_normal((200_000,), 0.0, 0.5, TYPES[name])
    assert float(drawn.max()) <= 1.0
    assert float(drawn.min()) >= -1.0


def test_an_empty_range_and_an_empty_shape() -> None:
    stream = Stream.named("empty")
    assert (stream.uniform((4,), 0.25, 0.25, "float32") == 0.25).all()
    assert stream.normal((3, 0), 0.0, 1.0, "float32").shape == (3, 0)
    assert stream.normal((), 0.0, 1.0, "float32").shape == ()


@given(st.integers(1, 2 * BLOCK + 3), st.sampled_from(["float32", "float64"]))
def test_a_longer_draw_begins_as_a_shorter_one(count: int, dtype: str) -> None:
    stream = Stream.named("prefix")
    longer = stream.uniform((2 * BLOCK + 3,), 0.0, 1.0, dtype)
    np.testing.assert_array_equal(stream.uniform((count,), 0.0, 1.0, dtype), longer[:count])


@given(st.lists(st.text() | st.integers(), max_size=3), st.lists(st.text() | st.integers(), max_size=3))
def test_different_words_name_different_streams(first: list[str | int], second: list[str | int]) -> None:
    if [(type(word), word) for word in first] != [(type(word), word) for word in second]:
        assert Stream.named(*first) != Stream.named(*second)
    else:
        assert Stream.named(*first) == Stream.named(*second)
