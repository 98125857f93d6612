"""`encode`: categories to numbers by the training rows' classes, or by a hash, which has none.

`index` gives 0, 1, 2, …; `one-hot` a row with a 1 at the class; `multi-hot` a row with a 1 at each of
several; `binary` 0 or 1 of exactly two; `hash` a number below `size`, the same on every machine: BLAKE2b, of
8 bytes, of the text's UTF-8, little-endian, modulo `size`. With `unknown: own` index 0 is the class of what
the training rows do not have, or have too rarely, and the others begin at 1. Of lists, `index` and `hash`
give a list: the number of each item.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any, cast

import numpy as np
from msgspec import Struct

from yamlnet.data.columns.categories import Category, arrow_texts, counted, looked_up
from yamlnet.data.columns.members import members
from yamlnet.data.columns.numbers import are_lists, refuse_missing
from yamlnet.data.place import Place
from yamlnet.data.table import Array, objects
from yamlnet.data.transforms.transform import Chunks, State, Transform
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.data_words import in_full

SHOWN = 10
UNKNOWN = "[UNK]"
"""What stands among the labels for the categories without a class of their own, which have index 0."""


class Encoding(Struct, frozen=True):
    """The argument of `encode`, read."""

    kind: str
    own: bool
    classes: list[Category] | None
    size: int | None
    separator: str | None
    min_count: int

    @property
    def several(self) -> bool:
        """Whether a row becomes one vector of all its categories, of which it may have several, or none."""
        return self.kind == "multi-hot"

    def are_items(self, values: Array) -> bool:
        """Whether each row has a list of categories, and becomes a list of numbers."""
        if values.dtype.kind == "O":
            lists = self.separator is not None or are_lists(values)
        else:
            lists = values.ndim == 2 and values.dtype.kind != "f"  # vectors of measures have no categories
        return lists and self.kind in ("index", "hash")


class Learnt(Struct, frozen=True):
    """The classes by index; a hash has none."""

    classes: list[Category] = []


def _read(argument: object) -> Encoding:
    given = cast("dict[str, Any]", in_full("encode", argument))
    return Encoding(
        given["as"],
        given.get("unknown") == "own",
        given.get("classes"),
        given.get("size"),
        given.get("separator"),
        given.get("min_count", 1),
    )


def fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """The classes: those that are given, or the distinct values of the training rows, sorted.

    Raises:
        DataError: images or vectors, a value that is missing, or classes that the argument does not allow.
    """
    wanted = _read(argument)
    if wanted.kind == "hash":
        return {"rows": sum(len(values) for values, _ in chunks)}
    counts: Counter[Category] = Counter()
    rows = 0
    for values, place in chunks:
        found = _values(values, wanted, place)
        counts.update(counted(found, place))
        rows += len(values)
    classes = wanted.classes if wanted.classes is not None else _classes(counts, wanted, path)
    if wanted.kind == "binary" and len(classes) != 2:
        message = f"binary takes two classes, and there are {len(classes)} ({_listed(classes)})"
        raise DataError(f"{message}; encode: index, or one-hot", path=path, check="encode")
    own = sum(counts.values()) - sum(counts[one] for one in classes) if wanted.own else 0
    return {"classes": classes, "counts": [counts[one] for one in classes], "rows": rows, "unknown": own}


def _values(values: Array, wanted: Encoding, place: Place) -> Array:
    """All categories of some rows, one after the other.

    Raises:
        DataError: images or vectors, or a value that is missing.
    """
    if wanted.several or wanted.are_items(values):
        return members(values, wanted.separator, place)[0]
    if values.ndim != 1:
        message = f'column "{place.column}" holds rows of shape {list(values.shape[1:])}'
        raise DataError(f"{message}; `encode` takes values", path=place.path, check="encode")
    refuse_missing(values, place)
    return values


def _classes(counts: Counter[Category], wanted: Encoding, path: KeyPath) -> list[Category]:
    """The classes that the rows show: those seen often enough, at most `size` with the unknown one."""
    classes = sorted(one for one, count in counts.items() if count >= wanted.min_count)
    most = len(classes) if wanted.size is None else wanted.size - wanted.own
    if len(classes) > most:
        # Of those that are equally frequent, the first in order.
        classes = sorted(sorted(classes, key=lambda one: -counts[one])[:most])
    rare = len(counts) - len(classes)
    if rare and not wanted.own:
        first = next(one for one in sorted(counts) if one not in set(classes))
        message = f'{rare} of {len(counts)} categories would have no class (such as "{first}")'
        mend = "unknown: own gives them one together"
        raise DataError(f"{message}, by size or min_count; {mend}", path=path, check="encode")
    if not classes and not wanted.own:
        raise DataError("no training row has a category", path=path, check="encode")
    return classes


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """Indices (int32, shape (rows,)), or one-hot or multi-hot rows (float32, shape (rows, classes)).

    Of lists of one length, indices are of shape (rows, length); of others, each row is an array of its own.

    Raises:
        DataError: a value that no training row had, and that has no class `unknown: own`.
    """
    wanted = _read(argument)
    if wanted.are_items(values):
        found, rows = members(values, wanted.separator, place)
        numbers = _numbered(found, state, wanted, place, rows)
        if values.ndim == 2:
            return numbers.reshape(values.shape)
        ends = np.cumsum(np.bincount(rows, minlength=len(values)))
        return objects(np.split(numbers, ends[:-1]))
    if not wanted.several and wanted.kind != "one-hot":
        return _numbered(_values(values, wanted, place), state, wanted, place, None)
    return _as_vectors(values, state["classes"], wanted, place)


def _numbered(values: Array, state: State, wanted: Encoding, place: Place, rows: Array | None) -> Array:
    """The number of each value: of its class, or by its hash."""
    if wanted.kind == "hash":
        return _hashed(values, int(wanted.size or 1), place)
    return _indices(values, state["classes"], wanted, place, rows)


def _as_vectors(values: Array, classes: list[Category], wanted: Encoding, place: Place) -> Array:
    if wanted.several:
        found, rows = members(values, wanted.separator, place)
        indices = _indices(found, classes, wanted, place, rows)
        several = np.zeros((len(values), len(classes) + wanted.own), dtype=np.float32)
        several[rows, indices] = 1
        return several
    indices = _indices(_values(values, wanted, place), classes, wanted, place, None)
    single = np.zeros((len(values), len(classes) + wanted.own), dtype=np.float32)
    single[np.arange(len(values)), indices] = 1
    return single


def _indices(
    values: Array, classes: list[Category], wanted: Encoding, place: Place, rows: Array | None
) -> Array:
    """The index of each value; `rows` says which row each stands in, where that is not its own."""
    found = looked_up(values, classes, place) if classes else np.full(len(values), -1)
    if wanted.own:
        return (found + 1).astype(np.int32)
    if (found < 0).any():
        at = int(np.argmax(found < 0))
        value, row = values[at], at if rows is None else int(rows[at])
        mend = did_you_mean(str(value), [str(known) for known in classes])
        who = "is none of the classes" if wanted.classes is not None else "no training row has"
        is_a = f'{place.row(row)} is "{value}", which {who} ({_listed(classes)})'
        mend = mend or "; unknown: own gives such ones a class"
        raise DataError(f"{is_a}{mend}", path=place.path, check="unknown-category")
    return found.astype(np.int32)


def _listed(classes: list[Category]) -> str:
    return ", ".join(str(known) for known in classes[:SHOWN]) + (", …" if len(classes) > SHOWN else "")


def _hashed(values: Array, size: int, place: Place) -> Array:
    """A number below `size` for each value; each distinct text is hashed once."""
    if values.dtype.kind == "f" and np.equal(np.floor(values), values).all():
        values = values.astype(np.int64)  # whole numbers that a missing one made fractional
    if values.dtype.kind in "fb":
        distinct, places = np.unique(values, return_inverse=True)
        texts = [str(one) for one in distinct.tolist()]
    else:
        found = arrow_texts(values, place).dictionary_encode()
        texts, places = found.dictionary.to_pylist(), found.indices.to_numpy(zero_copy_only=False)
    hashes = [hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts]
    numbers = [int.from_bytes(one, "little") % size for one in hashes]
    return np.asarray(numbers, dtype=np.int32)[places]


def facts(argument: object, state: State) -> dict[str, object]:
    """`classes`: how many there are; `labels`: what they are, by index; `counts`: rows, or items, of each.

    With `unknown: own` the first label is `[UNK]`, and its count that of the rows which have no other class.
    """
    wanted = _read(argument)
    if wanted.kind == "hash":
        return {"classes": wanted.size}
    own, others = ([UNKNOWN], [state["unknown"]]) if wanted.own else ([], [])
    labels = [*own, *state["classes"]]
    counts = {"counts": [*others, *state["counts"]]} if "counts" in state else {}  # version 0.3 kept none
    return {"classes": len(labels), "labels": labels} | counts


TRANSFORM = Transform(fit, apply, facts, learnt=Learnt)
