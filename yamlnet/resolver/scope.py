"""What one list of entries can see while it is expanded: values, tensors, layers named above."""

from __future__ import annotations

from msgspec import Struct, field

from yamlnet.catalog.entry import Entry as CatalogEntry
from yamlnet.diagnostics.diagnostic import KeyPath, Note
from yamlnet.resolver.given import Values
from yamlnet.resolver.left_out import LeftOut
from yamlnet.resolver.plan import LayerCall, TensorRef
from yamlnet.schema.forms import Library

Tensors = TensorRef | tuple["Tensors", ...]
"""One tensor, or the several that a block or a layer gave."""


class NamedLayer(Struct, frozen=True):
    """A layer that was named above and can be called again."""

    call: LayerCall
    entry: CatalogEntry


class Body(Struct):
    """The state of expanding one model's or one block use's entries.

    Attributes:
        library: the file that the entries stand in: whose blocks and models they can use.
        values: parameters and loop variables, for `${…}`.
        tensors: names bound so far; a later binding shadows an earlier one.
        layers: layers named so far.
        previous: what the entry before gave: `_`.
        prefix: the uses of blocks on the way here, for names.
        tags: the loops on the way here, for names.
        used_at: the same uses as places, innermost first.
        notes: the same as notes for a diagnostic.
        left_out: the names of entries that are not there this time.
    """

    library: Library
    values: Values
    tensors: dict[str, Tensors]
    previous: Tensors
    layers: dict[str, NamedLayer] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    used_at: tuple[KeyPath, ...] = ()
    notes: tuple[Note, ...] = ()
    left_out: list[LeftOut] = field(default_factory=list)
