"""A blueprint in the user's own words, as frozen data: nothing is expanded or filled in yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from yamlnet.catalog.types import ValueType
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.schema.sections import DataSection, TrainSection
from yamlnet.schema.words import PREVIOUS, shortened

EntryKind = Literal["layer", "op", "random", "use", "group", "invalid"]


class Entry(Struct, frozen=True):
    """One entry of `layers`.

    Attributes:
        key: what is called, as written (`Conv2D`, `ops.matmul`, `conv_unit`), or `layers`.
        kind: what the key names; a `use` calls a block, a model, or a layer named above; an
            `invalid` entry was reported, and only its name matters to the entries that read it.
        body: the arguments by name without the wiring, or the one value of `Dense: 10`.
        path: to the value under the key.
        reads: what `from` says.
        binds: what `as` says: a name, names of several outputs, or None.
        call: what `with` says.
        repeat: what `for` says: a count, `{variable: values}`, or None.
        condition: what `if` says.
        name: what `name` says.
        layers: the entries of a group.
    """

    key: str
    kind: EntryKind
    body: object
    path: KeyPath
    reads: object = PREVIOUS
    binds: str | tuple[str, ...] | None = None
    call: Mapping[str, object] = field(default_factory=dict)
    repeat: object = None
    condition: object = True
    name: str | None = None
    layers: tuple[Entry, ...] = ()

    def word(self, word: str) -> KeyPath:
        """The place of a wiring word: inside the arguments, or beside `layers` in a group."""
        return (*self.path[:-1], word) if self.kind == "group" else (*self.path, word)


class Parameter(Struct, frozen=True):
    """A parameter of a file or a block: its type, its default, and whether the caller must give it.

    `path` is the parameter's own place, `default_path` that of its default. Of a `broken` one it was reported
    that it does not read: it has no value, and whatever uses it is no news.
    """

    name: str
    type: ValueType
    default: object
    required: bool
    help: str
    path: KeyPath
    default_path: KeyPath
    broken: bool = False


class Block(Struct, frozen=True):
    """A sub-graph with parameters."""

    name: str
    params: Mapping[str, Parameter]
    inputs: tuple[str, ...]
    entries: tuple[Entry, ...]
    outputs: object
    path: KeyPath


class Model(Struct, frozen=True):
    """A model: what it takes, its entries, what it gives; `input_paths` are its inputs' places."""

    name: str
    inputs: Mapping[str, object]
    entries: tuple[Entry, ...]
    outputs: object
    path: KeyPath
    input_paths: Mapping[str, KeyPath]


class Library(Struct, frozen=True):
    """What one file gives to those that use it: parameters, blocks, models, and its own imports.

    Attributes:
        label: the names of the imports that lead to it, joined by `_`; "" for the blueprint itself.
        arguments: values for its parameters, in the words of the file that imports it.
        broken: whether the file could not be read, which was reported.
        path: where it stands in the whole document.
    """

    params: Mapping[str, Parameter]
    blocks: Mapping[str, Block]
    models: Mapping[str, Model]
    imports: Mapping[str, Library] = field(default_factory=dict)
    label: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    broken: bool = False
    path: KeyPath = ()

    @property
    def graphs(self) -> tuple[Block | Model, ...]:
        """Its blocks and models."""
        return (*self.blocks.values(), *self.models.values())

    def owner(self, key: str) -> tuple[Library, str]:
        """The library that a dotted name leads to, and what is left of the name: `vision.residual`."""
        library = self
        while "." in key:
            first, _, rest = key.partition(".")
            if first not in library.imports:
                break
            library, key = library.imports[first], rest
        return library, key

    def model_name(self, name: str) -> str:
        """What one of its models is called in the plan."""
        return shortened(f"{self.label}_{name}") if self.label else name


class Blueprint(Library, frozen=True):
    """A whole blueprint that passed validation.

    `models` holds every model, the one under `model` last, so that callees come before callers as
    far as the file's own order allows. `document` is the file as plain data; `replaced` are the values that
    stood in it before a variant, an extending file or the command line set others.
    """

    name: str = "blueprint"
    description: str = ""
    data: DataSection | None = None
    train: TrainSection | None = None
    export: tuple[str, ...] = ()
    document: Mapping[str, object] = field(default_factory=dict)
    replaced: tuple[object, ...] = ()

    def written(self, path: KeyPath) -> Mapping[str, object]:
        """The mapping that stands at a path of keys; empty where none does."""
        found: object = self.document
        for step in path:
            found = found.get(str(step)) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}
