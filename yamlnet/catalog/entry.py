"""The shape of the catalogue: what Keras offers, as data."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from msgspec import Struct

from yamlnet.catalog.types import ValueType

Kind = Literal[
    "layer",
    "op",
    "random",
    "activation",
    "initializer",
    "regularizer",
    "constraint",
    "loss",
    "metric",
    "optimizer",
    "schedule",
    "callback",
]


class Argument(Struct, frozen=True):
    """One argument of a constructor, a layer's call, or a function, in the order Keras takes it.

    `default` is a JSON value and means nothing when `required`. `tensor` marks an argument that
    takes a tensor (`query`, `x1`, `mask`); `tensors` one that takes a list of them (`xs`, the
    `inputs` of a merging layer).
    """

    name: str
    type: ValueType
    required: bool = False
    default: object = None
    help: str = ""
    tensor: Literal["no", "one", "many"] = "no"


class Entry(Struct, frozen=True, dict=True):
    """One thing that Keras (or yamlnet, or a plugin) offers.

    Attributes:
        kind: which list it belongs to.
        name: the name as users write it: `Conv2D`, `relu`, `matmul`.
        path: the public path in Keras: `keras.layers.Conv2D`; `yamlnet.Sampling` for our own.
        help: one line.
        arguments: of the constructor, or of the function for ops and activations.
        call: arguments of a layer's call, the tensor ones first in Keras's order (empty for others).
        aliases: other names for the same thing (`glorot_uniform`, `Convolution2D`).
        refused: why a blueprint cannot use it (`Lambda` runs code), or None.
        masking: whether a layer passes on the mask of what it reads (Keras's `supports_masking`).
    """

    kind: Kind
    name: str
    path: str
    help: str
    arguments: tuple[Argument, ...]
    call: tuple[Argument, ...] = ()
    aliases: tuple[str, ...] = ()
    refused: str | None = None
    masking: bool = False

    @cached_property
    def by_name(self) -> dict[str, Argument]:
        """The constructor's (or function's) arguments by name."""
        return {argument.name: argument for argument in self.arguments}

    @cached_property
    def call_by_name(self) -> dict[str, Argument]:
        """The call's arguments by name."""
        return {argument.name: argument for argument in self.call}
