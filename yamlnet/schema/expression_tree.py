"""The syntax tree of `${…}`: what an expression is made of, each part with its place.

`start` and `end` are character offsets inside the whole string that holds the expression, so that a
mistake is told where it was written. A part in parentheses stands where the part itself does.
"""

from __future__ import annotations

from dataclasses import dataclass


class ExpressionError(ValueError):
    """A mistake inside `${…}`; `start` and `end` are character offsets inside the whole string."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = max(end, start + 1)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, `true`, `false` or `null`."""

    start: int
    end: int
    value: int | float | str | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, a loop variable, `steps` or `data`."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Fact:
    """`data.digit`: one step into what the data knows."""

    start: int
    end: int
    owner: Name | Fact
    name: str

    @property
    def dotted(self) -> str:
        """The fact as it is written: `data.digit.classes`."""
        owner = self.owner.dotted if isinstance(self.owner, Fact) else self.owner.name
        return f"{owner}.{self.name}"


@dataclass(frozen=True, slots=True)
class Items:
    """A list: `[1, 2]`, or as Python's tuples are written, `1, 2`."""

    start: int
    end: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x`, `+x` or `not x`."""

    start: int
    end: int
    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic on two values: `+ - * / // % **`."""

    start: int
    end: int
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """`a < b <= c`: each operator stands between two neighbours, and all must hold."""

    start: int
    end: int
    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """`a and b`, `a or b`: the value of whichever decides."""

    start: int
    end: int
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Choice:
    """`a if test else b`."""

    start: int
    end: int
    then: Node
    test: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Call:
    """`min(a, b)`: one of the functions, which the parser has checked, as it has the number of values."""

    start: int
    end: int
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """`sizes[0]`."""

    start: int
    end: int
    owner: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Slice:
    """`sizes[1:]`; bounds are the lower, the upper and the step, None where none is written."""

    start: int
    end: int
    owner: Node
    bounds: tuple[Node | None, Node | None, Node | None]


Node = Literal | Name | Fact | Items | Unary | Binary | Compare | Logic | Choice | Call | Index | Slice
"""Any part of an expression."""
