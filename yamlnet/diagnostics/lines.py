"""A text as lines, the way the YAML parser counts them, and how wide they stand on a terminal."""

from __future__ import annotations

import re
import unicodedata

BREAK = re.compile(r"\r\n|\n|\r")
TAB_WIDTH = 4
"""How many columns a tab takes when a source line is shown: the line is shown with spaces."""


def split_lines(text: str) -> list[str]:
    """The lines of a text without their breaks; `lines[span.line - 1]` is the line of a span.

    `str.splitlines` would also break at form feeds and U+2028, where the YAML parser does not.
    """
    return BREAK.split(text)


def shown(text: str) -> str:
    """A stretch of a line as it is shown: tabs as spaces, what would garble a terminal as `�`."""
    return text if text.isprintable() else "".join(map(_shown_character, text))


def width(text: str) -> int:
    """How many terminal columns a shown text takes: East Asian wide characters take two, marks none.

    See Unicode Standard Annex 11, East Asian Width.
    """
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _shown_character(character: str) -> str:
    if character == "\t":
        return " " * TAB_WIDTH
    # Controls, surrogates, bidirectional and other format controls would act instead of being seen. A joiner
    # (U+200D) is the exception: emoji are made with it.
    if unicodedata.category(character) in ("Cc", "Cs", "Cf", "Zl", "Zp") and character != "\u200d":
        return "\ufffd"
    return character


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
