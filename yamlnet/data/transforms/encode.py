"""`encode`: categories to numbers, `index` (0, 1, 2, …) or `one-hot`, by the training rows' classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from yamlnet.data.numbers import refuse_missing
from yamlnet.data.place import Place
from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Chunks, State, Transform
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean

SHOWN = 10


def fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """The distinct values of the training rows, sorted."""
    classes: set[Any] = set()
    for values, place in chunks:
        if values.ndim != 1:
            message = f'column "{place.column}" holds rows of shape {list(values.shape[1:])}'
            raise DataError(f"{message}; `encode` takes values", path=path, check="encode")
        refuse_missing(values, place)
        classes.update(values.tolist() if values.dtype.kind == "O" else np.unique(values).tolist())
    return {"classes": sorted(classes)}


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """Indices (int32, shape (rows,)) or one-hot rows (float32, shape (rows, classes)).

    Raises:
        DataError: a value that no training row had.
    """
    classes = state["classes"]
    index = {value: position for position, value in enumerate(classes)}
    found = [index.get(value, -1) for value in values.tolist()]
    if -1 in found:
        row = found.index(-1)
        value = values.tolist()[row]
        mend = did_you_mean(str(value), [str(known) for known in classes])
        listed = ", ".join(str(known) for known in classes[:SHOWN]) + (", …" if len(classes) > SHOWN else "")
        message = f'{place.row(row)} is "{value}", which no training row has ({listed}){mend}'
        raise DataError(message, path=place.path, check="unknown-category")
    indices = np.asarray(found, dtype=np.int32)
    return indices if argument == "index" else np.eye(len(classes), dtype=np.float32)[indices]


def facts(argument: object, state: State) -> dict[str, object]:
    """`classes`: how many there are; `labels`: what they are."""
    return {"classes": len(state["classes"]), "labels": list(state["classes"])}


TRANSFORM = Transform(fit, apply, facts)
