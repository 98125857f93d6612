"""Texts in portions: what a tokenizer makes of a text takes a hundred times its room while it is made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

LONG = 100_000
"""Characters above which a text is cut at its lines."""

AT_ONCE, CHARACTERS = 10_000, 1_000_000
"""The most texts, and about the most characters, of one portion."""

BREAK = re.compile(r"(?<=\S)\n(?=\S)")
"""Where a text may be cut and its tokens stay the same: nothing that is learnt here joins what stands
around the end of one line, while a run of blanks is one token."""


def lines_of(text: str) -> list[str]:
    """A text, or the parts of a long one: about `LONG` characters, each but the last ending with its line."""
    parts, start = list[str](), 0
    while len(text) - start > LONG and (found := BREAK.search(text, start + LONG)):
        parts.append(text[start : found.end()])
        start = found.end()
    return [*parts, text[start:]]


def portions(texts: Iterable[str], at_once: int = AT_ONCE, most: int = CHARACTERS) -> Iterator[list[str]]:
    """The texts, some after others, never too much at once: so many texts, or about so many characters."""
    some, size = list[str](), 0
    for text in texts:
        some.append(text)
        size += len(text)
        if len(some) >= at_once or size >= most:
            yield some
            some, size = [], 0
    if some:
        yield some
