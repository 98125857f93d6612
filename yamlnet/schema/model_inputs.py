"""What a model's input may say: the arguments of `keras.Input` that a blueprint can write."""

from __future__ import annotations

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument

SHAPE = t.ListOf(t.AnyOf((t.Integer(min=1), t.Null())))

INPUT_ARGUMENTS: tuple[Argument, ...] = (
    Argument("shape", SHAPE, required=True, help="axes without the batch; null is a free dimension"),
    Argument("dtype", t.ObjectOf("dtype_policy"), help="float32 unless given; int32 for indices"),
    Argument("batch_size", t.AnyOf((t.Integer(min=1), t.Null())), help="a fixed batch size"),
    Argument("sparse", t.Boolean(), help="whether the tensor is sparse"),
    Argument("optional", t.Boolean(), help="whether the input may be None"),
)
"""What `keras.Input` takes, less `name` (the mapping's key) and `tensor` (no blueprint can write it)."""
