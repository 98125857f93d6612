"""A call as the rules see it: its arguments, with the shapes of tensors in the tensors' places."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from yamlnet.checks.shapes.shape import Given, NotKnown, Shape


class Read(Struct, frozen=True):
    """A tensor that a call reads, by its shape; None where that is not known."""

    shape: Shape | None


FIRST = ("inputs", "sequences", "data", "x", "query", "mean")
"""What Keras's layers call the first tensor that they read."""


class Call(Struct, frozen=True):
    """What is called, and with what.

    Attributes:
        name: the layer's or operation's name in the catalogue.
        arguments: of a layer's constructor; of an operation all of them, its tensors too.
        args: what a layer is called on, in order.
        kwargs: what it is called on by name.
    """

    name: str
    arguments: Mapping[str, object]
    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = {}

    def value(self, name: str, default: object = NotKnown) -> object:
        """An argument as it is written; without a default it has to be."""
        found = self.arguments.get(name, default)
        if found is NotKnown:
            raise NotKnown
        return found

    def whole(self, name: str, default: object = NotKnown) -> int:
        """A whole-number argument."""
        return whole(self.value(name, default))

    def maybe_whole(self, name: str) -> int | None:
        """A whole-number argument that may be left out."""
        found = self.value(name, None)
        return None if found is None else whole(found)

    def wholes(self, name: str, default: object = NotKnown) -> tuple[int, ...]:
        """An argument that is a whole number or a list of them."""
        found = self.value(name, default)
        return tuple(map(whole, found)) if isinstance(found, list | tuple) else (whole(found),)

    def lengths(self, name: str, axes: int, default: object = NotKnown) -> tuple[int, ...]:
        """An argument with a number for each axis, or one for all of them."""
        found = self.wholes(name, default)
        if not isinstance(self.value(name, default), list | tuple):
            found *= axes
        if len(found) != axes:
            raise NotKnown
        return found

    def maybe_axes(self, name: str = "axis") -> tuple[int, ...] | None:
        """An argument that names axes; None is all of them."""
        return None if self.value(name, None) is None else self.wholes(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """An argument that is true or false."""
        found = self.value(name, default)
        if not isinstance(found, bool):
            raise NotKnown
        return found

    def text(self, name: str, default: str) -> str:
        """An argument that is a word."""
        found = self.value(name, default)
        if not isinstance(found, str):
            raise NotKnown
        return found

    def shape(self, name: str) -> Shape:
        """The shape of an operation's tensor."""
        return shape_of(self.value(name))

    def shapes(self, name: str) -> list[Shape]:
        """The shapes of an operation's list of tensors."""
        return shapes_of(self.value(name))

    def read(self, index: int, name: str) -> object:
        """What a layer is called on: at this place, or by this name; None where it is not."""
        return self.args[index] if index < len(self.args) else self.kwargs.get(name)

    def first(self) -> Shape:
        """The shape of the first tensor that a layer reads."""
        return shape_of(self._first())

    def maybe_first(self) -> Shape | None:
        """The shape of the first tensor that a layer reads, if that is known."""
        read = self._first()
        return read.shape if isinstance(read, Read) else shape_of(read)

    def all(self) -> list[Shape]:
        """The shapes of the tensors that a layer reads as one list."""
        return shapes_of(self._first())

    def image(self, axes: int) -> Shape:
        """The first tensor's shape, which has so many axes beside batch and channels."""
        read = self._first()
        if isinstance(read, Read) and read.shape is None:
            return (None,) * (axes + 2)
        shape = shape_of(read)
        if len(shape) != axes + 2:
            raise NotKnown
        return shape

    def asked(self, name: str) -> bool:
        """Whether a layer's call says `name: true`."""
        found = self.kwargs.get(name, False)
        if not isinstance(found, bool | None):
            raise NotKnown
        return bool(found)

    def _first(self) -> object:
        if self.args:
            return self.args[0]
        return next((self.kwargs[name] for name in FIRST if name in self.kwargs), None)


Rule = Callable[[Call], Given]
"""What a call gives, by one layer or operation."""


def whole(value: object) -> int:
    """A value that has to be a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotKnown
    return value


def channels_first(call: Call) -> bool:
    """Whether the channels stand before the other axes."""
    written = call.value("data_format", None)
    if written not in (None, "channels_last", "channels_first"):
        raise NotKnown
    return written == "channels_first"


def shape_of(value: object) -> Shape:
    """The shape of a tensor, or of a constant that stands for one."""
    if isinstance(value, Read):
        if value.shape is None:
            raise NotKnown
        return value.shape
    if isinstance(value, int | float):
        return ()
    if isinstance(value, list | tuple):
        return _array_shape(list(value))
    raise NotKnown


def _array_shape(rows: list[object]) -> Shape:
    if not rows:
        return (0,)
    if any(isinstance(row, Read) for row in rows):
        raise NotKnown  # several tensors are no tensor
    first, *others = [shape_of(row) for row in rows]
    if any(other != first for other in others):
        raise NotKnown
    return (len(rows), *first)


def shapes_of(value: object) -> list[Shape]:
    """The shapes of several tensors."""
    if not isinstance(value, list | tuple) or not value:
        raise NotKnown
    return [shape_of(one) for one in value]


def single(given: Given) -> Shape:
    """What a call gives that gives one tensor."""
    if not isinstance(given, tuple):
        raise NotKnown
    return given
