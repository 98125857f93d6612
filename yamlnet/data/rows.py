"""What is common to rows that are held in memory and rows that are read some after others."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol

from yamlnet.data.table import Table


class Rows(Protocol):
    """Rows of one source, or one part of them: a `Table`, or a `Stream`."""

    @property
    def source(self) -> str:
        """Where they come from, for messages."""

    @property
    def rows(self) -> int:
        """How many there are."""

    def chunks(self, columns: Collection[str] | None = None) -> Iterator[Table]:
        """All of them, some after others, in the same order each time; at least the columns asked for."""

    def number(self, row: int) -> int:
        """The number of a row as users count the rows of the source: from 1."""
