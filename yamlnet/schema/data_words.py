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
        Argument(
            "class_names",
            t.Boolean(),
            default=False,
            help="of cifar10 and fashion_mnist: whether a column class holds what each target is called",
        ),
    ),
    "HuggingFace": (
        Argument("path", t.Text(), help="a folder that datasets.save_to_disk wrote"),
        Argument(
            "name",
            t.Text(r"[\w.\-]+/[\w.\-]+", "an owner and a name: owner/name"),
            help="a data set of the hub, instead of a folder",
        ),
        Argument("config", t.Text(), help="of a data set of the hub: which of its configurations"),
        Argument("revision", t.Text(), help="of a data set of the hub: a commit, a branch or a tag"),
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

SPLITS = ("column", "time", "group", "stratify")
"""What a split other than `random` may go by; each names a column."""

PARTS = (
    "year", "quarter", "month", "week", "day", "weekday", "yearday", "hour", "minute", "second", "days",
)  # fmt: skip
"""What `date` takes out of a moment; `days` are those since 1970-01-01, with their fraction."""

_SIDE = t.Choice(("left", "right"))
_COUNT = t.Integer(min=1)
_ROWS = t.Integer(min=1, max=2**31 - 1)

_TOKENS = ("characters", "words", "bpe", "wordpiece")
_CLASSES = t.AnyOf((t.ListOf(t.Text(), 1), t.ListOf(t.Number(), 1), t.ListOf(t.Boolean(), 1)))
_PARTS = t.AnyOf((t.Choice(PARTS), t.ListOf(t.Choice(PARTS), 1)))
_SIZE = t.ListOf(t.Integer(min=1, max=65_535), min_length=2, max_length=2)
_WALK = (
    t.Field("stride", _ROWS, default=1, help="how many rows lie between one window and the next"),
    t.Field("by", t.Text(), help="the column that says which series a row belongs to"),
)


def _or_in_full(short: t.ValueType, *fields: t.Field) -> t.ValueType:
    """A word that is written as one value, the first field's, or in full, by name."""
    return t.AnyOf((short, t.Fields(fields)))


TRANSFORMS: dict[str, t.ValueType] = {
    "missing": t.AnyOf((t.Choice(("error", "mean", "median", "most-frequent")), t.Number(), t.Text())),
    "date": _or_in_full(
        _PARTS,
        t.Field("parts", _PARTS, required=True, help="what is taken out of it"),
        t.Field("cyclic", t.Boolean(), default=False, help="whether what returns is a point of a circle"),
        t.Field("unit", t.Choice(("s", "ms", "us", "ns")), default="s", help="what numbers count since 1970"),
    ),
    "encode": _or_in_full(
        t.Choice(("index", "one-hot", "multi-hot", "binary")),
        t.Field(
            "as",
            t.Choice(("index", "one-hot", "multi-hot", "binary", "hash")),
            required=True,
            help="what a category becomes",
        ),
        t.Field(
            "unknown",
            t.Choice(("error", "own")),
            default="error",
            help="whether what no training row has is refused, or is a class of its own",
        ),
        t.Field("classes", _CLASSES, help="the classes, in order; default: those of the training rows"),
        t.Field("size", _COUNT, help="the most classes that there are; of hash, how many numbers"),
        t.Field(
            "separator",
            t.Text(r"[\s\S]+", "a text of at least one character"),
            help="what stands between the categories of a text",
        ),
        t.Field("min_count", _COUNT, default=1, help="how many training rows a class has at least"),
    ),
    "tokenize": _or_in_full(
        t.Choice(_TOKENS),
        t.Field("as", t.Choice(_TOKENS), help="what a token is, where the training rows teach them"),
        t.Field("file", t.Text(), help="a tokenizer.json that is taken as it is"),
        t.Field(
            "run", t.Text(), help="a run folder whose tokenizer is taken, which weights of that run go with"
        ),
        t.Field("of", t.Text(), help="of which input of the run; default: this name's, or the only one"),
        t.Field("like", t.Text(), help="the input or target whose tokenizer this one shares"),
        t.Field("size", _COUNT, default=10_000, help="the most tokens that there are"),
        t.Field("length", _COUNT, help="how many tokens a text has: it is cut, or padded"),
        t.Field("lower", t.Boolean(), help="whether capitals are made small; default: words, wordpiece"),
        t.Field("min_count", _COUNT, default=1, help="how often a token is met at least"),
        t.Field("start", t.Boolean(), default=False, help="whether a mark stands before each text"),
        t.Field("end", t.Boolean(), default=False, help="whether a mark stands after each text"),
        t.Field("side", _SIDE, default="right", help="where texts are cut and padded"),
    ),
    "length": _or_in_full(
        _COUNT,
        t.Field("to", _COUNT, required=True, help="how many items each list gets"),
        t.Field("pad", t.Number(), default=0, help="what stands where a list has none"),
        t.Field("side", _SIDE, default="right", help="where shorter lists are padded"),
        t.Field("cut", _SIDE, help="where longer lists are cut; default: the side"),
    ),
    "log": t.Boolean(),
    "clip": t.ListOf(t.AnyOf((t.Number(), t.Null())), 2, 2),
    "normalize": t.Choice(("standard", "min-max", "robust")),
    "scale": t.Number(),
    "reshape": t.ListOf(t.Integer()),
    "channels": t.AnyOf((t.Integer(1, 1), t.Integer(3, 3), t.Integer(4, 4))),
    "resize": _or_in_full(
        _SIZE,
        t.Field("size", _SIZE, required=True, help="height and width"),
        t.Field(
            "mode",
            t.Choice(("stretch", "crop", "pad")),
            default="stretch",
            help="what happens where the proportions differ",
        ),
        t.Field(
            "interpolation",
            t.Choice(("nearest", "bilinear", "bicubic", "lanczos", "box")),
            default="bilinear",
            help="how new pixels follow from old ones; all but nearest are antialiased",
        ),
    ),
    "resample": t.Integer(min=1, max=768_000),
    "samples": t.Integer(min=1, max=2**31 - 1),
    "seconds": t.Number(above=0),
    "dtype": t.Choice(("float16", "float32", "float64", "int32", "int64", "uint8", "bool")),
}
"""What each transform takes. They are applied in the order in which the blueprint writes them."""

WINDOWS: dict[str, t.ValueType] = {
    "window": _or_in_full(
        _ROWS,
        t.Field("length", _ROWS, required=True, help="how many rows, up to and with a row"),
        *_WALK,
    ),
    "horizon": _or_in_full(
        _ROWS, t.Field("steps", _ROWS, required=True, help="how many rows after a row"), *_WALK
    ),
    "shift": _ROWS,
}
"""Words that give a tensor several rows: taken last, wherever the blueprint writes them."""


def fields_of(word: str) -> tuple[t.Field, ...]:
    """What a word takes by name; nothing where it is one value only."""
    type = {**TRANSFORMS, **WINDOWS}[word]
    options = type.options if isinstance(type, t.AnyOf) else ()
    return next((option.fields for option in options if isinstance(option, t.Fields)), ())


def in_full(word: str, value: object) -> object:
    """A word's value by name, where it has names: `index` of `encode` is `{as: index}`."""
    fields = fields_of(word)
    return {fields[0].name: value} if fields and not isinstance(value, dict) else value


def in_short(word: str, value: object) -> object:
    """A word's value alone where it is all that is given by name."""
    first = [field.name for field in fields_of(word)[:1]]
    return value[first[0]] if first and isinstance(value, dict) and list(value) == first else value


AUGMENTATIONS = (
    "AugMix", "AutoContrast", "Equalization", "GaussianDropout", "GaussianNoise", "RandAugment",
    "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast",
    "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale",
    "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomRotation",
    "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom", "Solarization",
)  # fmt: skip
"""Keras's layers that change an input at random and leave its target alone."""

MIXING = ("CutMix", "MixUp")
"""Keras's layers that mix rows, and so their targets too."""
