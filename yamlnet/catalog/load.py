"""Reading the catalogue: each kind's file when it is first asked for, each entry when it is first used."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from yamlnet.catalog.argument_terms import PLUGIN_VALUE, optional
from yamlnet.catalog.argument_types import argument_type
from yamlnet.catalog.entry import Argument, Entry, Kind
from yamlnet.catalog.own_layers import OWN_LAYERS
from yamlnet.catalog.plugins import plugins
from yamlnet.catalog.types import Unwritable, ValueType
from yamlnet.catalog.values import problem

FOLDER = Path(__file__).parent / "keras"


class Catalog:
    """Everything a blueprint can name, by kind and name."""

    def __init__(self) -> None:
        self._kinds: dict[Kind, _KindEntries] = {}
        self._plugin_layers: dict[str, dict[str, Entry]] = {}

    def find(self, kind: Kind, name: str) -> Entry | None:
        """The entry of a name or an alias of it; refused entries are found too, with their reason.

        A plugin's layer is found by its dotted name, `acme.GatedDense`.

        Raises:
            PluginError: the plugin that a dotted name means cannot be read.
        """
        namespace, dot, layer = name.partition(".")
        if dot and kind == "layer" and namespace in self.plugins:
            return self.plugin_layers(namespace).get(layer)
        return self._of(kind).find(name)

    @property
    def plugins(self) -> tuple[str, ...]:
        """The namespaces of the installed plugins."""
        return tuple(plugins().found)

    def plugin_layers(self, namespace: str) -> dict[str, Entry]:
        """A plugin's layers by class name; the entries' own names are dotted.

        Raises:
            PluginError: the plugin cannot be read.
        """
        if namespace not in self._plugin_layers:
            layers = plugins().layers(namespace)
            self._plugin_layers[namespace] = {
                name: _entry("layer", f"{namespace}.{name}", raw) for name, raw in layers.items()
            }
        return self._plugin_layers[namespace]

    def names(self, kind: Kind) -> tuple[str, ...]:
        """Every name and alias of a kind that a blueprint may use, canonical names first."""
        return self._of(kind).names()

    def canonical_names(self, kind: Kind) -> tuple[str, ...]:
        """Every canonical name of a kind, the refused ones included."""
        return tuple(self._of(kind).raw)

    def _of(self, kind: Kind) -> _KindEntries:
        if kind not in self._kinds:
            self._kinds[kind] = _KindEntries(kind)
        return self._kinds[kind]


class _KindEntries:
    """The entries of one kind, made on first use."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.raw: dict[str, dict[str, Any]] = msgspec.json.decode((FOLDER / f"{kind}.json").read_bytes())
        self.aliases = {alias: name for name, raw in self.raw.items() for alias in raw.get("aliases", ())}
        self.made: dict[str, Entry] = {}
        if kind == "layer":
            self.made.update(OWN_LAYERS)

    def find(self, name: str) -> Entry | None:
        name = name if name in self.raw else self.aliases.get(name, name)
        if name not in self.made:
            if name not in self.raw:
                return None
            self.made[name] = _entry(self.kind, name, self.raw[name])
        return self.made[name]

    def names(self) -> tuple[str, ...]:
        usable = [name for name, raw in self.raw.items() if "refused" not in raw]
        own = list(OWN_LAYERS) if self.kind == "layer" else []
        aliases = [alias for alias, name in self.aliases.items() if "refused" not in self.raw[name]]
        return (*usable, *own, *aliases)


def _entry(kind: Kind, name: str, raw: dict[str, Any]) -> Entry:
    return Entry(
        kind=kind,
        name=name,
        path=raw["path"],
        help=raw["help"],
        arguments=tuple(_argument(name, argument) for argument in raw.get("arguments", ())),
        call=tuple(_argument(name, argument) for argument in raw.get("call", ())),
        aliases=tuple(raw.get("aliases", ())),
        refused=raw.get("refused"),
        masking=raw.get("masking", False),
    )


def _argument(owner: str, raw: dict[str, Any]) -> Argument:
    type, default = _type(owner, raw["name"]), raw.get("default")
    needed = raw.get("required", False)
    writable = not isinstance(type, Unwritable)
    if writable and not needed and default is None and problem(None, type) is not None:
        type = optional(type)  # what Keras takes when nothing is written may be written too
    return Argument(
        name=raw["name"],
        type=type,
        required=needed and writable,  # yamlnet gives the others
        default=default,
        help=raw.get("help", ""),
        tensor=raw.get("tensor", "no"),
    )


def _type(owner: str, name: str) -> ValueType:
    """What an argument may be: what the tables say; of a plugin's layer else scalars and lists."""
    known = argument_type(owner, name)
    if "." in owner:  # a path that Keras's callbacks may not take is nothing of a plugin's
        return PLUGIN_VALUE if known is None or isinstance(known, Unwritable) else known
    return known or Unwritable("nobody has said yet what it may be")


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """The one catalogue of this process."""
    return Catalog()
