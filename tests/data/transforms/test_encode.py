"""Categories against scikit-learn's encoders, and hashes against numbers worked out by hand."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import LabelEncoder, MultiLabelBinarizer, OneHotEncoder

from yamlnet.diagnostics.diagnostic import DataError

sys.path.insert(0, str(Path(__file__).parent))
from columns import apply, facts, fit, made

texts = st.lists(st.text("abcé ñ日", max_size=3), min_size=1, max_size=30)
numbers = st.lists(st.integers(-9, 9), min_size=1, max_size=30)


@given(st.one_of(texts, numbers), st.integers(1, 30))
def test_index_and_one_hot_are_scikit_learns(values: list[Any], size: int) -> None:
    np.testing.assert_array_equal(made("encode", "index", values, size), LabelEncoder().fit_transform(values))
    column = np.array(values, dtype=object)[:, None]
    expected = OneHotEncoder(sparse_output=False).fit_transform(column)
    np.testing.assert_array_equal(made("encode", "one-hot", values, size), expected)


@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=4), min_size=1, max_size=20).filter(any))
def test_multi_hot_is_scikit_learns(values: list[list[str]]) -> None:
    expected = MultiLabelBinarizer().fit_transform(values)
    np.testing.assert_array_equal(made("encode", "multi-hot", values), expected)
    joined = ["|".join(value) for value in values]
    separated = {"as": "multi-hot", "separator": "|"}
    np.testing.assert_array_equal(made("encode", separated, joined), expected)


def test_multi_hot_of_numbers() -> None:
    assert made("encode", "multi-hot", [[1, 3], [3], []]).tolist() == [[1, 1], [0, 1], [0, 0]]
    assert made("encode", "multi-hot", np.array([[1, 3], [3, 3]])).tolist() == [[1, 1], [0, 1]]


LISTS = st.lists(st.lists(st.sampled_from("abcd"), max_size=4), min_size=1, max_size=12).filter(any)


@given(LISTS, st.integers(1, 12))
def test_indices_of_lists_are_those_of_each_item(values: list[list[str]], size: int) -> None:
    encoder = LabelEncoder().fit([one for row in values for one in row])
    expected = [encoder.transform(row).tolist() if row else [] for row in values]
    found = made("encode", "index", values, size)
    assert [row.tolist() for row in found] == expected
    assert {row.dtype for row in found} == {np.dtype(np.int32)}
    separated = made("encode", {"as": "index", "separator": "|"}, ["|".join(row) for row in values], size)
    assert [row.tolist() for row in separated] == expected
    told = facts("encode", "index", values)
    assert told["counts"] == [sum(row.count(one) for row in values) for one in told["labels"]]
    padded = made("length", {"to": 3, "pad": -1}, found)
    assert padded.tolist() == [(row + [-1] * 3)[:3] for row in expected]


def test_indices_of_lists_of_one_length_are_an_array() -> None:
    assert made("encode", "index", np.array([[5, 3], [3, 9]])).tolist() == [[1, 0], [0, 2]]
    own = {"as": "index", "unknown": "own"}
    state = fit("encode", own, [["a"], ["b", "a"]])
    assert [row.tolist() for row in apply("encode", own, [["x", "b"], []], state)] == [[0, 2], []]
    with pytest.raises(DataError, match='row 2 of column "c" is "x", which no training row has'):
        apply("encode", "index", [["a"], ["b", "x"]], state)


def test_hashes_of_lists_are_those_of_each_item() -> None:
    argument = {"as": "hash", "size": 50}
    single = made("encode", argument, ["a", "b", "ñ"]).tolist()
    assert [row.tolist() for row in made("encode", argument, [["a", "b"], [], ["ñ"]])] == [
        single[:2],
        [],
        single[2:],
    ]


def test_blanks_around_a_separator_are_left_out() -> None:
    state = fit("encode", {"as": "multi-hot", "separator": ","}, ["a, b", " b ", "", "a,,"])
    assert state["classes"] == ["a", "b"]


@given(texts, texts)
def test_what_is_unknown_has_a_class_of_its_own_at_0(values: list[str], others: list[str]) -> None:
    argument = {"as": "index", "unknown": "own"}
    state = fit("encode", argument, values)
    found = apply("encode", argument, others, state)
    expected = [1 + sorted(set(values)).index(other) if other in values else 0 for other in others]
    assert found.tolist() == expected
    told = facts("encode", argument, values)
    assert told["classes"] == len(set(values)) + 1
    assert told["labels"] == ["[UNK]", *sorted(set(values))]
    assert told["counts"] == [0, *(values.count(one) for one in sorted(set(values)))]


def test_size_keeps_the_most_frequent_and_min_count_those_seen_often_enough() -> None:
    values = ["a"] * 3 + ["b"] * 2 + ["c"] * 2 + ["d"]
    own = {"as": "index", "unknown": "own"}
    assert facts("encode", {**own, "size": 3}, values)["labels"] == ["[UNK]", "a", "b"]
    told = facts("encode", {**own, "min_count": 2}, values)
    assert told["labels"] == ["[UNK]", "a", "b", "c"]
    assert told["counts"] == [1, 3, 2, 2]
    assert made("encode", {**own, "min_count": 2}, values).tolist() == [1, 1, 1, 2, 2, 3, 3, 0]


def test_one_hot_and_multi_hot_have_the_unknown_at_0_too() -> None:
    own = {"as": "one-hot", "unknown": "own"}
    assert apply("encode", own, ["b", "x"], fit("encode", own, ["a", "b"])).tolist() == [[0, 0, 1], [1, 0, 0]]
    own = {"as": "multi-hot", "unknown": "own"}
    state = fit("encode", own, [["a"], ["b"]])
    assert apply("encode", own, [["a", "x", "y"], []], state).tolist() == [[1, 1, 0], [0, 0, 0]]


def test_classes_are_taken_in_the_order_in_which_they_are_given() -> None:
    argument = {"as": "index", "classes": ["low", "mid", "high"]}
    assert made("encode", argument, ["high", "low"]).tolist() == [2, 0]
    assert facts("encode", argument, ["high", "low"])["counts"] == [1, 0, 1]
    assert made("encode", {"as": "binary", "classes": ["yes", "no"]}, ["no", "yes"]).tolist() == [1, 0]
    assert made("encode", {"as": "index", "classes": [3, 1]}, [1.0, 3.0]).tolist() == [1, 0]


@pytest.mark.parametrize("values", [["no", "yes", "no"], [0, 1, 0], [False, True, False], [-1.0, 1.0, -1.0]])
def test_binary_is_0_and_1_in_order(values: list[Any]) -> None:
    assert made("encode", "binary", np.array(values) if values[0] is False else values).tolist() == [0, 1, 0]


def test_whole_numbers_are_looked_up_among_texts_as_they_are_written() -> None:
    state = fit("encode", "index", ["1", "2", "x"])
    assert apply("encode", "index", [2, 1], state).tolist() == [1, 0]


def test_a_hash_is_the_same_on_every_machine() -> None:
    argument = {"as": "hash", "size": 1000}
    values = ["a", "é", "a", ""]
    expected = [
        int.from_bytes(hashlib.blake2b(one.encode(), digest_size=8).digest(), "little") % 1000
        for one in values
    ]
    assert made("encode", argument, values).tolist() == expected
    assert expected[:2] == HASHES
    assert made("encode", argument, [7, 8]).tolist() == made("encode", argument, ["7", "8"]).tolist()
    assert made("encode", argument, [7.0, 8.0]).tolist() == made("encode", argument, ["7", "8"]).tolist()
    assert facts("encode", argument, values) == {"classes": 1000}


HASHES = [
    int.from_bytes(bytes.fromhex(one), "little") % 1000 for one in ("40f89e395b66422f", "cb1abf8beff3192f")
]
"""Of "a" and "é", as GNU's `printf a | b2sum -l 64` gives them."""

MISTAKES: list[tuple[Any, Any, Any, str]] = [
    ("index", ["red", "green"], ["gren"], 'row 1 of column "c" is "gren", which no training row has'),
    ("index", ["red", "green"], ["gren"], 'did you mean "green"?'),
    ("index", ["red", "green"], ["blue"], "unknown: own gives such ones a class"),
    ("index", [1, 2], [3], 'is "3", which no training row has (1, 2)'),
    ("index", [1, 2], ["a"], 'is "a", which no training row has (1, 2)'),
    ({"as": "index", "classes": ["a"]}, ["a", "b"], None, 'is "b", which is none of the classes (a)'),
    ("multi-hot", [["a"], ["b"]], [["a"], ["a", "x"]], 'row 2 of column "c" is "x"'),
    ("multi-hot", [["a"], [["b"]]], None, "row 2 of column \"c\" has something else than texts in its list"),
    ("multi-hot", [["a"], None], None, "row 2 of column \"c\" holds no value"),
    ("multi-hot", np.zeros((1, 2, 2)), None, "multi-hot takes lists of categories"),
    ("multi-hot", [[], []], None, "no training row has a category"),
    ("binary", ["a", "b", "c"], None, "binary takes two classes, and there are 3 (a, b, c)"),
    ("binary", ["a", "a"], None, "binary takes two classes, and there are 1 (a)"),
    ("index", ["a", None], None, "row 2 of column \"c\" holds no value"),
    ("index", [1.0, np.nan], None, "row 2 of column \"c\" holds no number"),
    ("index", np.zeros((2, 2)), None, "`encode` takes values"),
    ("index", [b"a", b"b"], None, "column \"c\" holds bytes (row 1), and this takes texts or numbers"),
    ("index", [Path("a")], None, "column \"c\" holds files (row 1)"),
    ("one-hot", [["a"], ["b", "c"]], None, "column \"c\" holds lists (row 1)"),
    ({"as": "index", "size": 2}, ["a", "b", "c"], None, '1 of 3 categories would have no'),
    ({"as": "index", "min_count": 2}, ["a", "b", "b"], None, '1 of 2 categories would have no'),
]  # fmt: skip


@pytest.mark.parametrize(("argument", "train", "rows", "told"), MISTAKES)
def test_a_mistake_is_told(argument: Any, train: Any, rows: Any, told: str) -> None:
    with pytest.raises(DataError) as refused:
        state = fit("encode", argument, train)
        apply("encode", argument, train if rows is None else rows, state)
    assert told in str(refused.value)


def test_a_million_texts_take_no_python_each() -> None:
    """Not a benchmark: ten times as long as it takes is allowed, a loop over the rows would take longer."""
    values = np.array([f"c{index}" for index in range(500)], dtype=object)
    column = values[np.random.default_rng(0).integers(0, 500, 1_000_000)]
    assert len(np.unique(made("encode", "index", column))) == 500
