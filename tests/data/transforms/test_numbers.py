"""Numbers against scikit-learn, over one chunk and over several."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from yamlnet.data.summary import Sample, Summary
from yamlnet.diagnostics.diagnostic import DataError

sys.path.insert(0, str(Path(__file__).parent))
from columns import apply, facts, fit, made

SCALERS = {"standard": StandardScaler, "min-max": MinMaxScaler, "robust": RobustScaler}
rows = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 30), st.integers(1, 3)),
    elements=st.one_of(st.integers(-50, 50).map(float), st.just(np.nan)),
).filter(lambda values: bool((~np.isnan(values)).any(axis=0).all()))


@given(rows, st.sampled_from(sorted(SCALERS)), st.integers(1, 30))
def test_normalize_is_scikit_learns_whatever_the_chunks(values: np.ndarray, word: str, size: int) -> None:
    expected = SCALERS[word]().fit_transform(values)
    np.testing.assert_allclose(made("normalize", word, values, size), expected, rtol=1e-4, atol=1e-4)


@given(rows, st.sampled_from(["mean", "median", "most-frequent"]), st.integers(1, 30))
def test_missing_is_scikit_learns_whatever_the_chunks(values: np.ndarray, word: str, size: int) -> None:
    values = values if word != "most-frequent" else values[:, 0]
    strategy = word.replace("-", "_")
    expected = SimpleImputer(strategy=strategy).fit_transform(values.reshape(len(values), -1))
    found = made("missing", word, values, size)
    np.testing.assert_allclose(found, expected.reshape(found.shape), rtol=1e-9, atol=1e-9)


def test_what_is_missing_stays_missing_when_normalized() -> None:
    found = made("normalize", "standard", [1.0, np.nan, 3.0])
    assert np.isnan(found).tolist() == [False, True, False]
    assert facts("normalize", "standard", [1.0, np.nan, 3.0])["missing"] == 1


@pytest.mark.parametrize("word", SCALERS)
def test_a_column_that_does_not_vary_becomes_0_and_is_told(word: str) -> None:
    assert made("normalize", word, [7.1, 7.1, 7.1]).tolist() == [0, 0, 0]
    assert facts("normalize", word, [7.1, 7.1, 7.1])["constant"] is True
    assert facts("normalize", word, [7.1, 7.1, 7.2, 7.3])["constant"] is False


def test_facts_are_those_of_the_column_as_it_came() -> None:
    told = facts("normalize", "robust", [1.0, 2.0, 3.0, 10.0])
    assert (told["mean"], told["lowest"], told["highest"], told["median"]) == (4, 1, 10, 2.5)
    assert facts("missing", "median", [1.0, np.nan, 4.0]) == {"missing": 1, "filling": 2.5}
    assert facts("missing", 0, [1.0, np.nan, np.nan]) == {"missing": 2}


@pytest.mark.parametrize("values", [["b", None, "a", "b"], ["b", "b", "a", None]])
def test_missing_texts_take_the_most_frequent_or_the_text(values: list[Any]) -> None:
    filled = made("missing", "most-frequent", values)
    assert [value for value in filled if value is None] == []
    assert list(filled).count("b") == 3
    assert list(made("missing", "none", values)).count("none") == 1


def test_the_smallest_of_several_most_frequent_stands_for_what_is_missing() -> None:
    assert fit("missing", "most-frequent", ["b", "a", "a", "b", None])["filling"] == "a"


def test_numbers_may_be_missing_in_lists_of_one_length() -> None:
    found = made("missing", "mean", np.array([[1, np.nan], [3, 4]]))
    assert found.tolist() == [[1, 4], [3, 4]]


def test_log_and_clip() -> None:
    np.testing.assert_allclose(made("log", True, [0, 1, 99.5]), np.log1p([0, 1, 99.5]), rtol=1e-6)
    assert made("log", False, [5, 6]).tolist() == [5, 6]
    assert made("clip", [2, 4], [1, 3, 9]).tolist() == [2, 3, 4]
    assert made("clip", [None, 4], [1, 3, 9]).tolist() == [1, 3, 4]
    assert facts("clip", [2, None], [1, 3, 9, 1]) == {"clipped": 0.5}


MISTAKES = [
    ("log", True, [1.0, -1.0], 'row 2 of column "c" is -1, and log takes values above -1'),
    ("normalize", "standard", [1.0, np.inf], 'row 2 of column "c" holds infinity'),
    ("normalize", "robust", [np.nan, np.nan], "has no number in any training row"),
    ("normalize", "standard", ["a", "b"], "holds texts"),
    ("missing", "median", [np.nan, np.nan], "has no number in any training row, so it has no median"),
    ("missing", "most-frequent", [None, None], "has no value in any training row"),
    ("missing", "most-frequent", np.zeros((3, 2)), "takes one value a row"),
    ("missing", "maen", [1.0, 2.0], '"maen" is a text, and column "c" holds numbers; did you mean "mean"?'),
    ("missing", "nothing", [1.0, 2.0], "give it a number, or mean"),
    ("normalize", "standard", [[1, 2], [3]], "lists of different lengths (1 to 2); give them one: length: 2"),
]


@pytest.mark.parametrize(("word", "argument", "values", "told"), MISTAKES)
def test_a_mistake_is_told(word: str, argument: object, values: Any, told: str) -> None:
    with pytest.raises(DataError) as refused:
        made(word, argument, values)
    assert told in str(refused.value)
    assert refused.value.path == ("data", "inputs", "x", word)


def test_rows_are_numbered_through_all_chunks() -> None:
    with pytest.raises(DataError, match=r"row 5 of column"):
        fit("normalize", "standard", [1.0, 2, 3, 4, np.inf], size=2)


def test_lists_of_one_length_are_arrays() -> None:
    values = [[1, 2], [3, 4], [5, 7]]
    expected = MinMaxScaler().fit_transform(np.array(values, dtype=float))
    np.testing.assert_allclose(made("normalize", "min-max", values), expected)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "float32", "float64"])
def test_scale_is_a_product_of_float32_and_leaves_its_numbers_alone(dtype: str) -> None:
    values = np.random.default_rng(0).uniform(0, 200, (5, 4, 3)).astype(dtype)
    before = values.copy()
    found = made("scale", 1 / 255, values)
    expected = [np.float32(value) * np.float32(1 / 255) for value in values.ravel().tolist()]
    assert found.dtype == np.float32
    assert found.ravel().tolist() == expected
    np.testing.assert_array_equal(values, before)


def test_lists_are_arrays_for_every_word() -> None:
    values = [[1, 2], [3, 4]]
    assert made("scale", 2, values).tolist() == [[2, 4], [6, 8]]
    assert made("dtype", "int32", values).dtype == np.int32
    assert made("reshape", [2, 1], values).tolist() == [[[1], [2]], [[3], [4]]]
    assert made("clip", [2, 3], values).tolist() == [[2, 2], [3, 3]]


@given(rows, st.integers(1, 9))
def test_a_summary_does_not_depend_on_the_chunks(values: np.ndarray, size: int) -> None:
    summary = Summary()
    for first in range(0, len(values), size):
        summary.add(values[first : first + size])
    np.testing.assert_allclose(summary.mean, np.nanmean(values, axis=0), atol=1e-9)
    np.testing.assert_allclose(summary.deviation, np.nanstd(values, axis=0), atol=1e-7)
    np.testing.assert_array_equal(summary.low, np.nanmin(values, axis=0))
    np.testing.assert_array_equal(summary.high, np.nanmax(values, axis=0))
    assert summary.missing == np.isnan(values).sum()


def test_quantiles_of_more_rows_than_are_kept_are_close() -> None:
    values = np.random.default_rng(3).normal(size=40_000)
    sample = Sample(most=5_000)
    for part in np.split(values, 8):
        sample.add(part)
    assert not sample.exact
    np.testing.assert_allclose(
        sample.quantiles(0.25, 0.5, 0.75), np.quantile(values, [0.25, 0.5, 0.75]), atol=0.06
    )


def test_what_version_0_3_kept_is_still_applied() -> None:
    assert apply("missing", "mean", [np.nan, 1.0], {"mean": 3.0}).tolist() == [3, 1]
    assert apply("normalize", "standard", [1.0, 3.0], {"shift": 1.0, "spread": 2.0}).tolist() == [0, 1]
