"""Each kind of split: what must hold of any rows, and what exactly moves when rows are added."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import yamlnet
from yamlnet.data.parts.reading import read_parts
from yamlnet.data.parts.splits import TEST, TRAIN, VALIDATION, Shares, assign, needs_all_rows
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import SplitPlan
from yamlnet.resolver.unparse import unparse
from yamlnet.resolver.yaml_text import Writer

Row = tuple[int, int, str]
"""A number that tells rows apart, a time, and a name of a group or class."""

rows = st.lists(
    st.tuples(st.integers(0, 10**9), st.integers(0, 12), st.sampled_from(["a", "b", "c", "7"])),
    min_size=1,
    max_size=60,
)
unlike = st.lists(
    st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["a", "b"])),
    min_size=1,
    max_size=60,
    unique_by=(lambda row: row[0], lambda row: row[1]),
)
"""No two rows alike, and no two of the same time."""
seeds = st.integers(0, 99)
fractions = st.tuples(st.floats(0, 0.5), st.floats(0, 0.4)).map(lambda two: Shares(*two))
kinds = st.sampled_from(["random", "group", "time"])

PART = {0: "train", 1: "validation", 2: "test"}


def table(found: list[Row]) -> Table:
    numbers, times, names = zip(*found, strict=True)
    columns = {"n": np.array(numbers), "time": np.array(times), "name": np.array(names, dtype=object)}
    return Table({**columns, "part": np.array([PART[n % 3] for n in numbers], dtype=object)}, "rows.csv")


def split(kind: str) -> SplitPlan:
    columns = {"column": "part", "time": "time", "group": "name", "stratify": "name", "random": ""}
    return SplitPlan(kind, columns[kind])


def codes(found: list[Row], kind: str, shares: Shares, seed: int) -> np.ndarray[Any, Any]:
    return assign(table(found), split(kind), shares, seed)


def stratified(found: list[Row], shares: Shares, seed: int) -> np.ndarray[Any, Any]:
    try:
        return codes(found, "stratify", shares, seed)
    except DataError:
        assume(False)
        raise


@given(rows, fractions, seeds, kinds, st.randoms())
def test_the_order_of_rows_does_not_matter(
    found: list[Row], shares: Shares, seed: int, kind: str, random: Any
) -> None:
    order = list(range(len(found)))
    random.shuffle(order)
    shuffled = codes([found[row] for row in order], kind, shares, seed)
    assert shuffled.tolist() == codes(found, kind, shares, seed)[order].tolist()


@given(rows, fractions, seeds, st.sampled_from(["random", "group", "time", "column"]))
def test_every_row_has_a_part_and_equal_rows_the_same(
    found: list[Row], shares: Shares, seed: int, kind: str
) -> None:
    twice = codes([*found, *found], kind, shares, seed)
    assert set(twice.tolist()) <= {TRAIN, VALIDATION, TEST}
    assert twice[: len(found)].tolist() == twice[len(found) :].tolist()


@given(rows, rows, fractions, seeds, st.sampled_from(["random", "group", "column"]))
def test_adding_rows_moves_no_other(
    found: list[Row], more: list[Row], shares: Shares, seed: int, kind: str
) -> None:
    both = codes([*found, *more], kind, shares, seed)
    assert both[: len(found)].tolist() == codes(found, kind, shares, seed).tolist()
    # … which is the same as saying that rows may come in chunks.
    assert both[len(found) :].tolist() == codes(more, kind, shares, seed).tolist()
    assert not needs_all_rows(split(kind), shares)


@given(rows, fractions, seeds)
def test_a_group_is_in_one_part(found: list[Row], shares: Shares, seed: int) -> None:
    parts = codes(found, "group", shares, seed)
    assert all(
        len({part for part, row in zip(parts, found, strict=True) if row[2] == name}) < 2 for name in "abc7"
    )


def test_a_group_keeps_its_part_when_names_join_numbers() -> None:
    numbers = Table({"g": np.arange(50)}, "t")
    texts = Table({"g": np.array([*map(str, range(50)), "new"], dtype=object)}, "t")
    floats = Table({"g": np.arange(50.0)}, "t")
    by_group, shares = SplitPlan("group", "g"), Shares(0.3, 0.2)
    expected = assign(numbers, by_group, shares, 3).tolist()
    assert assign(texts, by_group, shares, 3)[:50].tolist() == expected
    assert assign(floats, by_group, shares, 3).tolist() == expected
    assert set(expected) == {TRAIN, VALIDATION, TEST}


@given(rows, fractions, seeds)
def test_parts_follow_each_other_in_time(found: list[Row], shares: Shares, seed: int) -> None:
    parts = codes(found, "time", shares, seed)
    by_part = [[row[1] for part, row in zip(parts, found, strict=True) if part == code] for code in (0, 1, 2)]
    there = [times for times in by_part if times]
    assert all(max(before) < min(after) for before, after in pairwise(there))


@given(unlike, fractions, seeds)
def test_the_fractions_hold_in_time_up_to_a_row(found: list[Row], shares: Shares, seed: int) -> None:
    parts = codes(found, "time", shares, seed)
    assert abs((parts == TEST).sum() - shares.test * len(found)) <= 0.5
    assert abs((parts > TRAIN).sum() - (shares.test + shares.validation) * len(found)) <= 0.5


@given(unlike, unlike, fractions, seeds)
def test_what_an_added_row_moves_in_time(
    found: list[Row], more: list[Row], shares: Shares, seed: int
) -> None:
    """At most one row at each of the two cuts."""
    times = {row[1] for row in found}
    more = [row for row in more if row[1] not in times]
    both = codes([*found, *more], "time", shares, seed)[: len(found)]
    before = codes(found, "time", shares, seed)
    assert ((both == TEST) != (before == TEST)).sum() <= len(more)
    assert ((both == TRAIN) != (before == TRAIN)).sum() <= len(more)


@given(rows, rows, fractions, seeds)
def test_later_rows_only_move_rows_towards_training(
    found: list[Row], more: list[Row], shares: Shares, seed: int
) -> None:
    """Also where rows share times."""
    later = [(number, time + 100, name) for number, time, name in more]
    both = codes([*found, *later], "time", shares, seed)[: len(found)]
    assert (both <= codes(found, "time", shares, seed)).all()


@given(unlike, fractions, seeds)
def test_the_fractions_hold_in_each_class_up_to_a_row(found: list[Row], shares: Shares, seed: int) -> None:
    parts = stratified(found, shares, seed)
    for name in {row[2] for row in found}:
        mine = parts[[row[2] == name for row in found]]
        assert abs((mine == TEST).sum() - shares.test * len(mine)) <= 0.5
        assert abs((mine == VALIDATION).sum() - shares.validation * len(mine)) <= 1 + 1e-9


@settings(max_examples=200)
@given(unlike, unlike, fractions, seeds)
def test_what_an_added_row_moves_in_classes(
    found: list[Row], more: list[Row], shares: Shares, seed: int
) -> None:
    """At most one row of its own class at each of the two cuts, none of another class."""
    numbers = {row[0] for row in found}
    more = [row for row in more if row[0] not in numbers]
    before, both = stratified(found, shares, seed), stratified([*found, *more], shares, seed)[: len(found)]
    for name in ("a", "b"):
        mine = np.array([row[2] == name for row in found])
        added = sum(row[2] == name for row in more)
        assert ((both == TEST) != (before == TEST))[mine].sum() <= added
        assert ((both == TRAIN) != (before == TRAIN))[mine].sum() <= added


@given(rows, fractions, seeds, st.randoms())
def test_classes_are_divided_whatever_the_order_and_equal_rows_together(
    found: list[Row], shares: Shares, seed: int, random: Any
) -> None:
    twice = [*found, *found]
    parts = stratified(twice, shares, seed)
    assert parts[: len(found)].tolist() == parts[len(found) :].tolist()
    order = list(range(len(twice)))
    random.shuffle(order)
    assert stratified([twice[row] for row in order], shares, seed).tolist() == parts[order].tolist()


def test_the_latest_are_test() -> None:
    dates = [f"2024-{month:02d}-01" for month in range(1, 11)]
    found = Table({"date": np.array(dates[::-1], dtype=object)}, "t")
    parts = assign(found, SplitPlan("time", "date"), Shares(0.2, 0.3), 0)
    assert parts.tolist() == [2, 2, 2, 1, 1, 0, 0, 0, 0, 0]


def test_days_stay_whole_as_near_to_the_fraction_as_can_be() -> None:
    days = Table({"day": np.repeat([1, 2, 3], 10)}, "t")
    parts = assign(days, SplitPlan("time", "day"), Shares(0, 0.2), 0)
    assert parts.tolist() == [0] * 20 + [2] * 10


@pytest.mark.parametrize(
    "times",
    [
        ["2024-01-01T23:30:00-02:00", "2024-01-02T00:00:00+00:00", "2024-01-02T02:00:00Z"],
        ["2023-12-31", "2024-01-01 10:00", "2024-01-01 10:01:30"],
        ["2024-01", "2024-02", "2024-11"],
        ["9", "10", "11.5"],
        ["week-08", "week-09", "week-10"],
    ],
)
def test_times_sort(times: list[str]) -> None:
    order = [2, 0, 1]
    column = np.array([times[index] for index in order], dtype=object)
    parts = assign(Table({"t": column}, "t"), SplitPlan("time", "t"), Shares(1 / 3, 1 / 3), 0)
    expected = [2, 0, 1]
    if times[0].startswith("2024-01-01T23"):  # 01:30 UTC: between the other two
        expected = [2, 1, 0]
    assert parts.tolist() == expected


def objects(*values: object) -> np.ndarray[Any, Any]:
    return np.array([*values], dtype=object)


REFUSED = {
    "no column": ("group", {"g": objects("a")}, 'no column "x"; it has g'),
    "no value": ("group", {"x": objects("a", None)}, 'row 2 of column "x" holds no value'),
    "an empty text": ("group", {"x": objects("a", "")}, 'row 2 of column "x" holds no value'),
    "no number": ("time", {"x": np.array([1, np.nan])}, 'row 2 of column "x" holds no value'),
    "vectors": ("stratify", {"x": np.zeros((4, 2))}, "takes a column of values"),
    "lists": ("group", {"x": objects(*[[1], [2, 3]])}, "takes a column of values"),
    "another part": (
        "column",
        {"x": objects("train", "val")},
        'row 2 .* is "val".*did you mean "validation"',
    ),
    "a mistyped part": ("column", {"x": objects("trian")}, 'did you mean "train"'),
    "mixed times": ("time", {"x": objects("2024-01-01", "soon")}, "row 1 is a date .*and row 2 is a text"),
    "mixed zones": (
        "time",
        {"x": objects("2024-01-01", "2024-01-01T10:00Z")},
        "row 2 is a time with its zone",
    ),
    "other dates": ("time", {"x": objects("31/12/2024")}, "does not sort by time; write dates as 2024-01-31"),
    "a rare class": (
        "stratify",
        {"x": objects("a", *"bbbbbbbb"), "n": np.arange(9)},
        'class "a" of column "x" has 1 row, too few for a share in the validation part',
    ),
    "a class of equal rows": ("stratify", {"x": objects(*"bbbbbbbb")}, 'class "b" .* has 8 rows, too alike'),
}


@pytest.mark.parametrize(("kind", "columns", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_divide_is_refused(kind: str, columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as refused:
        assign(Table(columns, "rows.csv"), SplitPlan(kind, "x", ("data", "split", kind)), Shares(0.2, 0.2), 0)
    assert refused.value.path == ("data", "split", kind)


BLUEPRINT = """yamlnet: 1
model: {inputs: {n: [1]}, layers: [{Dense: {units: 1, as: y}}]}
data:
  train: {Csv: rows.csv}
  targets: {y: n}
  SPLIT
train: {loss: mse}
"""

DIVIDED = {
    "split: {column: part}": {"train": [2, 3, 5, 6, 8, 9], "validation": [1, 4, 7], "test": [0]},
    "split: {column: part}\n  folds: 3\n  fold: 1": {"train": 6, "validation": 3, "test": [0]},
    "split: {time: day}\n  test: 0.2\n  validation: 0.1": {
        "train": [0, 1, 2, 3, 4, 5, 6],
        "validation": [7],
        "test": [8, 9],
    },
    "split: {time: day}\n  test: 0.2\n  folds: 3\n  fold: 2": {
        "train": [0, 1, 2, 3],
        "validation": [4, 5],
        "test": [8, 9],
    },
    "split: {group: half}\n  folds: 2\n  fold: 1": {"train": 5, "validation": 5},
    "split: {stratify: half}\n  test: 0.4": {"train": 6, "test": 4},
    "folds: 2": {"train": 10},
}


@pytest.mark.parametrize(("words", "expected"), DIVIDED.items(), ids=lambda value: str(value)[:40])
def test_a_blueprint_s_rows_are_divided_as_it_says_and_as_its_run_says_again(
    tmp_path: Path, words: str, expected: dict[str, Any]
) -> None:
    part = ["test", *["validation", "train", "train"] * 3]
    lines = [f"{n},2024-01-{n + 1:02d},{part[n]},{'ab'[n % 2]}" for n in range(10)]
    (tmp_path / "rows.csv").write_text("\n".join(["n,day,part,half", *lines]), encoding="utf-8")
    path = tmp_path / "b.yaml"
    path.write_text(BLUEPRINT.replace("SPLIT", words), encoding="utf-8")
    plan = yamlnet.load(path).plan
    (tmp_path / "resolved.yaml").write_text(Writer().text(unparse(plan)), encoding="utf-8")
    for one in (plan, yamlnet.load(tmp_path / "resolved.yaml").plan):
        assert one.data is not None
        found = read_parts(one.data, tmp_path, one.seed)
        rows = {name: sorted(table.columns["n"].tolist()) for name, table in found.items()}
        counted = [name for name, count in expected.items() if isinstance(count, int)]
        assert {name: len(rows[name]) if name in counted else rows[name] for name in rows} == expected
