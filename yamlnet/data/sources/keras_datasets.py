"""`Keras`: the data sets of `keras.datasets`, from its cache or downloaded by Keras on first use.

Columns: `image`, `features`, or for `imdb` and `reuters` `words`; and `target`; with `class_names` a `class`
that holds what a target is called. Words are lists of numbers,
each a word's place by how often it occurs, from 4 on: 1 begins a text, 2 stands for words that `num_words`
leaves out, 0 is for padding. (https://keras.io/api/datasets/)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yamlnet.data.table import Table, checked_table, objects
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

COLUMNS = {
    "boston_housing": "features",
    "california_housing": "features",
    "imdb": "words",
    "reuters": "words",
}


NAMES = {
    "cifar10": (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ),
    "fashion_mnist": (
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
        "Ankle boot",
    ),
}  # fmt: skip
"""What the classes of a data set are called, by their numbers, as keras.io lists them."""


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read one part of one of Keras's data sets.

    Raises:
        DataError: it is not in Keras's cache and cannot be downloaded.
    """
    import keras

    name, split = str(arguments["name"]), str(arguments.get("split") or "train")
    column = COLUMNS.get(name, "image")
    words = arguments.get("num_words")
    try:
        more = {"num_words": words} if words is not None else {}
        train, test = getattr(keras.datasets, name).load_data(**more)
    except Exception as error:  # Keras wraps urllib's errors in a bare Exception
        message = f"keras.datasets.{name} is not in Keras's cache and cannot be downloaded: {error}"
        raise DataError(
            message, "set KERAS_HOME to a folder that holds datasets/", path, "unreachable"
        ) from error
    x, y = train if split == "train" else test
    targets = y.reshape(-1)
    named = arguments.get("class_names") and name in NAMES
    classes = {"class": objects([NAMES[name][index] for index in targets])} if named else {}
    values = objects([list(row) for row in x]) if column == "words" else x
    return checked_table({column: values, "target": targets, **classes}, f"keras.datasets.{name}", path)
