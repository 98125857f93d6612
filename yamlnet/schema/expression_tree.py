"""The syntax tree of `${…}`: what an expression is made of, each part with its place.

`start` and `end` are character offsets inside the whole string that holds the expression, so that a
mistake is told where it was written. A part in parentheses stands where the part itself does.
"""

from __future__ import annotations

from msgspec import Struct


class ExpressionError(ValueError):
    """A mistake inside `${…}`; `start` and `end` are character offsets inside the whole string."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = max(end, start + 1)


class Literal(Struct, frozen=True):
    """A number, a text, `true`, `false` or `null`."""

    start: int
    end: int
    value: int | float | str | bool | None


class Name(Struct, frozen=True):
    """A parameter, a loop variable, `steps` or `data`."""

    start: int
    end: int
    name: str


class Fact(Struct, frozen=True):
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


class Items(Struct, frozen=True):
    """A list: `[1, 2]`, or as Python's tuples are written, `1, 2`."""

    start: int
    end: int
    items: tuple[Node, ...]


class Unary(Struct, frozen=True):
    """`-x`, `+x` or `not x`."""

    start: int
    end: int
    operator: str
    operand: Node


class Binary(Struct, frozen=True):
    """Arithmetic on two values: `+ - * / // % **`."""

    start: int
    end: int
    operator: str
    left: Node
    right: Node


class Compare(Struct, frozen=True):
    """`a < b <= c`: each operator stands between two neighbours, and all must hold."""

    start: int
    end: int
    operators: tuple[str, ...]
    operands: tuple[Node, ...]


class Logic(Struct, frozen=True):
    """`a and b`, `a or b`: the value of whichever decides."""

    start: int
    end: int
    operator: str
    left: Node
    right: Node


class Choice(Struct, frozen=True):
    """`a if test else b`."""

    start: int
    end: int
    then: Node
    test: Node
    otherwise: Node


class Call(Struct, frozen=True):
    """`min(a, b)`: one of the functions, which the parser has checked, as it has the number of values."""

    start: int
    end: int
    function: str
    arguments: tuple[Node, ...]


class Index(Struct, frozen=True):
    """`sizes[0]`."""

    start: int
    end: int
    owner: Node
    index: Node


class Slice(Struct, frozen=True):
    """`sizes[1:]`; bounds are the lower, the upper and the step, None where none is written."""

    start: int
    end: int
    owner: Node
    bounds: tuple[Node | None, Node | None, Node | None]


Node = Literal | Name | Fact | Items | Unary | Binary | Compare | Logic | Choice | Call | Index | Slice
"""Any part of an expression."""
