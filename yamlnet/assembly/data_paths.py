"""Paths of files of rows and of weights, from the folder of the file that is read, whoever wrote them."""

from __future__ import annotations

import os.path

from msgspec.structs import replace

from yamlnet.assembly.addresses import Address
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.schema.data_words import SOURCES
from yamlnet.schema.expressions import is_template
from yamlnet.syntax.graft import find, put
from yamlnet.syntax.tree import Branch

SQLITE = "sqlite:///"

SIDES = ("inputs", "targets")
PARTS = ("train", "validation", "test")
INITIALIZE: KeyPath = ("train", "initialize")


def seen_from(written: Branch, folder: str) -> Branch:
    """A path from the folder one is in, as a file in another folder writes it."""
    value = written.value
    if not isinstance(value, str) or is_template(value) or not value.strip():
        return written
    begin, file = _divided(value)
    if os.path.isabs(file) or "://" in file:
        return written
    moved = os.path.relpath(file, folder or ".")
    return Branch(begin + moved, replace(written.positions, style="*"))


def moved(document: Branch, base: Address, writer: Address) -> Branch:
    """The document of a base with its data files' paths as the file that extends it would write them."""
    folder = os.path.relpath(os.path.dirname(base.path) or ".", os.path.dirname(writer.path) or ".")
    if base.scheme != "path" or writer.scheme != "path" or folder == ".":
        return document
    for part in PARTS:
        source = find(document, ("data", part))
        if source is not None and isinstance(source.value, dict) and len(source.value) == 1:
            document = _moved_source(document, ("data", part, next(iter(source.value))), folder)
    for side in SIDES:
        tensors = find(document, ("data", side))
        names = list(tensors.value) if tensors is not None and isinstance(tensors.value, dict) else []
        runs: list[KeyPath] = [("data", side, name, "tokenize", "run") for name in names]
        document = _moved_paths(document, runs, folder)
    weights = find(document, INITIALIZE)
    targets = list(weights.value) if weights is not None and isinstance(weights.value, dict) else []
    places = [INITIALIZE, *((*INITIALIZE, one) for one in targets)]
    return _moved_paths(document, [*places, *((*INITIALIZE, one, "path") for one in targets)], folder)


def _moved_source(document: Branch, path: KeyPath, folder: str) -> Branch:
    arguments = {argument.name for argument in SOURCES.get(str(path[-1]), ())}
    places = [path, (*path, "path")] if "path" in arguments else []
    return _moved_paths(document, [*places, (*path, "url")] if "url" in arguments else places, folder)


def _moved_paths(document: Branch, places: list[KeyPath], folder: str) -> Branch:
    """The document with the texts at some places, those that there are, as paths from another folder."""
    for place in places:
        found = find(document, place)
        if found is None or not isinstance(found.value, str) or is_template(found.value):
            continue
        begin, file = _divided(found.value)
        if os.path.isabs(file) or "://" in file:
            continue
        # Columns inside the text no longer tell where they stand in the file.
        positions = replace(found.positions, style="*")
        document = put(document, place, Branch(begin + os.path.join(folder, file), positions))
    return document


def _divided(written: str) -> tuple[str, str]:
    """What stands before a path in a source's word (`sqlite:///` names a file, too), and the path."""
    return (SQLITE, written.removeprefix(SQLITE)) if written.startswith(SQLITE) else ("", written)
