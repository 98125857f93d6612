"""`date`: the parts of a moment as numbers, or, cyclic, each as a point of its circle.

`weekday` is 0 on Mondays; `week` is ISO 8601's; `yearday` is 1 on the first of January; `days` are those
since 1970-01-01, with their fraction. Cyclic gives sine and cosine of each part that returns, so that
December is next to January; `year` and `days` do not return and stay numbers.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from msgspec import Struct

from yamlnet.data.columns.moments import moments
from yamlnet.data.columns.numbers import refuse_missing
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Chunks, State, Transform
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.schema.data_words import in_full

CYCLES: dict[str, tuple[int, float]] = {
    "quarter": (1, 4), "month": (1, 12), "week": (1, 53), "day": (1, 31), "weekday": (0, 7),
    "yearday": (1, 366), "hour": (0, 24), "minute": (0, 60), "second": (0, 60),
}  # fmt: skip
"""Of each part that returns, its first number, and how many there are."""


def fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """The earliest and the latest moment, as ISO 8601 texts; empty where there are no rows.

    Raises:
        DataError: a value is missing, or is no date.
    """
    first, last = [], []
    for values, place in chunks:
        found = _moments(argument, values, place)
        if len(found):
            first.append(found.min())
            last.append(found.max())
    return {"earliest": str(min(first, default="")), "latest": str(max(last, default=""))}


class _Words(Struct, frozen=True):
    """The argument of `date`, read; `alone` where one part is written without a list."""

    parts: list[str]
    cyclic: bool
    unit: str
    alone: bool


def _read(argument: object) -> _Words:
    given = cast("dict[str, Any]", in_full("date", argument))
    parts, alone = given["parts"], isinstance(given["parts"], str)
    return _Words([parts] if alone else parts, given.get("cyclic") is True, given.get("unit", "s"), alone)


def _moments(argument: object, values: Array, place: Place) -> Array:
    if values.ndim != 1:
        message = f'column "{place.column}" holds rows of shape {list(values.shape[1:])}'
        raise DataError(f"{message}; date takes one moment a row", path=place.path, check="date")
    refuse_missing(values, place)
    return moments(values, _read(argument).unit, place)


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """The parts in the order in which they are written.

    Int32 of shape (rows, parts), or (rows,) where one part stands alone, not in a list; float32 where they
    are cyclic or hold `days`.

    Raises:
        DataError: a value is missing, or is no date.
    """
    words = _read(argument)
    found = _moments(argument, values, place)
    features = [
        feature
        for part in words.parts
        for feature in _features(part, _part(part, found), words.cyclic and part in CYCLES)
    ]
    together = np.stack(features, axis=-1)
    together = together.astype(np.float32 if words.cyclic or "days" in words.parts else np.int32)
    return together[:, 0] if words.alone and together.shape[1] == 1 else together


def _features(part: str, numbers: Array, cyclic: bool) -> list[Array]:
    if not cyclic:
        return [numbers]
    first, many = CYCLES[part]
    turn = 2 * np.pi * (numbers - first) / many
    return [np.sin(turn), np.cos(turn)]


def _part(part: str, found: Array) -> Array:
    """One part of each moment, int64 (`days`: float64)."""
    days, months = found.astype("datetime64[D]"), found.astype("datetime64[M]")
    years = found.astype("datetime64[Y]")
    if part == "year":
        return np.asarray(years.astype(np.int64) + 1970)
    if part in ("month", "quarter"):
        month = (months - years).astype(np.int64)
        return np.asarray(month + 1 if part == "month" else month // 3 + 1)
    if part == "day":
        return np.asarray((days - months).astype(np.int64) + 1)
    if part == "yearday":
        return np.asarray((days - years).astype(np.int64) + 1)
    if part == "weekday":
        return _weekday(days)
    if part == "week":
        # A week belongs to the year of its Thursday.
        thursday = days - _weekday(days) + 3
        return np.asarray((thursday - thursday.astype("datetime64[Y]")).astype(np.int64) // 7 + 1)
    if part == "days":
        return np.asarray(found.astype(np.int64) / 86_400e6)
    seconds = (found - days).astype(np.int64) // 1_000_000
    return np.asarray({"hour": seconds // 3600, "minute": seconds // 60 % 60, "second": seconds % 60}[part])


def _weekday(days: Array) -> Array:
    """0 on Mondays: 1970 began on a Thursday."""
    return np.asarray((days.astype(np.int64) + 3) % 7)


def facts(argument: object, state: State) -> dict[str, object]:
    """`earliest` and `latest` moment; the `features` by name: `month`, or `month_sin` and `month_cos`."""
    words = _read(argument)
    names: list[str] = []
    for part in words.parts:
        names += [f"{part}_sin", f"{part}_cos"] if words.cyclic and part in CYCLES else [part]
    return {"earliest": state["earliest"], "latest": state["latest"], "features": names}


TRANSFORM = Transform(fit, apply, facts)
