"""Paths of files of rows and of weights, from the folder of the file that is read, whoever wrote them."""

from __future__ import annotations

import os.path
from collections.abc import Callable

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


def seen_from(document: Branch, setting: KeyPath, folder: str) -> Branch:
    """The document with a setting's paths, which are from the folder one is in, as its own file writes paths.

    Args:
        document: with the setting in it.
        setting: where that stands.
        folder: of the document's file.
    """
    places = [place for place in _places(document) if place[: len(setting)] == setting]
    return _moved_paths(document, places, lambda file: os.path.relpath(file, folder or "."))


def moved(document: Branch, base: Address, writer: Address) -> Branch:
    """The document of a base with its data files' paths as the file that extends it would write them."""
    folder = os.path.relpath(os.path.dirname(base.path) or ".", os.path.dirname(writer.path) or ".")
    if base.scheme != "path" or writer.scheme != "path" or folder == ".":
        return document
    return _moved_paths(document, _places(document), lambda file: os.path.join(folder, file))


def _places(document: Branch) -> list[KeyPath]:
    """Where a document may write a path of rows, of a run or of weights, or a parameter that is a path."""
    found: list[KeyPath] = []
    for part in PARTS:
        for name in _names(document, ("data", part))[:1]:
            source: KeyPath = ("data", part, name)
            arguments = {argument.name for argument in SOURCES.get(name, ())}
            found += [source, (*source, "path")] if "path" in arguments else []
            found += [(*source, "url")] if "url" in arguments else []
    for side in SIDES:
        found += [("data", side, name, "tokenize", "run") for name in _names(document, ("data", side))]
    weights: list[KeyPath] = [(*INITIALIZE, name) for name in _names(document, INITIALIZE)]
    found += [INITIALIZE, *weights, *((*place, "path") for place in weights)]
    for name in _names(document, ("params",)):
        declared = find(document, ("params", name, "type"))
        found += [("params", name, "default")] if declared is not None and declared.value == "path" else []
    return found


def _names(document: Branch, path: KeyPath) -> list[str]:
    found = find(document, path)
    return list(found.value) if found is not None and isinstance(found.value, dict) else []


def _moved_paths(document: Branch, places: list[KeyPath], move: Callable[[str], str]) -> Branch:
    """The document with the relative paths at some places, those that there are, as others."""
    for place in places:
        found = find(document, place)
        if found is None or not isinstance(found.value, str) or is_template(found.value):
            continue
        begin, file = _divided(found.value)
        if os.path.isabs(file) or "://" in file or not file.strip():
            continue
        # Columns inside the text no longer tell where they stand in the file.
        positions = replace(found.positions, style="*")
        document = put(document, place, Branch(begin + move(file), positions))
    return document


def _divided(written: str) -> tuple[str, str]:
    """What stands before a path in a source's word (`sqlite:///` names a file, too), and the path."""
    return (SQLITE, written.removeprefix(SQLITE)) if written.startswith(SQLITE) else ("", written)
