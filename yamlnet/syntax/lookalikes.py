"""Characters that are taken for others: spaces that are none, typographic quotes, full-width colons.

They come with text copied from a web page, a PDF or a word processor, and with some keyboards. In quotes and
comments they are text like any other; where YAML counts spaces or looks for a colon they are refused.
"""

from __future__ import annotations

import re
import unicodedata

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.syntax.stuck import Stuck, place

SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
INVISIBLE = "\u00ad\u200b\u2060\u180e"
"""What has no width and is no letter. The joiners U+200C and U+200D are left: Persian and emoji need them."""

COLONS = "\uff1a\ufe55\ufe13\u2236\ua789"
QUOTES = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b"

ANY = re.compile(f"[{SPACES}{INVISIBLE}{COLONS}{QUOTES}]")
IN_KEY = re.compile(f"[{SPACES}{INVISIBLE}]")
AT_EDGE = re.compile(f"^(?:-?[{SPACES}])|[{INVISIBLE}]|:[{SPACES}]|[{SPACES}]$")
COLON = re.compile(f"[{COLONS}]")
QUOTED = re.compile(f"[{QUOTES}].*[{QUOTES}]$", re.DOTALL)


def lookalike(text: str, is_key: bool) -> tuple[str, int, int] | None:
    """What is wrong with a plain scalar, and where in it: a message, an offset and a length."""
    found = (IN_KEY if is_key else AT_EDGE).search(text)
    if found:
        at = found.end() - 1
        return _of_space(text[at]), at, 1
    if QUOTED.match(text):
        return f"these quotes ({text[0]}{text[-1]}) are typographic ones; write \"…\" or '…'", 0, len(text)
    return None


def between(stuck: Stuck) -> Diagnostic | None:
    """A space or a colon that is none, on the line where the parser stopped or the one written above it."""
    for number in (stuck.line, stuck.written_above()):
        if number is None:
            continue
        line = stuck.lines[number]
        indent = re.match(rf"[ ]*(?:- *)*([{SPACES}{INVISIBLE}])", line)
        if indent:
            return stuck.refuse("character", _of_space(indent[1]), place(number, indent.start(1)))
        colon = COLON.search(line)
        if colon and ": " not in line:
            code = f"U+{ord(colon[0]):04X}"
            message = f'this colon ({code}) is not the ordinary one; write ": "'
            return stuck.refuse("character", message, place(number, colon.start()))
    return None


def _of_space(character: str) -> str:
    code, name = f"U+{ord(character):04X}", unicodedata.name(character).lower()
    if unicodedata.category(character) == "Zs":
        return f"this space ({code}, {name}) is not the ordinary one; type a space, or use quotes around it"
    return f"an invisible character ({code}, {name}) stands here; remove it"
