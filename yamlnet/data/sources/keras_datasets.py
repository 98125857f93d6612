"""`Keras`: the data sets of `keras.datasets`, from its cache or downloaded by Keras on first use.

Columns: `image` or `features`, and `target`. (https://keras.io/api/datasets/)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yamlnet.data.table import Table, checked_table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

TABULAR = ("boston_housing", "california_housing")


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read one part of one of Keras's data sets.

    Raises:
        DataError: it is not in Keras's cache and cannot be downloaded.
    """
    import keras

    name, split = str(arguments["name"]), str(arguments.get("split", "train"))
    try:
        train, test = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras wraps urllib's errors in a bare Exception
        message = f"keras.datasets.{name} is not in Keras's cache and cannot be downloaded: {error}"
        raise DataError(
            message, "set KERAS_HOME to a folder that holds datasets/", path, "download"
        ) from error
    x, y = train if split == "train" else test
    columns = {"features" if name in TABULAR else "image": x, "target": y.reshape(-1)}
    return checked_table(columns, f"keras.datasets.{name}", path)
