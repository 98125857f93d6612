"""What the parser lets pass and a blueprint may not hold: each function looks at one event and tells.

libyaml reads some texts otherwise than the standard says, and the standard reads some otherwise than anyone
has ever meant.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from yaml.events import ScalarEvent

from yamlnet.diagnostics.diagnostic import Span
from yamlnet.syntax import lookalikes, marks
from yamlnet.syntax.tree import Scalar

GLUED = re.compile(r"[A-Za-z_][\w.]*:[^\s:/]")
"""`units:3`, a key without the space after its colon."""

GLUED_DASH = re.compile(r"-[A-Za-z]")
"""`-Dense: 3`, a list item without the space after its dash."""

NUMBERS = re.compile(r"[-+.\d][-+.\de]*(?:\s+[-+.\d][-+.\de]*)+\Z")
"""`[3 4, 6]`, where YAML has the one text "3 4"."""

ANCHOR = re.compile(r"[&*][^\s,\[\]{}]+")
NAME_ENDS = ("", " ", "\t", "\n", "\r", ",", "[", "]", "{", "}")

TAG_MENDS = {
    "!!str": "put the value in quotes instead",
    "!!int": "write the number alone",
    "!!float": "write the number alone",
}


WORD = re.compile(r"[ ]*[A-Za-z_][\w.]*[ ]*(?:#.*)?$")

LOST_DASH = 'this line needs a dash, as the items beside it: begin it with "- "'

CLASS_TAG = re.compile(r"![A-Z]\w*\Z")
"""`!Dense {units: 10}`, as other tools write an object."""

ROUND = re.compile(r"\(([^()\[\]{}\n,]{0,40}(?:,[^()\[\]{}\n,]{0,40}){1,8})\)")


class Told(NamedTuple):
    """One problem: its check, its message and its place."""

    check: str
    message: str
    span: Span


def tag(event: Any, text: str) -> Told:
    """A tag, whatever it says."""
    written, span = marks.tag(event, text)
    mend = TAG_MENDS.get(written, "remove it")
    if CLASS_TAG.match(written):
        mend = f"write the class as a key: {written[1:]}: {{…}}"
    return Told("tag", f'tags ("{written}") are refused: a blueprint is data; {mend}', span)


def anchor(event: Any, text: str) -> Told | None:
    """`&a:b`: the parser ends the name at the colon, the standard does not."""
    mark = event.start_mark
    end = mark.index + 1 + len(event.anchor)
    written = ANCHOR.match(text, mark.index)
    if written is None or text[end : end + 1] in NAME_ENDS:
        return None
    message = f'the name in "{written[0]}" has other characters than letters, digits, - and _'
    return Told("alias", message, marks.stretch(event, 0, len(written[0])))


def plain_key(event: Any) -> Told | None:
    """`-Dense: 3`: the dash was to begin an item."""
    if not GLUED_DASH.match(event.value):
        return None
    return Told("missing-space", f"put a space after this dash: - {event.value[1:]}", marks.start(event))


def key_in_braces(key: str, event: Any, value: Any, text: str) -> Told | None:
    """`{units:3}`, one word without a value; `{?a: 1}`, where the parser drops the question mark."""
    if text[event.start_mark.index - 1] == "?":
        return Told("needs-quotes", f'text that begins with "?" needs quotes: "?{key}"', marks.whole(event))
    if GLUED.match(key) and marks.is_empty(value):
        name, _, rest = key.partition(":")
        return Told("missing-space", f'put a space after the colon: "{name}: {rest}"', marks.whole(event))
    return None


def numbers(event: Any) -> Told | None:
    """`[3 4]`: the two are one text, which nobody has meant."""
    if not isinstance(event, ScalarEvent) or not event.implicit[0] or not NUMBERS.match(event.value):
        return None
    between = ", ".join(event.value.split())
    return Told("missing-comma", f"a comma is missing between these numbers: {between}", marks.whole(event))


def lost_dash(event: Any, lines: list[str]) -> Told | None:
    """`- Flatten` above `ReLU`: a word on each line, which YAML reads as one text."""
    if event.style or not event.implicit[0] or " " not in event.value:
        return None
    first, last = event.start_mark.line, event.end_mark.line
    written = [lines[first][event.start_mark.column :], *lines[first + 1 : last + 1]]
    if last == first or not all(map(WORD.match, written)):
        return None
    line = written[1]
    lead = len(line) - len(line.lstrip(" "))
    return Told("indentation", LOST_DASH, Span(first + 2, lead + 1, first + 2, len(line.rstrip()) + 1))


def half_of_brackets(event: Any, text: str) -> Told | None:
    """`{shape: (28, 28, 1)}`: YAML cuts it at the commas."""
    found = ROUND.match(text, event.start_mark.index)
    if found is None:
        return None
    message = f"round brackets are text; a list is written [{found[1].strip().rstrip(',')}]"
    return Told("wrong-bracket", message, marks.stretch(event, 0, len(found[0])))


def lone_dash(event: Any) -> Told:
    """`[-]`: no item and, by the standard, no text."""
    message = 'a "-" alone means nothing inside […] or {…}; put it in quotes if it is a text'
    return Told("needs-quotes", message, marks.whole(event))


def lookalike(event: Any, is_key: bool) -> Told | None:
    """A plain scalar with a character that is taken for another."""
    found = lookalikes.lookalike(event.value, is_key)
    if found is None:
        return None
    message, offset, length = found
    one_line = event.start_mark.line == event.end_mark.line
    return Told(
        "character", message, marks.stretch(event, offset, length) if one_line else marks.whole(event)
    )


def key_that_is_none(written: str, value: Scalar) -> str:
    """What to do with a key that reads as something else than a word."""
    if not written:
        return "a key is missing before this colon"
    kind = "null" if value is None else "a boolean" if isinstance(value, bool) else "a number"
    return f'the key {written} is {kind}, and keys are words; if it is a name, put it in quotes: "{written}"'
