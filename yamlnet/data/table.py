"""Rows as columns: what every source gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean

Array = np.ndarray[Any, np.dtype[Any]]


class Table(Struct, frozen=True):
    """Columns by name, each an array whose first axis is the rows.

    `source` names where they come from, for messages.
    """

    columns: Mapping[str, Array]
    source: str

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def column(self, name: str, path: KeyPath) -> Array:
        """One column.

        Raises:
            DataError: there is no such column.
        """
        if name not in self.columns:
            mend = did_you_mean(name, self.columns)
            known = ", ".join(list(self.columns)[:20])
            message = f'{self.source} has no column "{name}"{mend or f"; it has {known}"}'
            raise DataError(message, path=path, check="column")
        return self.columns[name]

    def take(self, rows: Array) -> Table:
        """Some of the rows, by index."""
        return Table({name: values[rows] for name, values in self.columns.items()}, self.source)


def checked_table(columns: Mapping[str, Array], source: str, path: KeyPath) -> Table:
    """A table, after a look at its lengths.

    Raises:
        DataError: columns of different lengths, or no rows at all.
    """
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise DataError(
            f"the columns of {source} have different lengths ({listed})", path=path, check="ragged"
        )
    if not lengths or next(iter(lengths.values())) == 0:
        raise DataError(f"{source} has no rows", path=path, check="empty")
    return Table(dict(columns), source)
