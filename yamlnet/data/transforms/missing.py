"""`missing`: what stands for a missing value.

`error`; the training rows' `mean`, `median` or `most-frequent` value (of several that are, the smallest);
a number; a text. The same as scikit-learn's SimpleImputer. The median is exact up to a million rows, and that
of a sample of so many above (`yamlnet/data/summary.py`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.data.columns.categories import counted
from yamlnet.data.columns.numbers import is_missing, numbers, refuse_missing
from yamlnet.data.place import Place
from yamlnet.data.summary import Sample, Summary
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Chunks, State, Transform, unchanged
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean

LEARNT = ("mean", "median", "most-frequent")


class Learnt(Struct, frozen=True):
    """What stands for a missing value, where the rows say it: one for each feature of vectors."""

    filling: float | str | bool | list[float] | None = None
    mean: float | list[float] | None = None


def fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """How many values are missing, and what stands for them where the rows say it.

    Raises:
        DataError: no training row has a value to take it from.
    """
    if argument == "most-frequent":
        return _most_frequent(chunks, path)
    if argument in ("mean", "median"):
        return _middle(str(argument), chunks, path)
    gone = 0
    for values, place in chunks:
        gone += int(is_missing(values).sum())
        if isinstance(argument, str) and argument != "error":
            _refuse_text_for_numbers(argument, values, place)
    return {"missing": gone}


def _middle(word: str, chunks: Chunks, path: KeyPath) -> State:
    summary, sample, column = Summary(), Sample(), ""
    for values, place in chunks:
        found, column = numbers(values, place), place.column
        summary.add(found)
        if word == "median":
            sample.add(found)
    if not np.all(summary.count):
        raise _nothing(column, word, path)
    filling = summary.mean if word == "mean" else sample.quantiles(0.5)[0]
    state: dict[str, Any] = {"missing": summary.missing, "filling": filling.tolist()}
    return state | ({} if sample.exact else {"sampled": sample.most})


def _most_frequent(chunks: Chunks, path: KeyPath) -> State:
    counts: Counter[Any] = Counter()
    gone, column = 0, ""
    for values, place in chunks:
        column, missing = place.column, is_missing(values)
        if values.ndim > 1:
            message = f'column "{column}" holds rows of shape {list(values.shape[1:])}'
            raise DataError(f"{message}; most-frequent takes one value a row", path=path, check="encode")
        gone += int(missing.sum())
        counts.update(counted(values[~missing], place))
    if not counts:
        raise _nothing(column, "most-frequent", path)
    most = max(counts.values())
    return {"missing": gone, "filling": min(value for value, count in counts.items() if count == most)}


def _nothing(column: str, word: str, path: KeyPath) -> DataError:
    what, found = ("value", "most frequent one") if word == "most-frequent" else ("number", word)
    message = f'column "{column}" has no {what} in any training row, so it has no {found}'
    return DataError(message, path=path, check="missing-value")


def _refuse_text_for_numbers(argument: str, values: Array, place: Place) -> None:
    if values.dtype.kind != "O" and not is_missing(values).all():  # texts that all miss are read as NaN
        mend = did_you_mean(argument, ("error", *LEARNT)) or "; give it a number, or mean"
        message = f'"{argument}" is a text, and column "{place.column}" holds numbers{mend}'
        raise DataError(message, path=place.path, check="text-in-numbers")


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """The values with NaN, or None among objects, replaced.

    Raises:
        DataError: a value is missing and `missing: error` was written.
    """
    if argument == "error":
        refuse_missing(values, place)
        return values
    # Version 0.3 kept the mean under its own name.
    filling = state.get("filling", state.get("mean")) if argument in LEARNT else argument
    if isinstance(filling, str):
        # A column of texts with no text at all is read as numbers, which are then all missing.
        filled = values.astype(object)
        filled[is_missing(values)] = filling
        return filled
    found = numbers(values, place)
    return np.where(np.isnan(found), np.asarray(filling, dtype=np.float64), found)


def facts(argument: object, state: State) -> dict[str, object]:
    """`missing`: how many training values are; `filling`: what the rows say that stands for them."""
    return {name: state[name] for name in ("missing", "filling", "sampled") if name in state}


TRANSFORM = Transform(fit, apply, facts, unchanged, Learnt)
