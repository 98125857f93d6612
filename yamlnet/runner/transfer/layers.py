"""Layers by path: `conv1` of `model`, `backbone/conv1` of another model, `attention/query` in a layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, KeyPath, Note
from yamlnet.objectives.objective import Models
from yamlnet.resolver.plan import LayerCall, Plan
from yamlnet.resolver.transfer_plan import covered
from yamlnet.schema.words import DEFAULT_MODEL

CHECK = "weights"

Layers = dict[str, Any]
"""Keras layers by path, each followed by the layers in it."""


def named_layers(models: Models) -> Layers:
    """The layers of models by path; a model that another calls stands under its own name alone."""
    found: Layers = {}
    for name, model in models.items():
        found |= dict(_inside(model, "" if name == DEFAULT_MODEL else f"{name}/", found))
    return found


def _inside(layer: Any, prefix: str, known: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The layers in a layer, and those in them; called models are known already, or come with their name."""
    for inner in layer._flatten_layers(include_self=False, recursive=False):
        if isinstance(inner, keras.layers.InputLayer):
            continue
        if isinstance(inner, keras.Model):
            if not any(path.startswith(f"{inner.name}/") for path in known):
                yield from _inside(inner, f"{inner.name}/", known)
            continue
        yield f"{prefix}{inner.name}", inner
        yield from _inside(inner, f"{prefix}{inner.name}/", known)


def outermost(layers: Layers, patterns: Sequence[str], excepted: Sequence[str] = ()) -> Layers:
    """The layers with weights that patterns mean, without those that are in one of them."""
    found: Layers = {}
    for path, layer in layers.items():
        inside = any(path.startswith(f"{outer}/") for outer in found)
        if not inside and layer.weights and covered(patterns, path) and not covered(excepted, path):
            found[path] = layer
    return found


def place_of(layer: str, plan: Plan) -> KeyPath | None:
    """Where a layer, or the one that it is in, stands in the file."""
    for name, graph in plan.models.items():
        prefix = "" if name == DEFAULT_MODEL else f"{name}/"
        for node in graph.nodes:
            if isinstance(node.callee, LayerCall):
                path = f"{prefix}{node.callee.instance}"
                if layer == path or layer.startswith(f"{path}/"):
                    return node.path
    return None


def refusal(message: str, path: KeyPath, plan: Plan, layer: str | None = None) -> BlueprintError:
    """A problem of a transfer word, with the layer's line beside it."""
    place = place_of(layer, plan) if layer is not None else None
    notes = (Note(f'"{layer}" stands here', place),) if place is not None else ()
    return BlueprintError([Diagnostic(CHECK, message, path, "key", notes=notes)])


def listed(names: Sequence[str], most: int = 4) -> str:
    """Some names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
