"""What an argument may be: a small closed set of types that checks values and draws a schema.

The types know nothing of Keras or of the file. `problem` answers one question: what was expected,
if this value does not fit? An unresolved `${…}` fits everything, because its value is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ObjectKind = Literal[
    "layer",
    "activation",
    "initializer",
    "regularizer",
    "constraint",
    "loss",
    "metric",
    "optimizer",
    "schedule",
    "dtype_policy",
]


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number within bounds (both inclusive)."""

    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A finite whole or fractional number within bounds; `above`/`below` are exclusive."""

    min: float | None = None
    max: float | None = None
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Boolean:
    """`true` or `false`."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string: any, or one that matches a pattern as a whole; `meaning` says the pattern in words."""

    pattern: str = ""
    meaning: str = "a text"


@dataclass(frozen=True, slots=True)
class Null:
    """`null`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few strings."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; `length` fixes how many items it has (min, max), None is unbounded."""

    item: ValueType
    min_length: int = 0
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Array:
    """A constant tensor: a number, or lists of lists of numbers; with `booleans`, of true and false too."""

    booleans: bool = False


@dataclass(frozen=True, slots=True)
class TokenFile:
    """The path of a text file that yamlnet reads, a token a line, and hands over as a list."""

    integers: bool = False


@dataclass(frozen=True, slots=True)
class MappingOf:
    """A mapping from strings to values of one type."""

    value: ValueType


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A value that fits at least one of several types."""

    options: tuple[ValueType, ...]


@dataclass(frozen=True, slots=True)
class ObjectOf:
    """A Keras object of one kind in the object form: `relu`, `L2: 1e-4`, `Dense: {units: 3}`."""

    kind: ObjectKind


@dataclass(frozen=True, slots=True)
class Plain:
    """Any plain data: scalars, lists and mappings of them. No argument of Keras is of this type."""


@dataclass(frozen=True, slots=True)
class Unwritable:
    """An argument that no blueprint can write (a function, a Python object, a file's path) and the reason.

    `check` names the check under which writing it is told.
    """

    reason: str
    check: str = "wrong-type"


ValueType = (
    Integer
    | Number
    | Boolean
    | Text
    | Null
    | Choice
    | ListOf
    | Array
    | TokenFile
    | MappingOf
    | AnyOf
    | ObjectOf
    | Plain
    | Unwritable
)
