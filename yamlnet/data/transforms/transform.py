"""What a transform is: fitted on the training rows, applied to any rows, undone in what is predicted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import KeyPath

Chunks = Iterable[tuple[Array, Place]]
"""The training rows of one column, some after others: all of them at once where they are held in memory."""

State = Mapping[str, Any]
"""What a transform learnt, as JSON-able data: it is stored with the run."""

Inverse = Callable[[object, Array, Sequence[State]], Array]
"""(argument, values as float64, the state of each column) → values of the same shape.

Several columns stand side by side on the last axis.
"""


class Transform(Struct, frozen=True):
    """One word of a tensor's data.

    Attributes:
        fit: (argument, training values, the word's place) → state. The values come in chunks, each with
            its place, to be read once.
        apply: (argument, values, state, place) → values; the rows stay the first axis.
        facts: (argument, state) → what `${data.<tensor>.…}` can read.
        inverse: what undoes it in numbers that were predicted; None where they are numbers of another
            kind than the column's (the index of a class, the part of a date).
        learnt: the form of what `apply` and `inverse` read of the state: one from a stranger is held
            against it.
    """

    fit: Callable[[object, Chunks, KeyPath], State]
    apply: Callable[[object, Array, State, Place], Array]
    facts: Callable[[object, State], dict[str, object]] = lambda argument, state: {}
    inverse: Inverse | None = None
    learnt: type[Struct] | None = None


def nothing_to_fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """The state of a transform that learns nothing."""
    return {}


def unchanged(argument: object, values: Array, states: Sequence[State]) -> Array:
    """The inverse of a transform that leaves numbers what they are, or that cannot be undone (`clip`)."""
    return values
