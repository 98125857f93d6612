"""The words of the `data` section: which sources and transforms there are, and what they take.

Kept apart from their implementations, so that a blueprint can be checked without numpy.
"""

from __future__ import annotations

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument

_PATH = Argument("path", t.Text(), required=True, help="the file, relative to the blueprint")

SOURCES: dict[str, tuple[Argument, ...]] = {
    "Sklearn": (
        Argument(
            "name",
            t.Choice(("breast_cancer", "diabetes", "digits", "iris", "wine")),
            required=True,
            help="a data set that scikit-learn ships",
        ),
    ),
    "Keras": (
        Argument(
            "name",
            t.Choice(
                ("boston_housing", "california_housing", "cifar10", "cifar100", "fashion_mnist", "mnist")
            ),
            required=True,
            help="a data set of keras.datasets",
        ),
        Argument("split", t.Choice(("train", "test")), default="train", help="which of its two parts"),
    ),
    "Csv": (
        _PATH,
        Argument("sep", t.Text(), default=",", help="what separates columns"),
    ),
    "Parquet": (_PATH,),
    "Json": (_PATH,),
    "Npz": (_PATH,),
}
"""Arguments by source; `Sklearn: digits` fills the first."""

SPLITS = ("column", "time", "group", "stratify")
"""What a split other than `random` may go by; each names a column."""

TRANSFORMS: dict[str, t.ValueType] = {
    "missing": t.AnyOf((t.Choice(("error", "mean")), t.Number())),
    "encode": t.Choice(("index", "one-hot")),
    "normalize": t.Choice(("standard", "min-max")),
    "scale": t.Number(),
    "reshape": t.ListOf(t.Integer()),
    "dtype": t.Choice(("float16", "float32", "float64", "int32", "int64", "uint8", "bool")),
}
"""What each transform takes. They are applied in the order in which the blueprint writes them."""
