"""What an agent can do: distributions against SciPy's, and what the environment is given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from yamlnet.runner.experience.actions import Continuous, Discrete

TWO = Continuous(shape=(1, 2), dtype="float64", low=(-1.0, -np.inf), high=(1.0, 3.0))
ROWS = 4000


@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_the_chance_of_an_action_is_its_share_of_the_softmax(seed: int, count: int) -> None:
    numbers = np.random.default_rng(seed)
    said = numbers.normal(0, 30, (5, count)).astype(np.float32)
    actions = numbers.integers(0, count, 5, dtype=np.int32)
    expected = special.log_softmax(said.astype(np.float64), axis=-1)[np.arange(5), actions]
    found = Discrete(count).log_probability(said, actions)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_the_density_of_numbers_is_that_of_normal_distributions(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    said, actions = numbers.normal(0, 2, (5, 4)), numbers.normal(0, 2, (5, 2))
    expected = stats.norm.logpdf(actions, said[:, :2], np.exp(said[:, 2:])).sum(axis=1)
    np.testing.assert_allclose(TWO.log_probability(said, actions), expected, rtol=1e-5)


def test_what_is_drawn_follows_what_is_said() -> None:
    said = np.tile(np.array([[0.5, -2.0, np.log(0.3), np.log(2.0)]]), (ROWS, 1))
    drawn = TWO.drawn(said, np.random.default_rng(0))
    assert stats.kstest(drawn[:, 0], "norm", (0.5, 0.3)).pvalue > 0.01
    assert stats.kstest(drawn[:, 1], "norm", (-2.0, 2.0)).pvalue > 0.01
    logits = np.tile(np.log([[0.2, 0.5, 0.3]]), (ROWS, 1))
    counts = np.bincount(Discrete(3).drawn(logits, np.random.default_rng(0)))
    assert stats.chisquare(counts, ROWS * np.array([0.2, 0.5, 0.3])).pvalue > 0.01


def test_chance_is_even_between_bounds() -> None:
    drawn = TWO.by_chance(ROWS, np.random.default_rng(0))
    assert stats.kstest(drawn[:, 0], "uniform", (-1, 2)).pvalue > 0.01
    assert drawn[:, 1].max() <= 3
    assert stats.kstest(drawn[drawn[:, 1] < 3, 1], "norm").pvalue > 0.01  # where one bound is missing


def test_numbers_are_done_within_their_bounds_in_the_shape_of_the_environment() -> None:
    said = np.array([[5.0, -9.0, 0.0, 0.0], [0.25, 7.0, 0.0, 0.0]], np.float32)
    np.testing.assert_array_equal(TWO.best(said), [[1, -9], [0.25, 3]])
    done = TWO.done(said[:, :2])
    assert [one.shape for one in done] == [(1, 2), (1, 2)]
    assert done[0].dtype == np.float64
    np.testing.assert_array_equal(done[0], [[1, -9]])


@pytest.mark.parametrize(("count", "first"), [(2, 5), (4, -1)])
def test_actions_are_done_as_the_environment_counts_them(count: int, first: int) -> None:
    actions = Discrete(count, first)
    assert actions.done(np.arange(count)) == list(range(first, first + count))
    assert actions.best(np.eye(count)).tolist() == list(range(count))
