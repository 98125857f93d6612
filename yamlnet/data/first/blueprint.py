"""A first blueprint for a table: what `yamlnet new --from-data` writes.

Columns of numbers become one input, normalised; categories another, one-hot; dates a third, in parts; each
text one of its own, as words. The column to tell decides the rest: two values, classes, or a number. It is a
beginning to be read and changed, so every choice has its reason beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from yamlnet.data.first.roles import Role, roles
from yamlnet.data.first.target import Answer, answer_for, written
from yamlnet.data.given_rows import BY_ENDING
from yamlnet.data.parts.splits import TRAIN, Shares, assign
from yamlnet.data.report.described import Column, describe
from yamlnet.data.sources import SOURCES
from yamlnet.data.table import Array, Table
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.formatter.settle import settle
from yamlnet.schema.words import name_mistake, shortened

SHARES = Shares(validation=0.15, test=0.15)
SEPARATORS = (",", ";", "\t", "|")
TABLES = ("Csv", "Json", "Parquet")
MOST_HEADER = 1 << 16


class Given(Struct, frozen=True):
    """A file of rows, as the blueprint will name it: its source's word, path and separator."""

    table: Table
    source: str
    path: str
    sep: str | None


def first_blueprint(file: Path, path: str, target: str | None, output: Path) -> str:
    """The text of a blueprint that learns to tell a column from the others.

    Args:
        file: the rows: CSV, JSON lines, Parquet.
        path: the file's path as the blueprint has to write it.
        target: the column to tell.
        output: the blueprint's own file.

    Returns:
        A text in the house style, which validates without a warning.

    Raises:
        DataError: the file cannot be read, has no such column, or nothing can be learnt from it.
    """
    given = read_given(file, path)
    table = given.table
    if target is None or target not in table.columns:
        known = ", ".join(table.columns)
        mend = did_you_mean(target or "", table.columns) or f"; it has {known}"
        said = f'has no column "{target}"{mend}' if target else f"has the columns {known}"
        raise DataError(
            f"{file.name} {said}", hint="say which one is to be told: --target COLUMN", check="column"
        )
    columns = [describe(column, {"all": table}) for column in table.columns]
    kind = answer_for(next(one for one in columns if one.name == target), table, SHARES)
    codes = assign(table, kind.split, SHARES, 0)
    found = roles(table, columns, target, np.flatnonzero(codes == TRAIN))
    if not any(role.kind in READ for role in found):
        raise DataError(
            f"no column of {file.name} tells {target} as it is: {_reasons(found)}", check="column"
        )
    return settle(_text(given, kind.answer(table, codes), found, output), output.name)


def read_given(file: Path, path: str) -> Given:
    """Read the rows; a CSV file's separator is the one that its header has most often.

    Raises:
        DataError: an ending that no source of tables reads, or the source's own problems.
    """
    source = BY_ENDING.get(file.suffix.lower(), BY_ENDING.get(Path(file.stem).suffix.lower()))
    if source not in TABLES or not file.is_file():
        known = ", ".join(ending for ending, one in BY_ENDING.items() if one in TABLES)
        what = f"there is no file {file}" if not file.is_file() else f'"{file.suffix}" is none of {known}'
        raise DataError(what, check="file")
    sep = _separator(file) if source == "Csv" else None
    given = {"path": file.name} if sep is None else {"path": file.name, "sep": sep}
    return Given(SOURCES[source](given, file.parent, ()), source, path, sep)


def _separator(file: Path) -> str | None:
    """What stands between the columns of a plain file's header, where it is no comma."""
    with file.open("rb") as opened:
        header = opened.readline(MOST_HEADER).decode("utf-8", "replace")
    found = max(SEPARATORS, key=header.count)
    told = found != "," and header.count(found) > 0 and file.suffix.lower() not in (".tsv", ".tab")
    return found if told and file.suffix.lower() in (".csv", ".txt") else None


def _reasons(found: Sequence[Role]) -> str:
    return "; ".join(f"{role.column.name}: {role.why}" for role in found) or "there is no other"


def _text(given: Given, answer: Answer, found: Sequence[Role], output: Path) -> str:
    inputs = _inputs(found, given.table)
    reading = f"from: [{', '.join(one.reads for one in inputs)}]"
    joined = [f"    - Concatenate: {{{reading}}}"] if len(inputs) > 1 else []
    rows = given.table.rows
    return "\n".join(
        [
            *_head(given, answer, output),
            "yamlnet: 1",
            f"name: {blueprint_name(output.stem)}",
            "",
            "params:",
            "  units: {default: 64, type: int, min: 1, help: width of each hidden layer}",
            "",
            "model:",
            "  inputs:",
            *(f"    {one.name}: {one.shape}  # {one.what}" for one in inputs),
            "  layers:",
            *(line for one in inputs for line in one.layers),
            *joined,
            '    - Dense: {units: "${units}", activation: relu}',
            "    - Dropout: 0.1",
            '    - Dense: {units: "${units}", activation: relu}',
            f"    - {answer.layer}",
            f"  outputs: {answer.name}",
            "",
            "data:",
            _source(given),
            "  validation: 0.15  # what training is watched on",
            "  test: 0.15  # what the result is measured on, once",
            *answer.split_lines,
            "  inputs:",
            *(line for one in inputs for line in one.lines),
            *_left_out(found),
            "  targets:",
            f"    {answer.name}: {answer.words}",
            f"  batch_size: {16 if rows < 2_000 else 64 if rows < 20_000 else 256}",
            "",
            "train:",
            f"  loss: {answer.loss}",
            f"  metrics: {answer.metrics}",
            "  optimizer: {Adam: {learning_rate: 1e-3}}",
            "  epochs: 100  # at most: it ends once the validation rows gain no more",
            "  callbacks:",
            "    - EarlyStopping: {monitor: val_loss, patience: 8, restore_best_weights: true}",
            "",
        ]
    )


def _head(given: Given, answer: Answer, output: Path) -> list[str]:
    return [
        f"# A first blueprint: {_plain(answer.column)} of {_plain(given.path)}, from its other columns.",
        "#",
        f"#   yamlnet data {output.name}     what the rows hold, and what looks wrong in them",
        f"#   yamlnet train {output.name}    {answer.baseline}",
    ]


class _Input(Struct, frozen=True):
    """One input of the model: its shape, its lines in `data`, and the layers that make a vector of it.

    `reads` is what the hidden layers read: the input, or what its own layers give.
    """

    name: str
    shape: str
    what: str
    lines: Sequence[str]
    layers: Sequence[str] = ()
    reads: str = ""


def _inputs(found: Sequence[Role], table: Table) -> list[_Input]:
    """The inputs that the columns make. A kind of column that becomes a tensor otherwise is added here."""
    of = {kind: [role.column for role in found if role.kind == kind] for kind in READ}
    inputs = [make(of[kind]) for kind, make in TOGETHER.items() if of[kind]]
    return inputs + [_text_input(column, table) for column in of["text"]]


def _numbers(columns: Sequence[Column]) -> _Input:
    gaps = sum(column.missing > 0 for column in columns)
    missing = [f"      missing: mean  # {gaps} of the columns have gaps"] if gaps else []
    lines = ["    numbers:", f"      columns: {_listed(columns)}", *missing, "      normalize: standard"]
    return _Input("numbers", f"[{len(columns)}]", "a value for each column", lines, reads="numbers")


def _categories(columns: Sequence[Column]) -> _Input:
    size = sum(column.distinct or 0 for column in columns)
    lines = ["    categories:", f"      columns: {_listed(columns)}", "      encode: one-hot"]
    return _Input("categories", f"[{size}]", "a 1 for each column, at its value", lines, reads="categories")


DATE_PARTS = ("year", "month", "day", "weekday")


def _dates(columns: Sequence[Column]) -> _Input:
    parts = f"      date: [{', '.join(DATE_PARTS)}]"
    lines = ["    dates:", f"      columns: {_listed(columns)}", parts, "      normalize: standard"]
    what = "the parts of each date"
    return _Input("dates", f"[{len(columns) * len(DATE_PARTS)}]", what, lines, reads="dates")


def _text_input(column: Column, table: Table) -> _Input:
    """A text is read as words: the mean of what each of them means."""
    name, length = tensor_name(column.name), _words(table.columns[column.name])
    lines = [
        f"    {name}:",
        f"      column: {written(column.name)}",
        f"      tokenize: {{as: words, size: 10000, length: {length}}}  # longer texts are cut",
    ]
    size = f'"${{data.{name}.vocabulary_size}}"'
    layers = [
        f"    - Embedding: {{input_dim: {size}, output_dim: 32, mask_zero: true, from: {name}}}",
        f"    - GlobalAveragePooling1D: {{as: {name}_read}}",
    ]
    shape = f"{{shape: [{length}], dtype: int32}}"
    return _Input(name, shape, "the numbers of the words", lines, layers, f"{name}_read")


def _words(texts: Array) -> int:
    """As many words as nine texts of ten have, in sixteens."""
    counts = [len(str(text).split()) for text in texts[:10_000]]
    return int(-(-np.quantile(counts, 0.9) // 16) * 16)


def tensor_name(text: str) -> str:
    """A column's name as that of a tensor: letters, digits and _, a lower-case letter first."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")[:48].lower()
    plain = plain if re.match("[a-z]", plain) else f"text_{plain}".rstrip("_")
    return f"{plain}_text" if name_mistake(plain, "tensor") else plain


TOGETHER: dict[str, Callable[[Sequence[Column]], _Input]] = {
    "number": _numbers,
    "category": _categories,
    "date": _dates,
}
"""The kinds of columns that are one input together, in the order of the inputs."""

READ = {*TOGETHER, "text"}
"""The kinds of columns that a first blueprint reads; each text is an input of its own."""


def _left_out(found: Sequence[Role]) -> list[str]:
    """A comment for each column that is not read."""
    left = [role for role in found if role.kind not in READ]
    reasons = [f"    #   {_plain(role.column.name)}: {role.why}" for role in left]
    return ["    # left out:", *reasons] if left else []


def _listed(columns: Sequence[Column]) -> str:
    return f"[{', '.join(written(column.name) for column in columns)}]"


def blueprint_name(text: str) -> str:
    """A text as the name of a blueprint: letters, digits, _ . and -, a letter first."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.")
    return shortened(plain if re.match("[A-Za-z]", plain) else f"rows-{plain}".rstrip("-"))


def _source(given: Given) -> str:
    """Where the rows are. Whoever names a file that lies elsewhere means it."""
    path = written(given.path)
    arguments = path if given.sep is None else f"{{path: {path}, sep: {json.dumps(given.sep)}}}"
    meant = "  # yamlnet: ignore[data-outside]" if given.path.startswith(("../", "/")) else ""
    return f"  train: {{{given.source}: {arguments}}}{meant}"


def _plain(text: str) -> str:
    """A text for a comment: one line, nothing that no comment may hold."""
    return re.sub(r"[^\x20-\x7e\u00a1-\uffff]+", " ", text)
