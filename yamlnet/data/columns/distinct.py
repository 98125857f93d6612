"""The distinct values of a column in order, and for each row which one it has: read some rows after others.

Beside the distinct values four bytes a row are held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array


class Distinct(Struct, frozen=True):
    """The distinct values of a column, in order, and for each row the index of its own, (rows,) int32."""

    values: Sequence[str]
    inverse: Array


def distinct(chunks: Iterable[Array]) -> Distinct:
    """Texts in the order of texts, numbers in the order of numbers; each value as a text in the end.

    Args:
        chunks: rank 1, all numbers of one dtype, or all objects, none of which is missing.
    """
    texts: dict[str, int] = {}
    codes: list[Array] = []
    numbers: list[Array] = []
    for values in chunks:
        if values.dtype.kind == "O":
            codes.append(_numbered([as_text(value) for value in values], texts))
        else:
            found, inverse = np.unique(values, return_inverse=True)
            numbers.append(found)
            codes.append(inverse.reshape(-1).astype(np.int32))
    return _of_numbers(numbers, codes) if numbers else _of_texts(texts, codes)


def as_text(value: object) -> str:
    """A value as the name of a group or a class: the group 7.0 is the group "7"."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole and isinstance(value, float) else str(value)


def _numbered(texts: Sequence[str], known: dict[str, int]) -> Array:
    """The number of each text, in the order in which they are first seen."""
    return np.fromiter((known.setdefault(text, len(known)) for text in texts), np.int32, len(texts))


def _of_texts(known: dict[str, int], codes: list[Array]) -> Distinct:
    ordered = sorted(known)
    place = np.empty(len(ordered), dtype=np.int32)
    place[[known[text] for text in ordered]] = np.arange(len(ordered), dtype=np.int32)
    return Distinct(ordered, place[_whole(codes)] if codes else np.empty(0, dtype=np.int32))


def _of_numbers(found: list[Array], codes: list[Array]) -> Distinct:
    values = np.unique(np.concatenate(found))
    places = [
        np.searchsorted(values, some).astype(np.int32)[code] for some, code in zip(found, codes, strict=True)
    ]
    return Distinct([as_text(value) for value in values.tolist()], _whole(places))


def _whole(pieces: list[Array]) -> Array:
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
