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

`time`, `stratify` and folds look at all rows. Of rows that are streamed they hold 8 bytes each for the hash
and 8 for the time, or 4 for the class, and while they are ordered as many again up to three times.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from msgspec import Struct

from yamlnet.data.columns.distinct import Distinct
from yamlnet.data.parts.folds import fold_numbers
from yamlnet.data.parts.ranks import from_row, rows_of_each
from yamlnet.data.parts.row_numbers import row_numbers
from yamlnet.data.parts.split_columns import by_text, by_time
from yamlnet.data.rows import Rows
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


class _Known:
    """What the rows are divided by, each of it looked up once."""

    def __init__(self, rows: Rows, split: SplitPlan, seed: int) -> None:
        self.rows, self.split, self.seed = rows, split, seed

    @cached_property
    def hashes(self) -> Array:
        """Each row's number in [0, 1)."""
        return np.concatenate(
            [row_numbers(table, self.seed, self.split.form) for table in self.rows.chunks()]
        )

    @cached_property
    def texts(self) -> Distinct:
        """The split's column as names."""
        return by_text(self.rows, self.split)

    @cached_property
    def times(self) -> Array:
        """The split's column as what sorts."""
        return by_time(self.rows, self.split)


def assign(rows: Rows, split: SplitPlan, shares: Shares, seed: int) -> Array:
    """The part of each row, as int8 codes of shape (rows,): TRAIN, VALIDATION, TEST or UNUSED.

    Args:
        rows: all rows; some of them where `needs_all_rows` says that it is enough.
        split: what decides.
        shares: how much goes where.
        seed: another seed gives another division.

    Raises:
        DataError: the column that decides is missing or holds what cannot, a class has too few rows for a
            share in each part, there are fewer rows than folds.
    """
    if needs_all_rows(split, shares):
        return _assigned(_Known(rows, split, seed), shares)
    columns = [split.column] if split.column else None
    return np.concatenate([_assigned(_Known(table, split, seed), shares) for table in rows.chunks(columns)])


def _assigned(known: _Known, shares: Shares) -> Array:
    if shares.folds is None:
        return _KINDS[known.split.kind](known, shares)
    codes = _outside_test(known, shares)
    if shares.fold is None:
        return codes
    numbers = _fold_numbers(known, codes == TRAIN, shares.folds)
    codes[numbers == shares.fold] = VALIDATION
    if known.split.kind == "time":
        codes[numbers > shares.fold] = UNUSED
    return codes


def _outside_test(known: _Known, shares: Shares) -> Array:
    """Test rows and all others; a column's validation rows are among these, for folds have their own."""
    codes = _KINDS[known.split.kind](known, Shares(test=shares.test))
    codes[codes == VALIDATION] = TRAIN
    return codes


def _fold_numbers(known: _Known, kept: Array, folds: int) -> Array:
    kind = known.split.kind
    by = known.times if kind == "time" else known.texts if kind in ("group", "stratify") else None
    return fold_numbers(by, known.split, known.hashes, kept, folds)


def fold_sizes(rows: Rows, split: SplitPlan, shares: Shares, seed: int) -> list[int]:
    """How many rows each fold is validated on; the arguments are those of `assign`.

    Raises:
        DataError: as `assign`.
    """
    known, folds = _Known(rows, split, seed), shares.folds or 1
    numbers = _fold_numbers(known, _outside_test(known, shares) == TRAIN, folds)
    return [int(count) for count in np.bincount(numbers, minlength=folds + 1)[1:]]


def _random(known: _Known, shares: Shares) -> Array:
    return _by_number(known.hashes, shares)


def _by_number(numbers: Array, shares: Shares) -> Array:
    """Numbers below `test` are test, the next `validation` validation, the rest training."""
    codes = np.full(len(numbers), TRAIN, dtype=np.int8)
    codes[numbers < shares.test + shares.validation] = VALIDATION
    codes[numbers < shares.test] = TEST
    return codes


def _group(known: _Known, shares: Shares) -> Array:
    names = Table({"group": objects(known.texts.values)}, known.rows.source)
    return _by_number(row_numbers(names, known.seed, known.split.form), shares)[known.texts.inverse]


def _column(known: _Known, shares: Shares) -> Array:
    said = known.texts
    codes = np.array([PARTS.get(value, UNUSED) for value in said.values], dtype=np.int8)[said.inverse]
    if (codes == UNUSED).any():
        row = int(np.flatnonzero(codes == UNUSED)[0])
        value = said.values[said.inverse[row]]
        meant = MEANT.get(value.lower())
        mend = f'; did you mean "{meant}"?' if meant else did_you_mean(value, PARTS)
        message = (
            f'row {known.rows.number(row)} of column "{known.split.column}" is "{value}", and a part is '
        )
        raise DataError(f"{message}train, validation or test{mend}", path=known.split.path, check="split")
    return codes


def _time(known: _Known, shares: Shares) -> Array:
    times = known.times
    codes = np.full(len(times), TRAIN, dtype=np.int8)
    for code, fraction in ((VALIDATION, shares.test + shares.validation), (TEST, shares.test)):
        codes[from_row(times, len(times) - int(_rounded(fraction * len(times))))] = code
    return codes


def _rounded(values: Array | float) -> Array:
    return np.floor(np.asarray(values) + 0.5).astype(np.int64)


def _stratify(known: _Known, shares: Shares) -> Array:
    classes, counts = known.texts, np.bincount(known.texts.inverse)
    tests = _rounded(shares.test * counts)
    others = _rounded((shares.test + shares.validation) * counts)
    codes = np.full(len(classes.inverse), TRAIN, dtype=np.int8)
    there = np.zeros((len(PARTS), len(counts)), dtype=np.int64)
    for index, rows in enumerate(rows_of_each(classes.inverse, len(counts))):
        numbers, found = known.hashes[rows], np.full(counts[index], TRAIN, dtype=np.int8)
        for code, most in ((VALIDATION, others[index]), (TEST, tests[index])):
            if most:  # equal rows share a part, so the last one's number decides
                found[numbers <= np.partition(numbers, most - 1)[most - 1]] = code
        codes[rows] = found
        there[:, index] = np.bincount(found, minlength=len(PARTS))
    wanted = {"train": counts - others, "validation": others - tests, "test": tests}
    for part, code in PARTS.items():
        if (part == "train" or getattr(shares, part)) and not there[code].all():
            index = int(there[code].argmin())
            few = "too few" if not wanted[part][index] else "too alike"
            _refuse_class(classes.values[index], int(counts[index]), few, part, known.split)
    return codes


def _refuse_class(name: str, count: int, few: str, part: str, split: SplitPlan) -> None:
    message = (
        f'class "{name}" of column "{split.column}" has {count} row{"s" if count > 1 else ""}, {few} '
        f"for a share in the {part} part; leave the class out, or make the part larger"
    )
    raise DataError(message, path=split.path, check="split")


_KINDS: dict[str, Callable[[_Known, Shares], Array]] = {
    "random": _random,
    "column": _column,
    "time": _time,
    "group": _group,
    "stratify": _stratify,
}
