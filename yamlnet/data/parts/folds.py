"""Which fold's turn it is to be validated on: rows beside the test rows, divided into equal shares.

Shares are equal up to a row, so they follow from all rows: what is added moves others. By `group` whole
groups are given out, the largest first and each to the smallest fold so far, as scikit-learn's GroupKFold
does it; by `stratify` the rows of each class take turns, as in its StratifiedKFold; by `time` a fold is
trained on what is earlier than its validation rows alone, as in its TimeSeriesSplit
(https://scikit-learn.org/stable/modules/cross_validation.html).
"""

from __future__ import annotations

import heapq

import numpy as np

from yamlnet.data.parts.split_columns import Distinct
from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.resolver.plan import SplitPlan

PATH: KeyPath = ("data", "folds")


def fold_numbers(
    columns: Distinct | None, split: SplitPlan, numbers: Array, kept: Array, folds: int
) -> Array:
    """The fold that validates each row, from 1, as int64 of shape (rows,); 0 for rows that none does.

    Args:
        columns: of `group`, `stratify` and `time`: the values of their column.
        split: what decides.
        numbers: each row's hash, which gives the order; equal rows have equal ones and share a fold.
        kept: bool (rows,): the rows to divide.
        folds: how many.

    Raises:
        DataError: there are fewer rows, groups or times than folds, or a class has fewer.
    """
    found = np.zeros(len(numbers), dtype=np.int64)
    values = columns.inverse[kept] if columns is not None else None
    if split.kind == "time" and values is not None:
        shares = _by_time(values, folds)
    elif split.kind == "group" and values is not None:
        shares = _by_group(values, numbers[kept], folds, split)
    elif columns is not None and values is not None:
        shares = _by_class(values, numbers[kept], folds, columns, split)
    else:
        shares = _in_turn(np.zeros(int(kept.sum()), dtype=np.int64), numbers[kept], folds)
    found[kept] = shares
    for fold in range(1, folds + 1):
        if not (shares == fold).any():
            message = (
                f"fold {fold} of {folds} has no rows, since rows that are alike share one; take fewer folds"
            )
            raise DataError(message, path=PATH, check="folds")
    return found


def _require(count: int, least: int, folds: int, what: str) -> None:
    if count < least:
        message = f"{folds} folds take {least} {what}, and there {'is' if count == 1 else 'are'} {count}"
        raise DataError(f"{message}; take fewer folds", path=PATH, check="folds")


def _in_turn(classes: Array, numbers: Array, folds: int) -> Array:
    """Rows in the order of their classes and numbers take turns, equal ones together."""
    _require(len(numbers), folds, folds, "rows beside the test rows")
    order = np.lexsort((numbers, classes))
    new = (np.diff(classes[order], prepend=-1) != 0) | (np.diff(numbers[order], prepend=-1.0) != 0)
    first = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    found = np.empty(len(order), dtype=np.int64)
    found[order] = first % folds + 1
    return found


def _by_class(classes: Array, numbers: Array, folds: int, columns: Distinct, split: SplitPlan) -> Array:
    counts = np.bincount(classes, minlength=len(columns.values))
    few = np.flatnonzero(counts < folds)
    if len(few):
        name, count = columns.values[few[0]], counts[few[0]]
        message = (
            f'class "{name}" of column "{split.column}" has {count} row{"" if count == 1 else "s"} '
            f"beside the test rows, fewer than the {folds} folds; leave the class out, or take fewer folds"
        )
        raise DataError(message, path=split.path, check="folds")
    return _in_turn(classes, numbers, folds)


def _by_group(groups: Array, numbers: Array, folds: int, split: SplitPlan) -> Array:
    names, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    _require(len(names), folds, folds, f'values of "{split.column}" beside the test rows')
    least = np.full(len(names), np.inf)
    np.minimum.at(least, inverse, numbers)  # a hash of the group: what its rows hold decides among equals
    lightest = [(0, fold) for fold in range(1, folds + 1)]
    chosen = np.empty(len(names), dtype=np.int64)
    for group in np.lexsort((least, -sizes)):
        size, fold = heapq.heappop(lightest)
        chosen[group] = fold
        heapq.heappush(lightest, (size + int(sizes[group]), fold))
    return chosen[inverse]


def _by_time(times: Array, folds: int) -> Array:
    """The last `folds` of `folds + 1` blocks; a block begins where a time does."""
    _, inverse, counts = np.unique(times, return_inverse=True, return_counts=True)
    _require(len(counts), folds + 1, folds, "different times beside the test rows")
    starts = np.concatenate([[0], np.cumsum(counts)])
    size = starts[-1] // (folds + 1)
    wanted = starts[-1] - size * np.arange(folds, 0, -1)
    begins = starts[np.abs(starts[:, None] - wanted).argmin(axis=0)]
    return np.searchsorted(begins, starts[:-1], side="right")[inverse]
