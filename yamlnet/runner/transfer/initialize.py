"""`initialize`: the weights that training starts from, and what is told of them.

Layers are found by name: their own, or what `names` says that they are called there. Of a network of
`keras.applications` weights are taken in order: as many, each of the same shape, or none at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import keras
from msgspec import Struct

from yamlnet.diagnostics.diagnostic import BlueprintError, YamlnetError
from yamlnet.objectives.objective import Models
from yamlnet.resolver.plan import Plan
from yamlnet.resolver.transfer_plan import WeightsPlan
from yamlnet.runner.transfer.layers import Layers, listed, named_layers, outermost, refusal
from yamlnet.runner.transfer.networks import Weights, application, preset
from yamlnet.runner.transfer.safetensors_file import SAFETENSORS, Safetensors, arrays_of, renamed
from yamlnet.runner.transfer.stored_weights import H5, load_whole, stored_layers
from yamlnet.schema.words import DEFAULT_MODEL


def initialize(models: Models, plan: Plan, root: Path) -> list[str]:
    """Put the weights that a plan names into its models.

    Args:
        models: from `lower`.
        plan: fully known.
        root: the folder that paths are relative to.

    Returns:
        For each source, a line on what was taken and what was not.

    Raises:
        BlueprintError: a source cannot be read, no layer is in it, or shapes differ; nothing is trained then.
    """
    transfer = plan.train.transfer if plan.train is not None else None
    return [
        _Taking(models, plan, weights, root).take() for weights in (transfer.initialize if transfer else ())
    ]


class _Taking(Struct, frozen=True):
    """One source of weights, and the models that take them."""

    models: Models
    plan: Plan
    weights: WeightsPlan
    root: Path

    def take(self) -> str:
        arguments, layers = self.weights.arguments, named_layers(self.models)
        try:
            if "application" in arguments:
                return self._in_order(layers, application(arguments, self.root))
            if "preset" in arguments:
                return self._by_layer(layers, preset(arguments, self.root))
            path = self.root / str(arguments["path"])
            if path.name.lower().endswith(H5):
                return self._whole(path)
            if path.suffix.lower() == SAFETENSORS:
                return self._by_names(layers, Safetensors(path))
            return self._by_layer(layers, stored_layers(path))
        except BlueprintError:
            raise
        except YamlnetError as error:
            message = f"{error}; {error.hint}" if error.hint else str(error)
            raise refusal(message, self.weights.path, self.plan) from error

    @property
    def source(self) -> str:
        arguments = self.weights.arguments
        return str(next(arguments[word] for word in ("path", "application", "preset") if word in arguments))

    @property
    def names(self) -> Mapping[str, str]:
        """What the layers are called where the weights come from."""
        return cast("Mapping[str, str]", self.weights.arguments.get("names", {}))

    def _targets(self, layers: Layers, patterns: Sequence[str]) -> Layers:
        return outermost(layers, patterns, self.weights.texts("except"))

    def _whole(self, path: Path) -> str:
        name = DEFAULT_MODEL if self.weights.target == "*" else self.weights.target
        if name not in self.models or self.weights.texts("except"):
            message = f"a {H5} file does not say its layers' names: it fills a whole model"
            raise YamlnetError(message, hint='write initialize: {backbone: …}, or "*" for model')
        load_whole(self.models[name], path)
        return f"initialize: all {len(self.models[name].weights)} weights of {name} from {self.source}"

    def _by_layer(self, layers: Layers, stored: Layers) -> str:
        """From layers of the same names."""
        targets = self._targets(layers, [self.weights.target])
        found = {path: one for path in targets if (one := self._namesake(path, stored)) is not None}
        for path, one in found.items():
            self._put(path, targets[path], [keras.ops.convert_to_numpy(weight) for weight in one.weights])
        used = {id(one) for one in found.values()}
        used_paths = [path for path, one in stored.items() if id(one) in used]
        rest = [one for one in outermost(stored, ["*"]) if not any(_is_in(path, one) for path in used_paths)]
        return self._told(targets, list(found), rest)

    def _namesake(self, path: str, stored: Layers) -> Any:
        """The stored layer that one takes its weights from."""
        if self.names:
            return stored.get(renamed(path, self.names) or "")
        inside = path.partition("/")[2] if path.partition("/")[0] in self.models else path
        of = self.weights.arguments.get("model")
        wanted = [path, inside] if of is None else [inside if of == DEFAULT_MODEL else f"{of}/{inside}"]
        return next((stored[name] for name in wanted if name in stored), None)

    def _by_names(self, layers: Layers, file: Safetensors) -> str:
        """From arrays that a file has by names of its own."""
        targets = self._targets(layers, [self.weights.target])
        taken = {}
        for path, layer in layers.items():
            theirs = renamed(path, self.names)
            if theirs is None or not layer.weights or not any(_is_in(path, one) for one in targets):
                continue
            self._put(path, layer, arrays_of(layer, theirs, file))
            taken[path] = theirs
        used = [name for name in file.entries if name.rpartition(".")[0] in taken.values()]
        rest = [name for name in file.entries if name not in used]
        done = [one for one in targets if any(_is_in(path, one) for path in taken)]
        return self._told(targets, done, rest)

    def _in_order(self, layers: Layers, theirs: Weights) -> str:
        """From a network that is built elsewhere: its weights one after another."""
        targets = self._targets(layers, [self.weights.target])
        ours = [(path, weight) for path, layer in targets.items() for weight in layer.weights]
        for (path, weight), (name, array) in zip(ours, theirs, strict=False):
            if tuple(weight.shape) != array.shape:
                message = (
                    f'in order, {self.source} has "{name}" of shape {_shape(array)} where "{path}" has '
                    f'"{weight.name}" of {_shape(weight)}; is it the same network?'
                )
                raise refusal(message, self.weights.path, self.plan, path)
        if len(ours) != len(theirs):
            message = f"{self.source} has {len(theirs)} weights, and what they are for has {len(ours)}"
            hint = "leave out a head of your own: except: [head]; top: true takes the classifier, too"
            raise YamlnetError(message, hint=hint)
        for (_, weight), (_, array) in zip(ours, theirs, strict=True):
            weight.assign(array)
        return f"{self._told(targets, list(targets), [])} (in order)"

    def _put(self, path: str, layer: Any, arrays: Sequence[Any]) -> None:
        shapes, given = [_shape(one) for one in layer.weights], [_shape(one) for one in arrays]
        if shapes != given:
            message = (
                f'"{path}" has weights of {", ".join(shapes)}, and in {self.source} they are of '
                f"{', '.join(given)}; leave it out (except: [{path}]) or make it as large"
            )
            raise refusal(message, self.weights.path, self.plan, path)
        for weight, array in zip(layer.weights, arrays, strict=True):
            weight.assign(array)

    def _told(self, targets: Layers, done: Sequence[str], rest: Sequence[str]) -> str:
        if not done:
            has = f"; it has {listed(rest)}" if rest else ""
            raise YamlnetError(f'nothing in {self.source} is called as "{self.weights.target}" is{has}')
        left = [path for path in targets if path not in done]
        told = f"initialize: {len(done)} of {len(targets)} layers from {self.source}"
        told += f"; left as they are: {listed(left)}" if left else ""
        return told + (f"; not used: {listed(rest)}" if rest else "")


def _is_in(path: str, outer: str) -> bool:
    return path == outer or path.startswith(f"{outer}/")


def _shape(array: Any) -> str:
    return str(list(array.shape))
