"""Files as streams of bytes or text: unpacked by their ending, in the encoding that the blueprint names."""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from yamlnet.data.files.found import File
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

PACKED = (".gz", ".bz2", ".zst", ".lz4")
BROKEN = (OSError, EOFError, zlib.error)
"""What reading a file raises where it is cut off or is not packed as its ending says."""

GUESSES = ("cp1252", "latin-1")
"""Encodings of old files that are not UTF-8, the likelier first; the last reads any byte."""

MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def encoding_of(arguments: Mapping[str, object]) -> str:
    """The encoding that a source names, as Python spells it; UTF-8 where it names none."""
    return codecs.lookup(str(arguments.get("encoding") or "utf-8")).name


def require_pyarrow(what: str, path: KeyPath) -> None:
    """Refuse where Apache Arrow is not installed.

    Raises:
        DataError: with how it is installed.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        hint = 'pip install "yamlnet[data]"'
        raise DataError(f"reading {what} needs pyarrow", hint, path, "missing-package") from error


@contextmanager
def opened(file: File, path: KeyPath) -> Iterator[Any]:
    """A file's bytes as a stream, unpacked where its ending says that it is packed.

    Raises:
        DataError: also while it is read: it may not be read, is cut off, or is not packed so.
    """
    require_pyarrow(file.name, path)
    import pyarrow

    try:
        # Python's own stream is what every reader of bytes takes, and its buffer serves lines fast.
        raw = pyarrow.input_stream(str(file.path), compression="detect")
        with io.BufferedReader(raw, 1 << 20) as stream:
            yield stream
    except BROKEN as error:
        raise broken(file, error, path) from error


def broken(file: File, error: BaseException, path: KeyPath) -> DataError:
    """What is told of a file that cannot be read to its end."""
    ending = file.path.suffix.lower()
    told = " ".join(str(error).split())[:200]
    if ending in PACKED and "runcated" in told:
        message = f"{file.name} is cut off: it ends before its {ending} does; copy or download it again"
    elif ending in PACKED and not isinstance(error, PermissionError):
        message = f"{file.name} is not packed as its ending {ending} says, or it is damaged ({told})"
    else:
        message = f"{file.name} cannot be read: {told}"
    return DataError(message, path=path, check="file")


def refuse_encoding(file: File, encoding: str, path: KeyPath, mend: str = "") -> None:
    """Look for the first bytes that are not of an encoding, and tell them with their line.

    Args:
        file: what is read anew for it.
        encoding: what it should be; lines are not looked for in encodings of two bytes and more.
        path: the source's place.
        mend: what to do where the source takes no encoding.

    Raises:
        DataError: naming the line, the byte, and the encoding that is likelier.
    """
    if encoding.startswith(("utf-16", "utf-32")):
        return
    with opened(file, path) as stream:
        begin = stream.read(4)
    if any(begin.startswith(mark) for mark in MARKS):
        message = f"{file.name} begins as UTF-16 does, and not as {encoding}; {mend or 'encoding: utf-16'}"
        raise DataError(message, path=path, check="data-encoding")
    with opened(file, path) as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as error:
                byte = f"the byte 0x{line[error.start]:02X}"
                where = f"line {number} of {file.name} is not {encoding}: it has {byte}"
                guess, seen = _guessed(line, encoding, error.start)
                message = f'{where}; in {guess} it reads "{seen}": {mend or f"encoding: {guess}"}'
                raise DataError(message, path=path, check="data-encoding") from None


def _guessed(line: bytes, encoding: str, at: int) -> tuple[str, str]:
    """A likelier encoding, and what stands around a byte in it."""
    guess = next(name for name in GUESSES if name != encoding and _decodes(line, name))
    before, after = line[:at].decode(guess).lstrip(), line[at:].decode(guess).rstrip()
    return guess, before[-20:] + after[:20]


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def texts(file: File, encoding: str, path: KeyPath) -> Iterator[io.TextIOBase]:
    """A file as a stream of text, each of its line ends made a line feed.

    Raises:
        DataError: also while it is read: as in `opened`, or bytes that are not of the encoding.
    """
    plain = "utf-8-sig" if encoding == "utf-8" else encoding  # a byte order mark is no text
    try:
        with opened(file, path) as stream, io.TextIOWrapper(stream, encoding=plain) as text:
            yield text
    except UnicodeError as error:
        refuse_encoding(file, encoding, path)
        raise DataError(
            f"{file.name} is not {encoding}: {error}", path=path, check="data-encoding"
        ) from error
