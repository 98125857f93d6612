"""`length`: lists of numbers, or of vectors, of any length become rows of one: padded, or cut."""

from __future__ import annotations

from typing import Any, cast

from yamlnet.data.columns.padding import lengths_of, padded
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Chunks, State, Transform, unchanged
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.schema.data_words import in_full


def fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """The lengths of the training rows: the longest, the shortest, their sum, and how many are cut."""
    to = int(_words(argument)["to"])
    longest, shortest, rows, cut, items = 0, -1, 0, 0, 0
    for values, place in chunks:
        lengths = lengths_of(values, place)
        if len(lengths):
            longest = max(longest, int(lengths.max()))
            shortest = int(lengths.min()) if shortest < 0 else min(shortest, int(lengths.min()))
        rows, cut, items = rows + len(lengths), cut + int((lengths > to).sum()), items + int(lengths.sum())
    return {"longest": longest, "shortest": max(shortest, 0), "rows": rows, "cut": cut, "items": items}


def _words(argument: object) -> dict[str, Any]:
    given = cast("dict[str, Any]", in_full("length", argument))
    side = given.get("side", "right")
    return {"pad": 0, "side": side, "cut": side} | given


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """Rows of (length, …); whole numbers stay whole where `pad` is.

    Raises:
        DataError: a row has no list, or one of something else than numbers.
    """
    words = _words(argument)
    return padded(values, words["to"], words["pad"], words["side"], words["cut"], place)


def facts(argument: object, state: State) -> dict[str, object]:
    """`length`; of the training rows `longest`, `shortest`, `mean_length`, and `cut`, the share that is."""
    rows = max(state["rows"], 1)
    return {
        "length": _words(argument)["to"],
        "longest": state["longest"],
        "shortest": state["shortest"],
        "mean_length": state["items"] / rows,
        "cut": state["cut"] / rows,
    }


TRANSFORM = Transform(fit, apply, facts, unchanged)
