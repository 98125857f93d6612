"""Which rows are for training, validation and test: by what they hold and the seed, never by their order.

- `random`: each row is hashed with the seed to a number between 0 and 1, which decides its part.
- `column`: a column of the rows says it.
- `group`: as `random`, by the hash of the group's name: all its rows are in one part.
- `stratify`: within each class in order of the rows' hashes, so that its fractions hold up to one row.
- `time`: the latest rows are test, those before them validation; rows of the same time stay together.

Of the first three each row decides alone (`ROW_ALONE`): adding a row moves no other, and rows may be
assigned some after others. Under `stratify` an added row moves at most one other of its class at each cut
(two cuts where there are validation and test rows), and none of other classes. Under `time` it moves at
most one at each cut where no two rows share a time; rows that are later than all others only ever move rows
from test to validation and from validation to training. Equal rows share a part, whatever decides: what is
tested was never trained on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from yamlnet.data.parts.folds import fold_numbers
from yamlnet.data.parts.row_numbers import row_numbers
from yamlnet.data.parts.split_columns import Distinct, by_text, by_time
from yamlnet.data.table import Array, Table, objects
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.plan import SplitPlan

TRAIN, VALIDATION, TEST, UNUSED = 0, 1, 2, -1
"""The codes of `assign`. Rows that are later than a fold's validation rows are in no part of it."""

PARTS = {"train": TRAIN, "validation": VALIDATION, "test": TEST}

ROW_ALONE = ("random", "column", "group")
"""Kinds under which a row's part follows from the row alone, as long as there are no folds."""

MEANT = {
    **dict.fromkeys(("val", "valid", "dev", "eval"), "validation"),
    **dict.fromkeys(("training", "learn"), "train"),
    **dict.fromkeys(("testing", "holdout", "held-out"), "test"),
}
"""What columns call the parts elsewhere."""


class Shares(Struct, frozen=True):
    """How the rows are divided.

    Attributes:
        validation, test: fractions of all rows, 0 for none; a column that says the parts leaves them.
        folds: how many shares of the rows beside the test rows take turns as validation rows, or None.
        fold: the one whose turn it is, from 1; None where all are training rows.
    """

    validation: float = 0.0
    test: float = 0.0
    folds: int | None = None
    fold: int | None = None


def needs_all_rows(split: SplitPlan, shares: Shares) -> bool:
    """Whether `assign` has to see all rows at once."""
    return split.kind not in ROW_ALONE or shares.fold is not None


def assign(table: Table, split: SplitPlan, shares: Shares, seed: int) -> Array:
    """The part of each row, as int8 codes of shape (rows,): TRAIN, VALIDATION, TEST or UNUSED.

    Args:
        table: all rows; some of them where `needs_all_rows` says that it is enough.
        split: what decides.
        shares: how much goes where.
        seed: another seed gives another division.

    Raises:
        DataError: the column that decides is missing or holds what cannot, a class has too few rows for a
            share in each part, there are fewer rows than folds.
    """
    if shares.folds is None:
        return _KINDS[split.kind](table, split, shares, seed)
    codes = _KINDS[split.kind](table, split, Shares(test=shares.test), seed)
    codes[codes == VALIDATION] = TRAIN  # of a column: folds make validation rows of their own
    if shares.fold is None:
        return codes
    kept, hashes = codes == TRAIN, row_numbers(table, seed)
    numbers = fold_numbers(_columns(table, split), split, hashes, kept, shares.folds)
    codes[numbers == shares.fold] = VALIDATION
    if split.kind == "time":
        codes[numbers > shares.fold] = UNUSED
    return codes


def _columns(table: Table, split: SplitPlan) -> Distinct | None:
    """What the rows are told apart by beside their hashes."""
    if split.kind == "time":
        return by_time(table, split)
    return by_text(table, split) if split.kind in ("group", "stratify") else None


def _random(table: Table, split: SplitPlan, shares: Shares, seed: int) -> Array:
    return _by_number(row_numbers(table, seed), shares)


def _by_number(numbers: Array, shares: Shares) -> Array:
    """Numbers below `test` are test, the next `validation` validation, the rest training."""
    codes = np.full(len(numbers), TRAIN, dtype=np.int8)
    codes[numbers < shares.test + shares.validation] = VALIDATION
    codes[numbers < shares.test] = TEST
    return codes


def _group(table: Table, split: SplitPlan, shares: Shares, seed: int) -> Array:
    groups = by_text(table, split)
    names = Table({"group": objects(groups.values)}, table.source)
    return _by_number(row_numbers(names, seed)[groups.inverse], shares)


def _column(table: Table, split: SplitPlan, shares: Shares, seed: int) -> Array:
    said = by_text(table, split)
    codes = np.array([PARTS.get(value, UNUSED) for value in said.values], dtype=np.int8)[said.inverse]
    if (codes == UNUSED).any():
        row = int(np.flatnonzero(codes == UNUSED)[0])
        value = said.values[said.inverse[row]]
        meant = MEANT.get(value.lower())
        mend = f'; did you mean "{meant}"?' if meant else did_you_mean(value, PARTS)
        message = f'row {table.number(row)} of column "{split.column}" is "{value}", and a part is '
        raise DataError(f"{message}train, validation or test{mend}", path=split.path, check="split")
    return codes


def _time(table: Table, split: SplitPlan, shares: Shares, seed: int) -> Array:
    times = by_time(table, split)
    starts = np.concatenate([[0], np.cumsum(np.bincount(times.inverse))])
    codes = np.full(len(times.values), TRAIN, dtype=np.int8)
    codes[starts[:-1] >= _cut(starts, shares.test + shares.validation)] = VALIDATION
    codes[starts[:-1] >= _cut(starts, shares.test)] = TEST
    return codes[times.inverse]


def _cut(starts: Array, fraction: float) -> int:
    """Where the last rows begin: between two times, as near to the fraction as can be."""
    wanted = starts[-1] - _rounded(fraction * starts[-1])
    return int(starts[::-1][np.abs(starts[::-1] - wanted).argmin()])


def _rounded(values: Array | float) -> Array:
    return np.floor(np.asarray(values) + 0.5).astype(np.int64)


def _stratify(table: Table, split: SplitPlan, shares: Shares, seed: int) -> Array:
    classes = by_text(table, split)
    counts = np.bincount(classes.inverse)
    ranks = ranks_within(classes.inverse, row_numbers(table, seed))
    tests = _rounded(shares.test * counts)
    others = _rounded((shares.test + shares.validation) * counts)
    codes = np.full(len(ranks), TRAIN, dtype=np.int8)
    codes[ranks < others[classes.inverse]] = VALIDATION
    codes[ranks < tests[classes.inverse]] = TEST
    wanted = {"train": counts - others, "validation": others - tests, "test": tests}
    for part, code in PARTS.items():
        there = np.bincount(classes.inverse[codes == code], minlength=len(counts))
        if (part == "train" or getattr(shares, part)) and not there.all():
            index = int(there.argmin())
            few = "too few" if not wanted[part][index] else "too alike"
            _refuse_class(classes.values[index], int(counts[index]), few, part, split)
    return codes


def _refuse_class(name: str, count: int, few: str, part: str, split: SplitPlan) -> None:
    message = (
        f'class "{name}" of column "{split.column}" has {count} row{"s" if count > 1 else ""}, {few} '
        f"for a share in the {part} part; leave the class out, or make the part larger"
    )
    raise DataError(message, path=split.path, check="split")


def ranks_within(classes: Array, numbers: Array) -> Array:
    """Each row's place within its class by the rows' numbers, from 0; equal numbers share the first place."""
    order = np.lexsort((numbers, classes))
    places = np.arange(len(order))
    new_class = np.diff(classes[order], prepend=-1) != 0
    new_number = new_class | (np.diff(numbers[order], prepend=-1.0) != 0)
    ranks = np.empty(len(order), dtype=np.int64)
    first, begun = np.where(new_number, places, 0), np.where(new_class, places, 0)
    ranks[order] = np.maximum.accumulate(first) - np.maximum.accumulate(begun)
    return ranks


_KINDS: dict[str, Callable[[Table, SplitPlan, Shares, int], Array]] = {
    "random": _random,
    "column": _column,
    "time": _time,
    "group": _group,
    "stratify": _stratify,
}
