"""`Sklearn`: the data sets that scikit-learn ships, without a download.

Columns: each feature by its own name (spaces become underscores), `features` with all of them as one
row vector, `target`, and for `digits` the scans as `image` of shape (8, 8), grey from 0 to 16. `linnerud`
has three targets in one row vector, and each by its own name (`Weight`, `Waist`, `Pulse`).
(https://scikit-learn.org/stable/datasets/toy_dataset.html)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from yamlnet.data.table import Array, Table, checked_table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read one of the shipped data sets.

    Raises:
        DataError: scikit-learn is not installed.
    """
    try:
        from sklearn import datasets
    except ImportError as error:
        hint = 'pip install "yamlnet[data]"'
        raise DataError("the source Sklearn needs scikit-learn", hint, path, "missing-package") from error
    name = str(arguments["name"])
    bunch = getattr(datasets, f"load_{name}")()
    columns: dict[str, Array] = {}
    if name == "digits":
        columns["image"] = bunch.images.astype(np.float32)
    features = bunch.data.astype(np.float32)
    columns["features"] = features
    for index, feature in enumerate(bunch.feature_names):
        columns[str(feature).replace(" ", "_")] = features[:, index]
    columns["target"] = bunch.target
    if bunch.target.ndim == 2:
        columns |= {str(one): bunch.target[:, index] for index, one in enumerate(bunch.target_names)}
    return checked_table(columns, f"scikit-learn's {name}", path)
