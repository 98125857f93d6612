"""References to tensors: `hidden`, `hidden[:, 0]`, `x[..., :64]`, `_`."""

from __future__ import annotations

import re

from msgspec import Struct

_REFERENCE = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\[(.*)\])?\s*\Z", re.DOTALL)
_INTEGER = re.compile(r"[+-]?\d{1,18}\Z")


class Reference(Struct, frozen=True):
    """A name, and what it is indexed with: ints, slices and `...`; an empty index takes it whole."""

    name: str
    index: tuple[object, ...] = ()


def parse_reference(text: str) -> Reference:
    """Read a reference.

    Raises:
        ValueError: with what is wrong with it, in one sentence.
    """
    match = _REFERENCE.match(text)
    if match is None:
        raise ValueError(f'"{text}" is not a reference; write a name, or a name with a slice: hidden[:, 0]')
    name, index = match.group(1), match.group(2)
    if index is None:
        return Reference(name)
    items = tuple(_item(part.strip(), text) for part in index.split(","))
    if sum(item is Ellipsis for item in items) > 1:
        raise ValueError(f'"{text}" has more than one "..."; one stands for all axes that are left')
    return Reference(name, items)


def _item(text: str, whole: str) -> object:
    if text == "...":
        return Ellipsis
    bounds = [bound.strip() for bound in text.split(":")]
    if len(bounds) > 3 or not all(bound == "" or _INTEGER.match(bound) for bound in bounds):
        raise ValueError(
            f'"{text}" in "{whole}" is not an index; write whole numbers, start:stop:step, or ...'
        )
    numbers = [int(bound) if bound else None for bound in bounds]
    if len(numbers) == 1:
        if numbers[0] is None:
            raise ValueError(f'"{whole}" has an empty index; write a number, ":" or "..."')
        return numbers[0]
    return slice(*numbers)


def written(reference: Reference) -> str:
    """The reference as a user would write it; `parse_reference(written(r)) == r`."""
    if not reference.index:
        return reference.name
    return f"{reference.name}[{', '.join(_written_item(item) for item in reference.index)}]"


def _written_item(item: object) -> str:
    if item is Ellipsis:
        return "..."
    if isinstance(item, slice):
        start, stop, step = (
            "" if bound is None else str(bound) for bound in (item.start, item.stop, item.step)
        )
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    return str(item)
