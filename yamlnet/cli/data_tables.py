"""A report of data as tables for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from rich.table import Table

    from yamlnet.data.report.described import Column
    from yamlnet.data.report.report import Report
    from yamlnet.data.report.tensors import Tensor

WIDTH, BAR = 110, 16
MOST_COLUMNS, MOST_CLASSES, MOST_FACTS = 60, 20, 40


def show(report: Report) -> None:
    """Print a report: on a terminal in its width, elsewhere in that of this house."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, emoji=False)
    tables = [_rows(report), _columns(report)]
    for tensor in report.tensors:
        tables.append(_tensor(tensor))
        if tensor.classes is not None:
            tables.append(_classes(tensor.name, tensor.classes))
    if report.facts:
        tables.append(_facts(report.facts))
    for titled in tables:  # a title of the table's own would be broken in its width
        console.print(titled.title, markup=False, style="bold")
        console.print(titled.table)
    for warning in report.warnings:
        console.print(f"warning: {warning.message} ({warning.kind})", markup=False, style="yellow")


class Titled(Struct, frozen=True):
    """A table and the line above it."""

    title: str
    table: Table


def _table(title: str, *heads: str) -> Titled:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(head, justify="right" if head in RIGHT else "left", overflow="fold")
    return Titled(title, table)


RIGHT = {"rows", "share", "missing", "distinct", "min", "mean", "max", "train", "validation", "test"}


def _add(titled: Titled, *cells: str) -> None:
    """A row of plain text: what the data holds is no markup."""
    from rich.text import Text

    titled.table.add_row(*map(Text, cells))


def _rows(report: Report) -> Titled:
    table, every = _table(f"{report.name}: rows", "part", "rows", "share", ""), sum(report.rows.values())
    for part, count in report.rows.items():
        _add(table, part, f"{count:,}", f"{count / every:.1%}", bar(count / every))
    for number, count in enumerate(report.folds or (), start=1):
        _add(table, f"fold {number} validates", f"{count:,}", f"{count / every:.1%}", bar(count / every))
    return table


def _columns(report: Report) -> Titled:
    table = _table("columns", "column", "holds", "missing", "distinct", "min", "mean", "max", "for example")
    for column in report.columns[:MOST_COLUMNS]:
        shape = str(column.shape) if column.shape else ""
        _add(
            table,
            column.name,
            f"{column.dtype} {shape}".strip(),
            f"{column.missing:,}" if column.missing else "",
            "" if column.distinct is None else f"{'over ' * column.at_least}{column.distinct:,}",
            *map(_number, (column.least, column.mean, column.most)),
            _examples(column),
        )
    left = len(report.columns) - MOST_COLUMNS
    if left > 0:
        _add(table, f"… {left} more", "", "", "", "", "", "", "--format json lists all")
    return table


def _examples(column: Column) -> str:
    if column.shape:
        return column.examples[0]
    if column.values is None or column.is_number:
        return ", ".join(column.examples)
    sizes = {value: sum(found.values()) for value, found in column.values.items()}
    often = sorted(sizes, key=lambda value: -sizes[value])[:4]
    return ", ".join(f"{value} ({sizes[value]})" for value in often) + (", …" if len(sizes) > 4 else "")


def _tensor(tensor: Tensor) -> Titled:
    title = f"{tensor.role} {tensor.name}: {tensor.dtype}" + (f" {tensor.shape}" if tensor.shape else "")
    for word, value in tensor.words.items():
        title += f", {word}: {json.dumps(value, ensure_ascii=False)}"
    if tensor.least is not None:
        title += f"; {_number(tensor.least)} to {_number(tensor.most)}, mean {_number(tensor.mean)}"
    if tensor.vocabulary_size is not None:
        title += f"; a vocabulary of {tensor.vocabulary_size:,}"
    table = _table(title, _escaped(_names(tensor.columns)), "becomes")
    for example in tensor.examples:
        _add(table, _names(example.raw), example.tensor)
    return table


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f", … ({len(names)})" if len(names) > 8 else "")


def _classes(name: str, classes: Mapping[str, Mapping[str, int]]) -> Titled:
    parts = list(next(iter(classes.values())))
    table = _table(f"classes of {name}", "class", *parts, "")
    sizes = {part: sum(found[part] for found in classes.values()) for part in parts}
    most = max(sum(found.values()) for found in classes.values())
    for label, found in list(classes.items())[:MOST_CLASSES]:
        cells = (f"{found[part]:,}  {found[part] / max(sizes[part], 1):4.0%}" for part in parts)
        _add(table, label, *cells, bar(sum(found.values()) / most))
    if len(classes) > MOST_CLASSES:
        _add(table, f"… {len(classes) - MOST_CLASSES} more", *("" for _ in parts), "")
    return table


def _facts(facts: Mapping[str, Any]) -> Titled:
    table = _table("facts", "written", "is")
    for name, value in list(facts.items())[:MOST_FACTS]:
        text = json.dumps(value, ensure_ascii=False)
        _add(table, f"${{{name}}}", text if len(text) <= 60 else f"{text[:59]}…")
    if len(facts) > MOST_FACTS:
        _add(table, f"… {len(facts) - MOST_FACTS} more", "--format json lists all")
    return table


def bar(share: float) -> str:
    """A share of 1 as a bar; what is there at all is seen."""
    return "█" * max(round(share * BAR), 1 if share > 0 else 0)


def _number(value: float | None) -> str:
    """Four digits; what is only the rounding of float32 is 0."""
    return "" if value is None else f"{value:,.5g}" if abs(value) >= 1e-7 else "0"


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
