"""The words of the `data` section: which sources and transforms there are, and what they take.

Kept apart from their implementations, so that a blueprint can be checked without numpy.
"""

from __future__ import annotations

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument

_PATH = Argument(
    "path",
    t.Text(),
    required=True,
    help="a file, relative to the blueprint; a pattern (parts/*.csv), or a URL",
)
_FOLDER = Argument("path", t.Text(), required=True, help="a folder, relative to the blueprint")
_ENCODING = Argument("encoding", t.Text(), default="utf-8", help="how the file's bytes are text")

SOURCES: dict[str, tuple[Argument, ...]] = {
    "Sklearn": (
        Argument(
            "name",
            t.Choice(("breast_cancer", "diabetes", "digits", "iris", "linnerud", "wine")),
            required=True,
            help="a data set that scikit-learn ships",
        ),
    ),
    "Keras": (
        Argument(
            "name",
            t.Choice(
                (
                    "boston_housing",
                    "california_housing",
                    "cifar10",
                    "cifar100",
                    "fashion_mnist",
                    "imdb",
                    "mnist",
                    "reuters",
                )
            ),
            required=True,
            help="a data set of keras.datasets",
        ),
        Argument("split", t.Choice(("train", "test")), default="train", help="which of its two parts"),
        Argument("num_words", t.Integer(min=1), help="of imdb and reuters: how many words are told apart"),
    ),
    "HuggingFace": (
        Argument("path", t.Text(), help="a folder that datasets.save_to_disk wrote"),
        Argument(
            "name",
            t.Text(r"[\w.\-]+/[\w.\-]+", "an owner and a name: owner/name"),
            help="a data set of the hub, instead of a folder",
        ),
        Argument("config", t.Text(), help="of a data set of the hub: which of its configurations"),
        Argument("split", t.Text(), default="train", help="which of its parts"),
    ),
    "Csv": (
        _PATH,
        Argument(
            "sep",
            t.Text(r"[\t !#-~]", "one character"),
            help="what separates cells; a comma, in .tsv files a tab",
        ),
        Argument("header", t.Boolean(), default=True, help="whether the first line names the columns"),
        Argument(
            "columns", t.ListOf(t.Text(), min_length=1), help="the columns of a file that has no header"
        ),
        Argument("decimal", t.Choice((".", ",")), default=".", help="what begins a number's fraction"),
        _ENCODING,
    ),
    "Parquet": (_PATH,),
    "Json": (_PATH,),
    "Npz": (_PATH,),
    "Npy": (_PATH,),
    "ImageFolder": (_FOLDER,),
    "AudioFolder": (_FOLDER,),
    "TextFolder": (_FOLDER, _ENCODING),
    "TextFile": (
        _PATH,
        Argument("by", t.Choice(("line", "paragraph", "whole")), default="line", help="what a row is"),
        _ENCODING,
    ),
    "Sql": (
        Argument(
            "url",
            t.Text(),
            required=True,
            help="a database as SQLAlchemy names it: sqlite:///rows.db, postgresql://user@host/name",
        ),
        Argument("query", t.Text(), help="one SELECT"),
        Argument("table", t.Text(), help="a table or view that is read whole, instead of a query"),
    ),
}
"""Arguments by source; `Sklearn: digits` fills the first."""

TRANSFORMS: dict[str, t.ValueType] = {
    "missing": t.AnyOf((t.Choice(("error", "mean")), t.Number())),
    "encode": t.Choice(("index", "one-hot")),
    "normalize": t.Choice(("standard", "min-max")),
    "scale": t.Number(),
    "reshape": t.ListOf(t.Integer()),
    "dtype": t.Choice(("float16", "float32", "float64", "int32", "int64", "uint8", "bool")),
}
"""What each transform takes. They are applied in the order in which the blueprint writes them."""
