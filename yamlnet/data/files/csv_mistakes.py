"""What is wrong with a CSV file that does not read: another separator, a line with too many cells."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import TextIOBase

from yamlnet.data.files.contents import broken, refuse_encoding, texts
from yamlnet.data.files.found import File
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

SEPARATORS = {";": '";"', "\t": '"\\t"', "|": '"|"', ",": '","'}
"""What separates cells in other files, as YAML writes it."""


def first_cells(file: File, text: TextIOBase, sep: str, path: KeyPath) -> list[str] | None:
    """The cells of the first line that has some; None where no line does.

    Raises:
        DataError: the line does not end, or ends in a quote that is open.
    """
    try:
        return next((cells for cells in csv.reader(text, delimiter=sep, strict=True) if cells), None)
    except csv.Error as error:
        message = f"the first line of {file.name} does not read as CSV: {error}"
        raise DataError(message, path=path, check="file") from error


def refuse_separator(file: File, names: Sequence[str], sep: str, path: KeyPath) -> None:
    """Refuse a header of one name that another separator would divide.

    Raises:
        DataError: with the separator that it seems to be.
    """
    if len(names) != 1:
        return
    likely = next((other for other in SEPARATORS if other != sep and other in names[0]), None)
    if likely is not None:
        message = f'{file.name} has one column, called "{names[0][:60]}"; is it sep: {SEPARATORS[likely]}?'
        raise DataError(message, path=path, check="column")


def tell(
    file: File, sep: str, encoding: str, columns: Sequence[str], error: BaseException, path: KeyPath
) -> DataError:
    """What is told of a file that Arrow refused: the first thing wrong in it, looked for anew.

    Raises:
        DataError: likewise, where another encoding or a broken archive is the reason.
    """
    if isinstance(error, OSError | EOFError):
        return broken(file, error, path)
    refuse_encoding(file, encoding, path)
    with texts(file, encoding, path) as text:
        reader = csv.reader(text, delimiter=sep)
        try:
            wanted = len(columns) or None
            for cells in reader:
                if wanted is not None and cells and len(cells) != wanted:
                    return _ragged(file, cells, reader.line_num, wanted, bool(columns), path)
                wanted = wanted or len(cells) or None
        except csv.Error as found:  # a cell is longer than Python's reader takes
            error = found
    told = " ".join(str(error).split())[:200]
    return DataError(f"{file.name} does not read as CSV: {told}", path=path, check="file")


def _ragged(
    file: File, cells: Sequence[str], line: int, wanted: int, is_named: bool, path: KeyPath
) -> DataError:
    begin = ", ".join(cells)[:40]
    other = f'"columns" names {wanted}' if is_named else f"the header has {wanted}"
    count = f"{len(cells)} cell{'s' if len(cells) != 1 else ''}"
    mend = "; put quotes around a cell that holds the separator" if len(cells) > wanted else ""
    message = f'line {line} of {file.name} has {count}, and {other} ("{begin}"){mend}'
    return DataError(message, path=path, check="ragged")
