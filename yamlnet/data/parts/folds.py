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

from yamlnet.data.columns.distinct import Distinct
from yamlnet.data.parts.ranks import first_places, from_row, rows_of_each
from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.resolver.plan import SplitPlan

PATH: KeyPath = ("data", "folds")


def fold_numbers(
    by: Distinct | Array | None, split: SplitPlan, numbers: Array, kept: Array, folds: int
) -> Array:
    """The fold that validates each row, from 1, as int16 of shape (rows,); 0 for rows that none does.

    Args:
        by: of `group` and `stratify` the names of their column, of `time` what sorts.
        split: what decides.
        numbers: each row's hash, which gives the order; equal rows have equal ones and share a fold.
        kept: bool (rows,): the rows to divide.
        folds: how many.

    Raises:
        DataError: there are fewer rows, groups or times than folds, or a class has fewer.
    """
    if isinstance(by, Distinct) and split.kind == "group":
        shares = _by_group(by.inverse[kept], numbers[kept], folds, split)
    elif isinstance(by, Distinct):
        shares = _by_class(by.inverse[kept], numbers[kept], folds, by, split)
    elif by is not None:
        shares = _by_time(by[kept], folds)
    else:
        shares = _in_turn(np.zeros(int(kept.sum()), dtype=np.int8), numbers[kept], folds, 1)
    found = np.zeros(len(numbers), dtype=np.int16)
    found[kept] = shares
    there = np.bincount(shares, minlength=folds + 1)[1:]
    if not there.all():
        fold = int(np.flatnonzero(there == 0)[0]) + 1
        message = f"fold {fold} of {folds} has no rows, since rows that are alike share one; take fewer folds"
        raise DataError(message, path=PATH, check="folds")
    return found


def _require(count: int, least: int, folds: int, what: str) -> None:
    if count < least:
        message = f"{folds} folds take {least} {what}, and there {'is' if count == 1 else 'are'} {count}"
        raise DataError(f"{message}; take fewer folds", path=PATH, check="folds")


def _in_turn(classes: Array, numbers: Array, folds: int, count: int) -> Array:
    """Rows in the order of their classes and numbers take turns, equal ones together."""
    _require(len(numbers), folds, folds, "rows beside the test rows")
    found, before = np.empty(len(numbers), dtype=np.int16), 0
    for rows in rows_of_each(classes, count):
        places = first_places(numbers[rows])
        found[rows] = (places + before) % folds + 1
        before += len(places)
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
    return _in_turn(classes, numbers, folds, len(counts))


def _by_group(groups: Array, numbers: Array, folds: int, split: SplitPlan) -> Array:
    sizes = np.bincount(groups)
    names = np.flatnonzero(sizes)  # some have test rows alone
    _require(len(names), folds, folds, f'values of "{split.column}" beside the test rows')
    least = np.full(len(sizes), np.inf)
    np.minimum.at(least, groups, numbers)  # a hash of the group: what its rows hold decides among equals
    lightest = [(0, fold) for fold in range(1, folds + 1)]
    chosen = np.zeros(len(sizes), dtype=np.int16)
    for group in names[np.lexsort((least[names], -sizes[names]))]:
        size, fold = heapq.heappop(lightest)
        chosen[group] = fold
        heapq.heappush(lightest, (size + int(sizes[group]), fold))
    return chosen[groups]


def _by_time(times: Array, folds: int) -> Array:
    """The last `folds` of `folds + 1` blocks; a block begins where a time does."""
    _require(len(np.unique(times)), folds + 1, folds, "different times beside the test rows")
    size = len(times) // (folds + 1)
    found = np.zeros(len(times), dtype=np.int16)
    for fold in range(folds, 0, -1):
        found += from_row(times, len(times) - size * fold, later=False)
    return found
