"""Counts as they are written and read, and how memory is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamlnet.verdicts.limits import memory, read_count, size_problem, written_count
from yamlnet.verdicts.verdict import Heaviest, Sizes


@pytest.mark.parametrize(
    ("text", "count"),
    [("2e9", 2 * 10**9), ("3_000_000_000", 3 * 10**9), ("2G", 2 * 10**9), ("1.5B", 15 * 10**8),
     ("7", 7), ("1,000", 1000), ("2T", 2 * 10**12), ("3m", 3 * 10**6), (" 4k ", 4000)],
)  # fmt: skip
def test_a_count_is_read(text: str, count: int) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize(
    "text", ["", "many", "-1", "0", "0.5", "G", "1e99", "nan", "inf", "2X", "1.0000001K"]
)
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_count(text)


@given(st.integers(1, 10**15))
def test_what_is_suggested_allows_it(count: int) -> None:
    assert count <= read_count(written_count(count)) <= max(2 * count, count + 10**6)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (2048, "2.0 KiB"), (4 * 10**12, "3.6 TiB"), (2**30, "1.0 GiB")],
)
def test_memory(count: int, text: str) -> None:
    assert memory(count) == text


def test_the_problem_is_told_only_above_the_cap() -> None:
    one = Heaviest("Dense", 90, ("model", "layers", 0, "Dense"))
    sizes = Sizes(100, 400, 0, heaviest=one)
    assert size_problem(sizes, 100) is None
    problem = size_problem(sizes, 99)
    assert problem is not None and problem.path == one.path
    assert (
        "the model has 100 parameters" in problem.message and "this Dense is the largest" in problem.message
    )
