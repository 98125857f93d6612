"""`encode`: categories to numbers, `index` (0, 1, 2, …) or `one-hot`, by the training rows' classes."""

from __future__ import annotations

import numpy as np

from yamlnet.data.table import Array
from yamlnet.data.transforms.transform import Place, State, Transform
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.diagnostics.suggest import did_you_mean

SHOWN = 10


def fit(argument: object, values: Array, place: Place) -> State:
    """The distinct values of the training rows, sorted."""
    if values.ndim != 1:
        message = (
            f'column "{place.column}" holds rows of shape {list(values.shape[1:])}; `encode` takes values'
        )
        raise DataError(message, path=place.path, check="encode")
    return {"classes": np.unique(values).tolist()}


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
        where = f'row {row + 1} of column "{place.column}"'
        message = f'{where} is "{value}", which no training row has ({listed}){mend}'
        raise DataError(message, path=place.path, check="unknown-category")
    indices = np.asarray(found, dtype=np.int32)
    return indices if argument == "index" else np.eye(len(classes), dtype=np.float32)[indices]


def facts(argument: object, state: State) -> dict[str, object]:
    """`classes`: how many there are; `labels`: what they are."""
    return {"classes": len(state["classes"]), "labels": list(state["classes"])}


TRANSFORM = Transform(fit, apply, facts)
