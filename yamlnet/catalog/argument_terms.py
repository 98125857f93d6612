"""The types that Keras's arguments have, under the names that their tables use."""

from __future__ import annotations

from yamlnet.catalog.types import (
    AnyOf,
    Boolean,
    Choice,
    Integer,
    ListOf,
    Null,
    Number,
    ObjectOf,
    Plain,
    Text,
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
NUMBERS = AnyOf((NUMBER, ListOf(Plain())))
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
TENSOR = AnyOf((NUMBER, BOOLEAN, ListOf(Plain())))
"""What may stand for a tensor in a blueprint besides a reference to one: a constant."""

FUNCTION = Unwritable("a blueprint is data and holds no functions")
OBJECT = Unwritable("this is a Python object, which no file can hold")
