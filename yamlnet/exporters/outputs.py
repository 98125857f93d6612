"""Rows in the structure that a model takes, and outputs by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from yamlnet.exporters.artifact import Array, Rows


def structured(model: Any, rows: Rows) -> Any:
    """Tensors by input name as the model takes them: one tensor, or a mapping."""
    return dict(rows) if isinstance(model.input, dict) else next(iter(rows.values()))


def output_names(model: Any) -> tuple[str, ...]:
    """A model's outputs by name, in its own order."""
    return tuple(model.output) if isinstance(model.output, dict) else tuple(model.output_names)


def named(found: Any, names: tuple[str, ...]) -> dict[str, Array]:
    """A model's answer as arrays by output name."""
    if isinstance(found, Mapping):
        return {name: np.asarray(found[name]) for name in names}
    values = found if isinstance(found, list | tuple) else [found]
    return {name: np.asarray(value) for name, value in zip(names, values, strict=True)}
