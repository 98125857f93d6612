"""What is known of a call that Keras refused, and how shapes are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from yamlnet.diagnostics.diagnostic import KeyPath

Shape = tuple[int | None, ...]


class Read(Struct, frozen=True):
    """A tensor that the call reads, and the entry that made it.

    Attributes:
        name: the node's or input's.
        callee: what made it, as users write it; `Input` for an input of the model.
        arguments: of what made it.
        shape: with the batch axis.
        dtype: its type.
        order: the place of what made it among the nodes; inputs come before all.
        path: where that was written.
        output: which of its outputs this is, where it has several.
    """

    name: str
    callee: str
    arguments: Mapping[str, object]
    shape: Shape
    dtype: str
    order: int
    path: KeyPath
    output: int | None = None


class Refusal(Struct, frozen=True):
    """A call that Keras refused.

    Attributes:
        callee: as users write it: `Conv2D`, `ops.matmul`, a model's name, `this slice`.
        arguments: the layer's constructor arguments, or the operation's own, as far as they were given.
        reads: the tensors, in the order of the call.
        text: what Keras or the backend said.
        layer: the Keras layer, where one was made.
        call: which of the call's arguments reads which tensors, for those given by name.
    """

    callee: str
    arguments: Mapping[str, object]
    reads: tuple[Read, ...]
    text: str
    layer: Any = None
    call: Mapping[str, tuple[Read, ...]] = field(default_factory=dict)

    @property
    def shapes(self) -> list[Shape]:
        """The shapes of what is read, each with its batch axis."""
        return [read.shape for read in self.reads]

    @property
    def shape(self) -> Shape | None:
        """The shape of the first tensor, without its batch axis."""
        return self.shapes[0][1:] if self.shapes else None

    @property
    def got(self) -> str:
        """`, got [8] and [6]`."""
        return f", got {joined(map(shape_text, self.shapes))}" if self.shapes else ""


Rule = Callable[[Refusal], str | None]
"""Explains a refusal that it knows, in one line; None leaves it to the next rule."""


def shape_text(shape: Sequence[int | None]) -> str:
    """A shape without its batch axis: `[28, 28, 1]`, a free dimension as `null`."""
    return axes_text(shape[1:])


def axes_text(axes: Iterable[int | None]) -> str:
    """Axes as a blueprint writes them: `[28, null]`."""
    return f"[{', '.join('null' if axis is None else str(axis) for axis in axes)}]"


def joined(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    listed = list(parts)
    return " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1]))) if listed else ""


def axes_count(count: int) -> str:
    """`1 axis`, `3 axes`."""
    return "1 axis" if count == 1 else f"{count} axes"
