"""Folds: against scikit-learn's, and what must hold of any rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, TimeSeriesSplit

from yamlnet.data.parts.splits import TEST, TRAIN, UNUSED, VALIDATION, Shares, assign, needs_all_rows
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import SplitPlan

rows = st.lists(
    st.tuples(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from("abc")), min_size=4, max_size=60
)


def table(found: list[tuple[int, int, str]]) -> Table:
    numbers, groups, classes = zip(*found, strict=True)
    columns = {"n": np.array(numbers), "g": np.array(groups), "c": np.array(classes, dtype=object)}
    return Table(columns, "rows.csv")


PLANS = {"random": SplitPlan(), "group": SplitPlan("group", "g"), "stratify": SplitPlan("stratify", "c")}


def divisions(rows: Table, split: SplitPlan, folds: int, test: float = 0, seed: int = 1) -> list[Any]:
    try:
        return [
            assign(rows, split, Shares(test=test, folds=folds, fold=fold), seed)
            for fold in range(1, folds + 1)
        ]
    except DataError:
        assume(False)
        raise


@given(rows, st.integers(2, 6), st.floats(0, 0.3), st.sampled_from([*PLANS]))
def test_each_row_is_validated_once_and_test_rows_never(
    found: list[Any], folds: int, test: float, kind: str
) -> None:
    parts = divisions(table(found), PLANS[kind], folds, test)
    without = assign(table(found), PLANS[kind], Shares(test=test), 1)
    times = sum((part == VALIDATION).astype(int) for part in parts)
    assert (times == (without != TEST)).all()
    assert all(((part == TEST) == (without == TEST)).all() for part in parts)
    assert all((part != UNUSED).all() for part in parts)
    assert needs_all_rows(PLANS[kind], Shares(folds=folds, fold=1))


@given(rows, st.integers(2, 5), st.sampled_from([*PLANS]), st.randoms())
def test_the_order_of_rows_does_not_matter_and_equal_rows_share_a_fold(
    found: list[Any], folds: int, kind: str, random: Any
) -> None:
    twice = [*found, *found]
    parts = divisions(table(twice), PLANS[kind], folds)
    order = list(range(len(twice)))
    random.shuffle(order)
    shuffled = divisions(table([twice[row] for row in order]), PLANS[kind], folds)
    for one, other in zip(parts, shuffled, strict=True):
        assert one[: len(found)].tolist() == one[len(found) :].tolist()
        assert one[order].tolist() == other.tolist()


def many(count: int, groups: int = 1000) -> Table:
    drawn = np.random.default_rng(0)
    classes = drawn.choice(["a", "b", "c"], count, p=[0.7, 0.2, 0.1]).astype(object)
    return Table({"n": drawn.normal(size=count), "g": drawn.integers(0, groups, count), "c": classes}, "t")


def test_folds_are_equal_up_to_a_row_also_within_each_class() -> None:
    found = many(503)
    for kind in ("random", "stratify"):
        sizes = [(part == VALIDATION).sum() for part in divisions(found, PLANS[kind], 5)]
        assert max(sizes) - min(sizes) <= 1
    for name in "abc":
        mine = found.columns["c"] == name
        counts = [(part[mine] == VALIDATION).sum() for part in divisions(found, PLANS["stratify"], 5)]
        assert max(counts) - min(counts) <= 1


def test_groups_are_given_out_as_scikit_learn_does() -> None:
    found = many(700, groups=23)
    parts = divisions(found, PLANS["group"], 4)
    sizes = sorted((part == VALIDATION).sum() for part in parts)
    theirs = GroupKFold(4).split(found.columns["n"], groups=found.columns["g"])
    assert sizes == sorted(len(test) for _, test in theirs)
    for part in parts:
        assert not set(found.columns["g"][part == VALIDATION]) & set(found.columns["g"][part == TRAIN])


@pytest.mark.parametrize("count", [12, 57, 100])
def test_folds_of_time_are_scikit_learn_s(count: int) -> None:
    times = np.random.default_rng(1).permutation(count)
    ours = divisions(Table({"t": times}, "t"), SplitPlan("time", "t"), 5)
    for part, (train, validation) in zip(ours, TimeSeriesSplit(5).split(np.arange(count)), strict=True):
        assert sorted(times[part == TRAIN]) == train.tolist()
        assert sorted(times[part == VALIDATION]) == validation.tolist()


def test_a_column_that_says_the_parts_leaves_its_test_rows_out() -> None:
    said = np.array(["train"] * 8 + ["validation"] * 4 + ["test"] * 3, dtype=object)
    parts = divisions(Table({"n": np.arange(15), "part": said}, "t"), SplitPlan("column", "part"), 3)
    assert all((part[12:] == TEST).all() for part in parts)
    assert [(part == VALIDATION).sum() for part in parts] == [4, 4, 4]


REFUSED = {
    "rows": (SplitPlan(), 4, "5 folds take 5 rows beside the test rows, and there are 4"),
    "groups": (PLANS["group"], 40, '5 folds take 5 values of "g" beside the test rows, and there are 3'),
    "times": (
        SplitPlan("time", "g"),
        40,
        "5 folds take 6 different times beside the test rows, and there are 3",
    ),
    "classes": (
        PLANS["stratify"],
        10,
        'class "." of column "c" has . rows? beside the test rows, fewer than the 5',
    ),
}


@pytest.mark.parametrize(("split", "count", "message"), REFUSED.values(), ids=REFUSED)
def test_fewer_than_folds(split: SplitPlan, count: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        assign(many(count, groups=3), split, Shares(folds=5, fold=1), 0)


def test_rows_that_are_alike_may_leave_a_fold_without_any() -> None:
    alike = Table({"n": np.zeros(10)}, "t")
    with pytest.raises(DataError, match="fold 2 of 3 has no rows, since rows that are alike share one"):
        assign(alike, SplitPlan(), Shares(folds=3, fold=1), 0)
