"""What a transform is: fitted on the training rows, applied to any rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import KeyPath

State = Mapping[str, Any]
"""What a transform learnt, as JSON-able data: it is stored with the run."""


class Place(Struct, frozen=True):
    """Where values come from, for messages: the column, and the word in the blueprint."""

    column: str
    path: KeyPath


class Transform(Struct, frozen=True):
    """One word of a tensor's data.

    Attributes:
        fit: (argument, training values, place) → state.
        apply: (argument, values, state, place) → values; the rows stay the first axis.
        facts: (argument, state) → what `${data.<tensor>.…}` can read.
    """

    fit: Callable[[object, Array, Place], State]
    apply: Callable[[object, Array, State, Place], Array]
    facts: Callable[[object, State], dict[str, object]] = lambda argument, state: {}


def nothing_to_fit(argument: object, values: Array, place: Place) -> State:
    """The state of a transform that learns nothing."""
    return {}
