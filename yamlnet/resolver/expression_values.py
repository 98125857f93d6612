"""What a value inside `${…}` may be, and how much work an expression may make of it.

Every bound is checked before memory or time is taken, so the largest expression ends within a
millisecond, whatever it says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct

from yamlnet.schema.expression_tokens import MAX_INTEGER

MAX_ITEMS = 10_000
"""Items of lists that one string's expressions may make or go through, in all."""

ITEMS_IN_ALL = f"one expression may make and go through {MAX_ITEMS:,} in all"

MAX_TEXT = 10_000
"""Characters of a text that an expression makes."""

MAX_DEPTH = 64
"""How deep lists and mappings may stand in each other: as in YAML."""

TEXT_OF_ONE_ITEM = 10
"""So many characters of a text weigh as much as one more item of a list."""

LIST_IN_LIST = 9
"""A list inside a list weighs so many items more than what is in it: looking into it takes that long."""

NUMBER = (int, float)
"""Numbers; `true` and `false` are 1 and 0, as in Python."""

COLLECTION = (list, str, Mapping)
"""What has items."""

FLAT = frozenset({int, float, bool, type(None)})


class Unknown(Struct, frozen=True):
    """A value that only the data can give (`${steps}`, `${data.digit.classes}`)."""

    text: str

    def __repr__(self) -> str:
        return f"${{{self.text}}}"


class Refusal(Exception):
    """An operation that cannot be done; `operand` is the index of the operand that is to blame, if one is."""

    def __init__(self, message: str, operand: int | None = None) -> None:
        super().__init__(message)
        self.operand = operand


class Waiting(Exception):
    """An operation looked into a list that holds an `Unknown`: its value waits for the data too."""


class Work(Struct):
    """How many items the expressions of one string may still make or go through."""

    left: int = MAX_ITEMS

    def spend(self, items: int) -> None:
        """Pay for making a list of so many items.

        Raises:
            Refusal: they are more than are left.
        """
        if items > self.left:
            raise Refusal(f"this makes a list of {items:,} items; {ITEMS_IN_ALL}")
        self.left -= items

    def read(self, value: object) -> None:
        """Pay for going through a value, lists in lists included.

        Raises:
            Refusal: it has more items than are left.
            Waiting: it holds what only the data can give.
        """
        if type(value) not in FLAT and isinstance(value, COLLECTION):
            items = weight(value, self.left, reads=True)
            if items > self.left:
                raise Refusal(f"this goes through too many items of lists; {ITEMS_IN_ALL}")
            self.left -= items


def weight(value: object, most: int, depth: int = 0, *, reads: bool = False) -> int:
    """How many items a value has, lists in lists included; counting stops soon after `most`.

    Raises:
        Refusal: lists stand in each other too deep.
        Waiting: it `reads` what is in the value, and that holds what only the data can give.
    """
    if isinstance(value, str):
        return len(value) // TEXT_OF_ONE_ITEM
    if reads and isinstance(value, Unknown):
        raise Waiting
    if not isinstance(value, list | Mapping):
        return 0
    if depth >= MAX_DEPTH:
        raise Refusal(f"lists stand in each other more than {MAX_DEPTH} deep here")
    total = len(value)
    items = value.values() if isinstance(value, Mapping) else value
    kinds = set(map(type, items))
    if total > most or kinds <= FLAT:
        return total
    if str in kinds:  # whole lists at a time: one by one would take as long as ten thousand may
        total += sum(map(len, [item for item in items if type(item) is str])) // TEXT_OF_ONE_ITEM
    if kinds <= {*FLAT, str}:
        return total
    for item in items:
        if type(item) not in FLAT and type(item) is not str:
            total += LIST_IN_LIST + weight(item, most - total, depth + 1, reads=reads)
            if total > most:
                break
    return total


def bounded(value: object) -> object:
    """The value, if it is none of the numbers that are out of bounds.

    Raises:
        Refusal: a whole number beyond 2**53, an infinite one, or one that is no number.
    """
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise Refusal("this whole number is beyond 2**53 (9007199254740992)")
    elif isinstance(value, float) and not math.isfinite(value):
        raise Refusal("this is not a finite number")
    return value


def bounded_text(length: int) -> None:
    """Check how long a text will be, before it is made.

    Raises:
        Refusal: it is too long.
    """
    if length > MAX_TEXT:
        raise Refusal(f"this text has {length:,} characters; an expression may make one of {MAX_TEXT:,}")


def written(value: object, work: Work) -> str:
    """A value as text, as Python's `str` writes it.

    Raises:
        Refusal: the text is too long.
        Waiting: the value holds what only the data can give.
    """
    if isinstance(value, str):
        return value
    work.read(value)
    text = str(value)
    bounded_text(len(text))
    return text


def kind(value: object) -> str:
    """What a value is, in a message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    for types, words in (
        (int, "a whole number"), (float, "a number with a point"), (str, "a text"), (list, "a list")
    ):  # fmt: skip
        if isinstance(value, types):
            return words
    return "a mapping"
