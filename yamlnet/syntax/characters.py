"""From bytes to text: a blueprint is UTF-8, and what would hide in it or garble it is refused."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

from yamlnet.diagnostics.diagnostic import Diagnostic, Span
from yamlnet.diagnostics.lines import BREAK

MAX_SHOWN = 20
"""How many refused characters are told; a file in another encoding holds thousands."""

REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f"  # controls, except tab, line feed, carriage return
    "\u2028\u2029"  # breaks that some programs count as lines and others do not
    "\u202a-\u202e\u2066-\u2069"  # bidirectional controls: https://trojansource.codes
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)

BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\xef\xbb\xbf", "UTF-8 with a byte order mark"),
)
"""How a file of another encoding begins. The longer marks come first: they begin like the shorter."""

WIDE = (
    (re.compile(rb"\x00\x00\x00[^\x00]|[^\x00]\x00\x00\x00", re.DOTALL), "UTF-32"),
    (re.compile(rb"\x00[^\x00]|[^\x00]\x00", re.DOTALL), "UTF-16"),
)
"""How a file of such an encoding begins that has no mark: https://yaml.org/spec/1.2.2/#52-character-encodings."""

OTHER_KINDS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"PK\x03\x04", "a ZIP archive (as .keras files are)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x89HDF", "an HDF5 file (as .h5 weights are)"),
    (b"PAR1", "a Parquet file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"\x80\x04\x95", "a Python pickle"),
)
"""How files begin that are no text at all and lie where blueprints lie."""


def decode(data: bytes, source: str) -> tuple[str, list[Diagnostic]]:
    """The text of a file, and what is wrong with its encoding (then the text is as close as can be)."""
    for mark, kind in OTHER_KINDS:
        if data.startswith(mark):
            message = f"this file is {kind}, not a blueprint: that is a text, in YAML"
            return "", [_problem("encoding", message, Span(1, 1, 1, 1), source)]
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            message = f"this file is {name}; save it as plain UTF-8 (without a byte order mark)"
            return _replaced(data), [_problem("encoding", message, Span(1, 1, 1, 1), source)]
    for beginning, name in WIDE:
        if beginning.match(data):
            message = f"this file seems to be {name}; save it as UTF-8"
            return "", [_problem("encoding", message, Span(1, 1, 1, 1), source)]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        place = Places(_replaced(data[: error.start])).span(None, 1)
        byte = data[error.start]
        message = f"the byte 0x{byte:02X} here is not UTF-8; save the file with the encoding UTF-8"
        return _replaced(data), [_problem("encoding", message, place, source)]


def refused_characters(text: str, source: str) -> list[Diagnostic]:
    """A problem for each character that a blueprint may not hold, quoted or not."""
    problems: list[Diagnostic] = []
    places: Places | None = None
    for found in REFUSED.finditer(text):
        places = places or Places(text)
        problems.append(_problem("character", _why(found[0]), places.span(found.start(), 1), source))
        if len(problems) == MAX_SHOWN:
            break
    return problems


def _why(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if character == "\ufeff":
        return f"a byte order mark ({code}) stands here; save the file as UTF-8 without it"
    if character in "\x85\u2028\u2029":
        return f"this line break ({code}) is not one everywhere; use an ordinary one"
    if unicodedata.category(character) == "Cs":
        return f"half a character ({code}, a lone surrogate) stands here; remove it"
    if unicodedata.category(character) == "Cf":
        name = unicodedata.name(character).lower()
        return f"the invisible character {code} ({name}) can make text read otherwise than it is; remove it"
    escape = f"\\x{ord(character):02X}"
    return f'the control character {code} is not allowed; remove it, or write "{escape}" in quotes'


def _replaced(data: bytes) -> str:
    """As much of a broken file as can be shown."""
    return data.decode("utf-8", errors="replace")


def _problem(check: str, message: str, span: Span, source: str) -> Diagnostic:
    return Diagnostic(check, message, span=span, source=source)


class Places:
    """Turns offsets into a text into lines and columns."""

    def __init__(self, text: str) -> None:
        self.size = len(text)
        self.starts = [0, *(found.end() for found in BREAK.finditer(text))]

    def span(self, start: int | None, length: int) -> Span:
        """The span of a stretch within one line; None starts at the end of the text."""
        offset = self.size if start is None else start
        line = bisect_right(self.starts, offset)
        column = offset - self.starts[line - 1] + 1
        return Span(line, column, line, column + length)
