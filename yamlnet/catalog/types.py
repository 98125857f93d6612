"""What an argument may be: a small closed set of types that checks values and draws a schema.

The types know nothing of Keras or of the file. `problem` answers one question: what was expected,
if this value does not fit? An unresolved `${…}` fits everything, because its value is not known.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

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


class Integer(Struct, frozen=True):
    """A whole number within bounds (both inclusive)."""

    min: int | None = None
    max: int | None = None


class Number(Struct, frozen=True):
    """A finite whole or fractional number within bounds; `above`/`below` are exclusive."""

    min: float | None = None
    max: float | None = None
    above: float | None = None
    below: float | None = None


class Boolean(Struct, frozen=True):
    """`true` or `false`."""


class Text(Struct, frozen=True):
    """A string: any, or one that matches a pattern as a whole; `meaning` says the pattern in words."""

    pattern: str = ""
    meaning: str = "a text"


class Null(Struct, frozen=True):
    """`null`."""


class Choice(Struct, frozen=True):
    """One of a few strings."""

    options: tuple[str, ...]


class ListOf(Struct, frozen=True):
    """A list; `length` fixes how many items it has (min, max), None is unbounded."""

    item: ValueType
    min_length: int = 0
    max_length: int | None = None


class Array(Struct, frozen=True):
    """A constant tensor: a number, or lists of lists of numbers; with `booleans`, of true and false too."""

    booleans: bool = False


class TokenFile(Struct, frozen=True):
    """The path of a text file that yamlnet reads, a token a line, and hands over as a list."""

    integers: bool = False


class MappingOf(Struct, frozen=True):
    """A mapping from strings to values of one type; `meaning` says what it is where that is not enough."""

    value: ValueType
    meaning: str = ""


class Field(Struct, frozen=True):
    """One key of a `Fields`: its name, what stands under it, its default, a line of help."""

    name: str
    value: ValueType
    required: bool = False
    default: object = None
    help: str = ""


class Fields(Struct, frozen=True):
    """A word's arguments by name, `{as: words, size: 1000}`; a value alone is the first. Keras has none."""

    fields: tuple[Field, ...]


class AnyOf(Struct, frozen=True):
    """A value that fits at least one of several types."""

    options: tuple[ValueType, ...]


class ObjectOf(Struct, frozen=True):
    """A Keras object of one kind in the object form: `relu`, `L2: 1e-4`, `Dense: {units: 3}`."""

    kind: ObjectKind


class Plain(Struct, frozen=True):
    """Any plain data: scalars, lists and mappings of them. No argument of Keras is of this type."""


class Unwritable(Struct, frozen=True):
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
    | Fields
    | AnyOf
    | ObjectOf
    | Plain
    | Unwritable
)
