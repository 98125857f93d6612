"""One look at all tensors before training: what they tell, and what tells two data sets apart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from yamlnet.data.batches import Split
from yamlnet.data.table import Array

if TYPE_CHECKING:
    from yamlnet.data.dataset import AnySplit

Facts = dict[str, Any]

Look = Callable[[str, Split], None]
"""Is shown all tensors, some after others, each with its part: to make them twice takes twice as long."""

AT_ONCE = 4096
"""Rows that are hashed at a time."""


class Seen(Struct, frozen=True):
    """What a look at all tensors found.

    Attributes:
        facts: of each tensor of the training rows: its shape, its range, and its classes where it holds
            whole numbers.
        digest: SHA-256 of all tensors, in hexadecimal; however many rows were looked at together.
        rows: by part, how many rows of tensors each chunk of those that are streamed gives.
    """

    facts: dict[str, dict[str, object]]
    digest: str
    rows: dict[str, dict[int, int]] = {}


def survey(splits: Mapping[str, AnySplit], look: Look | None = None) -> Seen:
    """Look at every tensor of every part once; `look` sees them, too.

    Raises:
        DataError: rows that are read only now hold what a transform cannot take.
    """
    digests: dict[str, hashlib._Hash] = {}
    facts: dict[str, dict[str, object]] = {}
    rows: dict[str, dict[int, int]] = {}
    for part, split in splits.items():
        for index, piece in split.indexed():
            rows.setdefault(part, {})[index] = piece.rows
            if look is not None:
                look(part, piece)
            for name, values in (*piece.inputs.items(), *piece.targets.items()):
                digest = digests.setdefault(
                    f"{part}/{name}/{values.dtype}/{values.shape[1:]}", hashlib.sha256()
                )
                for start in range(0, len(values), AT_ONCE):  # windows are views: whole, they would be copied
                    digest.update(np.ascontiguousarray(values[start : start + AT_ONCE]).data)
                if part == "train":
                    facts[name] = _merged(facts.get(name, {}), _facts(values))
    whole = "\n".join(f"{name} {digest.hexdigest()}" for name, digest in digests.items())
    return Seen(facts, hashlib.sha256(whole.encode()).hexdigest(), rows)


def _facts(values: Array) -> dict[str, object]:
    facts: dict[str, object] = {"shape": list(values.shape[1:]), "rows": len(values)}
    if values.size:
        facts |= {"min": values.min().item(), "max": values.max().item()}
    if values.dtype.kind in "iu" and values.size and values.min() >= 0:
        facts["classes"] = int(values.max()) + 1
    return facts


MERGE: dict[str, Any] = {"rows": lambda one, other: one + other, "min": min, "max": max, "classes": max}


def _merged(one: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    """The facts of some rows and of others."""
    if not one:
        return other
    both = one.keys() & other.keys()
    merged = {name: merge(one[name], other[name]) for name, merge in MERGE.items() if name in both}
    return {**one, **merged}
