"""Dates against Python's own datetime."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.schema.data_words import PARTS

sys.path.insert(0, str(Path(__file__).parent))
from columns import facts, made

MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))


def expected(moment: datetime) -> list[float]:
    return [
        moment.year,
        (moment.month + 2) // 3,
        moment.month,
        moment.isocalendar().week,
        moment.day,
        moment.weekday(),
        moment.timetuple().tm_yday,
        moment.hour,
        moment.minute,
        moment.second,
        (moment - datetime(1970, 1, 1)).total_seconds() / 86400,
    ]


@given(st.lists(MOMENTS, min_size=1, max_size=10))
def test_parts_are_those_of_datetime(moments: list[datetime]) -> None:
    found = made("date", {"parts": list(PARTS)}, [moment.isoformat() for moment in moments])
    np.testing.assert_allclose(found, [expected(moment) for moment in moments], rtol=1e-6)


@given(st.lists(st.integers(-60_000_000_000, 250_000_000_000), min_size=1, max_size=10))
def test_numbers_count_from_1970(seconds: list[int]) -> None:
    parts = ["year", "month", "day", "hour", "minute", "second"]
    rows = [datetime.fromtimestamp(0, UTC).replace(tzinfo=None) for _ in seconds]
    rows = [
        datetime(1970, 1, 1) + (np.timedelta64(second, "s").astype("timedelta64[s]").item())
        for second in seconds
    ]
    wanted = [[getattr(row, part) for part in parts] for row in rows]
    assert made("date", parts, seconds).tolist() == wanted
    milliseconds = {"parts": parts, "unit": "ms"}
    assert made("date", milliseconds, [second * 1000 for second in seconds]).tolist() == wanted
    assert made("date", parts, [float(second) for second in seconds]).tolist() == wanted


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-25",
        "2026-11-25 00:00",
        "2026-11-25T00:00:00.5",
        "20261125",
        "2026-W48-3",
        "2026-11-25T00:00Z",
    ],
)
def test_iso_texts_are_read_in_every_form(written: str) -> None:
    assert made("date", ["year", "month", "day", "hour"], [written, "2000-01-01"]).tolist() == [
        [2026, 11, 25, 0],
        [2000, 1, 1, 0],
    ]


def test_a_moment_is_the_clock_as_it_was_written() -> None:
    assert made("date", "hour", ["2026-11-25T13:00+05:00"]).tolist() == [13]


def test_numpys_datetimes_are_taken() -> None:
    found = made("date", ["month", "day"], np.array(["2026-11-25", "1969-12-31"], dtype="datetime64[D]"))
    assert found.tolist() == [[11, 25], [12, 31]]


def test_one_part_alone_is_one_number_a_row() -> None:
    assert made("date", "month", ["2026-11-25", "2026-01-01"]).shape == (2,)
    assert made("date", ["month"], ["2026-11-25", "2026-01-01"]).shape == (2, 1)
    assert made("date", "month", ["2026-11-25"]).dtype == np.int32


def test_cyclic_parts_lie_on_a_circle() -> None:
    found = made(
        "date", {"parts": ["month", "year"], "cyclic": True}, ["2026-01-05", "2026-04-05", "2026-12-05"]
    )
    turn = 2 * math.pi / 12
    np.testing.assert_allclose(found[:, 0], [0, math.sin(3 * turn), math.sin(11 * turn)], atol=1e-6)
    np.testing.assert_allclose(found[:, 1], [1, math.cos(3 * turn), math.cos(11 * turn)], atol=1e-6)
    assert found[:, 2].tolist() == [2026] * 3


def test_facts_name_the_range_and_the_features() -> None:
    told = facts("date", {"parts": ["month", "days"], "cyclic": True}, ["2026-11-25", "2000-01-01 10:30"])
    assert told["features"] == ["month_sin", "month_cos", "days"]
    assert told["earliest"].startswith("2000-01-01T10:30:00")
    assert told["latest"].startswith("2026-11-25T00:00:00")


MISTAKES: list[tuple[Any, Any, str]] = [
    (
        "month",
        ["2026-11-25", "25.11.2026"],
        'row 2 of column "c" is no date: "25.11.2026"; dates are written',
    ),
    ("month", ["2026-11-25", "2026-02-30"], 'row 2 of column "c" is no date: "2026-02-30"'),
    ("month", ["2026-11-25", None], 'row 2 of column "c" holds no value'),
    (
        "month",
        [1_700_000_000_000],
        "numbers count s since 1970, or what is written: date: {parts: […], unit: ms}",
    ),
    ("month", [1.0, np.nan], 'row 2 of column "c" holds no number'),
    ("month", np.zeros((2, 3)), "date takes one moment a row"),
    ("month", np.array([True]), "is no date"),
]


@pytest.mark.parametrize(("argument", "values", "told"), MISTAKES)
def test_a_mistake_is_told(argument: Any, values: Any, told: str) -> None:
    with pytest.raises(DataError) as refused:
        made("date", argument, values)
    assert told in str(refused.value)
