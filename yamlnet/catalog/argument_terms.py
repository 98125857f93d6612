"""The types that Keras's arguments have, under the names that their tables use."""

from __future__ import annotations

from yamlnet.catalog.types import (
    AnyOf,
    Array,
    Boolean,
    Choice,
    Integer,
    ListOf,
    Null,
    Number,
    ObjectOf,
    Text,
    TokenFile,
    Unwritable,
    ValueType,
)


def optional(type: ValueType) -> ValueType:
    """A type, or `null`."""
    return AnyOf((*type.options, Null())) if isinstance(type, AnyOf) else AnyOf((type, Null()))


def one_or_list(item: ValueType) -> ValueType:
    """One value for all axes, or a list of one for each."""
    return AnyOf((item, ListOf(item, min_length=1)))


def choices(*options: str) -> ValueType:
    """One of a few strings."""
    return Choice(options)


BOOLEAN = Boolean()
TEXT = Text()
WHOLE = Integer()
COUNT = Integer(min=1)
NATURAL = Integer(min=0)
NUMBER = Number()
POSITIVE = Number(above=0)
NOT_NEGATIVE = Number(min=0)
FRACTION = Number(min=0, max=1)
AXIS = one_or_list(WHOLE)
COUNTS = one_or_list(COUNT)
SHAPE = ListOf(optional(WHOLE))
SEED = optional(Integer(min=0, max=2**31 - 1))
SCALARS = AnyOf((NUMBER, TEXT, BOOLEAN))
NUMBERS = Array()
ENDS = AnyOf((NATURAL, ListOf(NATURAL, 2, 2)))
"""What is added or cut at both ends of an axis, or at each of them."""

FACTOR = AnyOf((NUMBER, ListOf(NUMBER, 2, 2)))
INITIALIZER = ObjectOf("initializer")
REGULARIZER = optional(ObjectOf("regularizer"))
CONSTRAINT = optional(ObjectOf("constraint"))
ACTIVATION = optional(ObjectOf("activation"))
LAYER = ObjectOf("layer")
LEARNING_RATE = AnyOf((POSITIVE, ObjectOf("schedule")))
DATA_FORMAT = optional(choices("channels_last", "channels_first"))
PADDING = choices("valid", "same", "causal")
INTERPOLATION = choices("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
FILL_MODE = choices("constant", "nearest", "wrap", "reflect", "crop")
DTYPE = optional(ObjectOf("dtype_policy"))
TENSOR = Array(booleans=True)
"""What may stand for a tensor in a blueprint besides a reference to one: a constant."""

OBJECT = Unwritable("this is a Python object, which no file can hold")
TOKENS = optional(AnyOf((ListOf(TEXT), TokenFile())))
INTEGER_TOKENS = optional(AnyOf((ListOf(WHOLE), TokenFile(integers=True))))

NAME = Text(
    r"(?!(?:epoch|batch|loss)$)[A-Za-z][A-Za-z0-9_]{0,63}",
    "a name of at most 64 letters, digits and _, and none of epoch, batch, loss",
)
"""Of a metric: the name of a column beside those three, and a field of a checkpoint's name."""

VARIABLE_PATH = Text(r"[A-Za-z0-9_./\-]{1,200}", "a part of a layer's name: letters, digits, _ . / and -")
SUBSCRIPTS = Text(r"[A-Za-z0-9_.,()> \-]{1,200}", "letters for axes: ab,bc->ac")
ONE_CHARACTER = Text(r"[^\r\n\"]", "one character")
WINDOW = choices(
    "barthann", "bartlett", "blackman", "blackmanharris", "bohman", "boxcar", "cosine", "exponential",
    "flattop", "hamming", "hann", "lanczos", "nuttall", "parzen", "taylor", "triang", "tukey",
)  # fmt: skip
ENCODING = choices("utf-8", "utf-16", "utf-32", "ascii", "latin-1", "cp1252")

PLUGIN_SCALAR = optional(AnyOf((NUMBER, TEXT, BOOLEAN)))
PLUGIN_VALUE = AnyOf((PLUGIN_SCALAR, ListOf(PLUGIN_SCALAR), ListOf(ListOf(PLUGIN_SCALAR))))
"""What an argument of a plugin's layer may be that no table types: scalars and lists, never a mapping."""


def kept_by_run(where: str) -> ValueType:
    """A path that callbacks of Keras take and a blueprint does not: yamlnet owns every output path."""
    return Unwritable(where, check="callback-paths")
