"""From an `ObjectSpec` to the Keras object: one generic path for everything in the catalogue."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from yamlnet.catalog.load import catalog
from yamlnet.catalog.types import Unwritable
from yamlnet.catalog.values import problem
from yamlnet.compiler.safe_mode import safe_mode
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic
from yamlnet.resolver.plan import ObjectSpec


def construct(spec: ObjectSpec, **extra: object) -> Any:
    """Build what a spec describes.

    Args:
        spec: kind, canonical name and arguments; nested specs are built first.
        extra: further constructor arguments that the blueprint does not write (a layer's `name`).

    Returns:
        The Keras object. An activation without arguments stays its name, which is how Keras's
        configurations hold it.

    Raises:
        BlueprintError: Keras's constructor refused the arguments, at the place of the object.
    """
    if spec.kind == "activation":
        return spec.name
    keras_class = keras_object(_path(spec))
    _refuse_unread(spec)
    arguments = {name: _constructed(value) for name, value in spec.arguments.items()}
    try:
        with safe_mode():
            return keras_class(**arguments, **extra)
    except (TypeError, ValueError, AttributeError, OverflowError, KeyError, IndexError) as error:
        message = f'Keras refuses {spec.kind} "{spec.name}": {first_sentences(str(error))}'
        raise BlueprintError([Diagnostic("keras", message, spec.path, "key")]) from error


def _path(spec: ObjectSpec) -> str:
    entry = catalog().find(spec.kind, spec.name)
    if entry is None or entry.refused is not None:
        raise BlueprintError(
            [Diagnostic("refused", f'{spec.kind} "{spec.name}" is not in the catalogue', spec.path, "key")]
        )
    return entry.path


def _refuse_unread(spec: ObjectSpec) -> None:
    """The second belt: whatever made the plan, an argument is in the catalogue and of its type."""
    entry = catalog().find(spec.kind, spec.name)
    assert entry is not None, "its path was found"
    for name, value in spec.arguments.items():
        argument = entry.by_name.get(name)
        if name == "name" and isinstance(value, str):
            continue  # what Keras calls the object, which our own code sets
        if argument is None or isinstance(argument.type, Unwritable) or problem(value, argument.type):
            message = f'"{name}" of {spec.kind} "{spec.name}" is not what the catalogue allows'
            raise BlueprintError([Diagnostic("refused", message, (*spec.path, name))])


def _constructed(value: object) -> object:
    if isinstance(value, ObjectSpec):
        return construct(value)
    if isinstance(value, list | tuple):
        return [_constructed(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _constructed(item) for key, item in value.items()}
    return value


@lru_cache(maxsize=1024)
def keras_object(path: str) -> Any:
    """The object at a catalogue's path: `keras.layers.Conv2D`, `yamlnet.Sampling`, `acme.layers:Gated`."""
    module, colon, name = path.partition(":")
    if colon:
        return getattr(importlib.import_module(module), name)
    package, *steps = path.split(".")
    if package == "yamlnet":
        from yamlnet.compiler.layers import OWN_LAYERS

        return OWN_LAYERS[steps[-1]]
    found: Any = importlib.import_module(package)
    for step in steps:
        found = getattr(found, step)
    return found


DUMP = re.compile(r"(?<=\S)[\s,(]+(?:Received|Full (?:input )?shapes?)\b.*", re.DOTALL)
"""What Keras repeats of its arguments: they stand in the file, and the shapes in our words."""


def first_sentences(text: str, limit: int = 240) -> str:
    """The part of Keras's message that a person reads: its first lines, without the arguments' dump."""
    text = text.split("\n\nArguments received by")[0].split("Arguments received by")[0]
    text = " ".join(DUMP.sub("", text).split()).removesuffix(".")
    if len(text) <= limit:
        return text
    cut = text.rfind(". ", 0, limit)
    return text[:cut] if cut > 60 else text[:limit].rstrip() + "…"
