"""How many rows each class of a target has, in each part of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from yamlnet.data.table import Array
from yamlnet.resolver.plan import Plan

MOST_CLASSES = 1000

CLASS_LOSSES = ("categorical", "binary", "hinge")
"""What the losses that compare classes have in their names."""


def are_classes(plan: Plan, name: str) -> bool:
    """Whether a target holds classes: it is encoded, or its loss compares them; counts are numbers too."""
    assert plan.data is not None, "whoever calls this looked"
    if any(word == "encode" for word, _ in plan.data.targets[name].transforms):
        return True
    loss = plan.train.loss if plan.train is not None else None
    spec = loss.get(name) if isinstance(loss, Mapping) else loss
    return spec is not None and any(word in spec.name.lower() for word in CLASS_LOSSES)


class ClassCounts:
    """The rows of each class by part, of a target of whole numbers from 0 or of one-hot rows."""

    def __init__(self) -> None:
        self.found: dict[str, Array] = {}
        self.are_classes = True

    def count_in(self, part: str, values: Array) -> None:
        """More rows of one part."""
        indices = _class_indices(values) if self.are_classes else None
        if indices is None:
            self.are_classes = False
            return
        more = np.bincount(indices)
        known = self.found.get(part, np.zeros(0, dtype=more.dtype))
        size = max(len(known), len(more))
        self.found[part] = np.pad(known, (0, size - len(known))) + np.pad(more, (0, size - len(more)))

    def counts(self, facts: Mapping[str, Any]) -> dict[str, dict[str, int]] | None:
        """By the classes' names; None where the target holds no classes.

        Args:
            facts: of the target.
        """
        count, labels = facts.get("classes"), facts.get("labels")
        if not self.are_classes or not isinstance(count, int) or not 2 <= count <= MOST_CLASSES:
            return None
        size = max([count, *map(len, self.found.values())])
        names = [
            str(labels[index]) if labels and index < len(labels) else str(index) for index in range(size)
        ]
        return {
            name: {part: int(found[index]) if index < len(found) else 0 for part, found in self.found.items()}
            for index, name in enumerate(names)
        }


def _class_indices(values: Array) -> Array | None:
    if values.ndim == 2 and values.shape[1] > 1 and values.dtype.kind == "f":
        return np.asarray(values.argmax(axis=1))
    flat = values.reshape(-1)
    single = values.dtype.kind in "iu" and flat.size == len(values)
    return flat if single and flat.size and flat.min() >= 0 and flat.max() < MOST_CLASSES else None
