"""From bytes to text: what a blueprint's characters may be."""

from __future__ import annotations

import re
from pathlib import Path

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Span, YamlnetError
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.syntax.tree import Positions, Tree

MAX_BYTES = 2**20

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_REASONS: tuple[tuple[str, str], ...] = (
    ("\u2028\u2029\x85", "a line separator that editors do not show as one; use an ordinary line break"),
    (
        "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        "it changes the direction of text, so that a file reads differently from what it says; delete it",
    ),
    ("\ufeff", "a byte-order mark belongs at the start of a file only; delete it"),
)


def read(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """The text of a blueprint.

    Raises:
        YamlnetError: there is no such file, or it is a folder.
        BlueprintError: it is too large, or its bytes are not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise _no_file(path) from None
    except IsADirectoryError:
        raise YamlnetError(f"{path} is a folder", hint="name a blueprint in it") from None
    except OSError as error:
        raise YamlnetError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > max_bytes:
        message = f"this file is larger than {max_bytes:,} bytes; split it, or repeat layers with `for`"
        raise _at(Span(1, 1, 1, 2), "too-large", message, "", str(path))
    return decode(data, str(path))


def _no_file(path: Path) -> YamlnetError:
    try:
        neighbours = [other.name for other in path.parent.iterdir() if other.suffix in (".yaml", ".yml")]
    except OSError:
        return YamlnetError(f"there is no folder {path.parent}")
    mend = did_you_mean(path.name, neighbours)
    return YamlnetError(f"there is no file {path}{mend}", hint="yamlnet new makes a first blueprint")


def decode(data: bytes, source: str) -> str:
    """Bytes as text; a byte-order mark at the start is dropped.

    Raises:
        BlueprintError: the bytes are UTF-16 or not UTF-8.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _at(Span(1, 1, 1, 2), "encoding", "this file is UTF-16; save it as UTF-8", "", source)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8", errors="replace")
        line, column = good.count("\n") + 1, len(good) - (good.rfind("\n") + 1) + 1
        message = f"this byte (0x{data[error.start]:02x}) is not UTF-8; save the file as UTF-8"
        text = data.decode("utf-8", errors="replace")
        raise _at(Span(line, column, line, column + 1), "encoding", message, text, source) from None


def forbidden_characters(text: str) -> list[Diagnostic]:
    """A problem for each character that a blueprint may not hold."""
    found = []
    for match in _FORBIDDEN.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        code = ord(match.group())
        reason = next((why for group, why in _REASONS if match.group() in group), "a control character; delete it")
        message = f"the character U+{code:04X} cannot stand in a blueprint: {reason}"
        found.append(Diagnostic("character", message, span=Span(line, column, line, column + 1)))
    return found


def _at(span: Span, check: str, message: str, text: str, source: str) -> BlueprintError:
    error = BlueprintError([Diagnostic(check, message, span=span)])
    error.trees = dict.fromkeys(("", source), Tree(None, Positions(span), text, source))
    return error
