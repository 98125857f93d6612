"""Which rows are for training, validation and test: by the rows' content and the seed.

Each row is hashed with the seed to a number between 0 and 1, and the number decides its part. So adding
a row moves no other, the order of the rows does not matter, and equal rows always share a part: what is
tested was never trained on. The parts' sizes are close to the fractions, not exactly them.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from yamlnet.data.row_numbers import row_numbers
from yamlnet.data.table import Array, Table


class Parts(Struct, frozen=True):
    """Row indices of each part, ascending."""

    train: Array
    validation: Array
    test: Array


def split_rows(table: Table, validation: float, test: float, seed: int) -> Parts:
    """Divide rows: numbers below `test` are test, the next `validation` validation, the rest training.

    Args:
        table: the rows.
        validation: fraction of all rows, 0 for none.
        test: likewise; the two fractions and what is left are of the same rows.
        seed: another seed gives another division.
    """
    numbers = row_numbers(table, seed)
    in_test = numbers < test
    in_validation = ~in_test & (numbers < test + validation)
    return Parts(
        train=np.flatnonzero(~in_test & ~in_validation),
        validation=np.flatnonzero(in_validation),
        test=np.flatnonzero(in_test),
    )
