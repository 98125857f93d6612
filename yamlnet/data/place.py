"""Where values come from, for messages."""

from __future__ import annotations

from msgspec import Struct

from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import KeyPath


class Place(Struct, frozen=True):
    """A column of some rows, and the word of the blueprint that asks for it."""

    column: str
    path: KeyPath
    table: Table

    def row(self, index: int) -> str:
        """One of the rows as messages name it: `row 7 of column "size"`."""
        return f'row {self.table.number(index)} of column "{self.column}"'
