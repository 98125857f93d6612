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

_SIZE = t.ListOf(t.Integer(min=1, max=65_535), min_length=2, max_length=2)
_COUNT = t.Integer(min=1, max=2**31 - 1)

_WALK = (
    Argument("stride", _COUNT, default=1, help="how many rows lie between one window and the next"),
    Argument("by", t.Text(), help="the column that says which series a row belongs to"),
)

TRANSFORMS: dict[str, t.ValueType] = {
    "missing": t.AnyOf((t.Choice(("error", "mean")), t.Number())),
    "encode": t.Choice(("index", "one-hot")),
    "normalize": t.Choice(("standard", "min-max")),
    "scale": t.Number(),
    "reshape": t.ListOf(t.Integer()),
    "channels": t.AnyOf((t.Integer(1, 1), t.Integer(3, 3), t.Integer(4, 4))),
    "resize": _SIZE,
    "resample": t.Integer(min=1, max=768_000),
    "samples": t.Integer(min=1, max=2**31 - 1),
    "seconds": t.Number(above=0),
    "dtype": t.Choice(("float16", "float32", "float64", "int32", "int64", "uint8", "bool")),
}
"""What each transform takes. They are applied in the order in which the blueprint writes them."""

WINDOWS: dict[str, t.ValueType] = {"window": _COUNT, "horizon": _COUNT, "shift": _COUNT}
"""Words that give a tensor several rows: taken last, wherever the blueprint writes them."""

IN_FULL: dict[str, tuple[Argument, ...]] = {
    "resize": (
        Argument("size", _SIZE, required=True, help="height and width"),
        Argument(
            "mode",
            t.Choice(("stretch", "crop", "pad")),
            default="stretch",
            help="what happens where the proportions differ",
        ),
        Argument(
            "interpolation",
            t.Choice(("nearest", "bilinear", "bicubic", "lanczos", "box")),
            default="bilinear",
            help="how new pixels follow from old ones; all but nearest are antialiased",
        ),
    ),
    "window": (Argument("length", _COUNT, required=True, help="how many rows, up to and with a row"), *_WALK),
    "horizon": (Argument("steps", _COUNT, required=True, help="how many rows after a row"), *_WALK),
}
"""Words that may be written in full, by name; the short form fills the first."""

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
