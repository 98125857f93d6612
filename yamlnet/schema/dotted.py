"""Dotted keys of `layers`: `vision.residual` of an imported file, `acme.GatedDense` of a plugin."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from yamlnet.catalog.load import catalog
from yamlnet.catalog.plugins import PluginError
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.forms import EntryKind
from yamlnet.schema.rewriting import module_mend
from yamlnet.schema.words import DEFAULT_MODEL, IMPORT, IMPORTED


class Dotted(Struct, frozen=True):
    """What a dotted key means, or why it means nothing; a file that could not be read has been told."""

    kind: EntryKind
    problem: str = ""
    check: str = "unknown-layer"


def dotted(key: str, imports: Mapping[str, Mapping[str, object]]) -> Dotted:
    """Find what a dotted key names.

    Args:
        key: as written, with at least one dot.
        imports: the file's imports in full, each `{from, params, file}`.
    """
    first, _, rest = key.partition(".")
    if first not in imports:
        return _of_plugin(key, imports)
    document = imports[first].get(IMPORTED)
    if not isinstance(document, dict):
        return Dotted("invalid")
    inner, _, deeper = rest.partition(".")
    further = document.get(IMPORT)
    if deeper and isinstance(further, dict) and inner in further:
        return dotted(rest, further)
    known = [*_names(document, "blocks"), *_names(document, "models"), *_main(document)]
    if rest in known:
        return Dotted("use")
    mend = did_you_mean(rest, known) or f"; it has {', '.join(known) or 'none'}"
    return Dotted("invalid", f'the file imported as "{first}" has no block or model "{rest}"{mend}')


def _of_plugin(key: str, imports: Mapping[str, object]) -> Dotted:
    namespace, _, name = key.partition(".")
    plugins = catalog().plugins
    if namespace not in plugins:
        known = [*imports, *plugins]
        mend = module_mend(key) or did_you_mean(namespace, known)
        mend = mend or (f"; there are {', '.join(known)}" if known else "")
        message = f'no import and no installed plugin is called "{namespace}"{mend}'
        return Dotted("invalid", message, "unknown-import")
    try:
        layers = catalog().plugin_layers(namespace)
    except PluginError as error:
        return Dotted("invalid", str(error), "plugin")
    if name in layers:
        return Dotted("layer")
    mend = did_you_mean(name, layers) or f"; it has {', '.join(layers) or 'none'}"
    return Dotted("invalid", f'the plugin "{namespace}" has no layer "{name}"{mend}')


def _names(document: Mapping[str, object], section: str) -> list[str]:
    found = document.get(section)
    return list(found) if isinstance(found, dict) else []


def _main(document: Mapping[str, object]) -> list[str]:
    return [DEFAULT_MODEL] if DEFAULT_MODEL in document else []
