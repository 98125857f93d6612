"""Weights from elsewhere, and what of a model is learnt, as plain data.

Layers are named by patterns: `conv1` of `model`, `backbone/conv1` of another model, `*/norm` of all; a layer
of a layer follows it, `attention/query`. A pattern that names a model or a layer means all that is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from yamlnet.diagnostics.diagnostic import KeyPath


class WeightsPlan(Struct, frozen=True):
    """Where the weights of some layers come from: one of `path`, `application`, `preset`, and the rest."""

    target: str
    arguments: Mapping[str, object]
    path: KeyPath

    def texts(self, word: str) -> tuple[str, ...]:
        """An argument that is a text or a list of them."""
        return _texts(self.arguments.get(word))


class FreezePlan(Struct, frozen=True):
    """Layers that are not learnt; `until` counts the epochs after which they are, None means never."""

    layers: tuple[str, ...]
    until: int | None
    path: KeyPath


class LoraPlan(Struct, frozen=True):
    """Kernels in `target` are changed by alpha / rank · A B alone; what is in `train` is learnt whole."""

    rank: int
    target: tuple[str, ...]
    alpha: float
    train: tuple[str, ...]
    path: KeyPath


class TransferPlan(Struct, frozen=True):
    """The words `initialize`, `freeze`, `learning_rates`, `lora` and `quantize`."""

    initialize: tuple[WeightsPlan, ...] = ()
    freeze: tuple[FreezePlan, ...] = ()
    learning_rates: Mapping[str, float] = {}
    lora: LoraPlan | None = None
    quantize: str | None = None


def covers(pattern: str, layer: str) -> bool:
    """Whether a pattern means a layer: by its own path, or by that of what it is in."""
    return fnmatchcase(layer, pattern) or fnmatchcase(layer, f"{pattern}/*")


def covered(patterns: Iterable[str], layer: str) -> bool:
    """Whether one of several patterns means a layer."""
    return any(covers(pattern, layer) for pattern in patterns)


def initialize_plans(value: object, path: KeyPath) -> tuple[WeightsPlan, ...]:
    """`initialize` as it was written: a path for all, or a mapping by model or layer."""
    sources = value if isinstance(value, Mapping) else {"*": value}
    return tuple(
        WeightsPlan(
            str(target),
            source if isinstance(source, Mapping) else {"path": source},
            (*path, str(target)) if source is not value else path,
        )
        for target, source in sources.items()
        if source is not None
    )


def freeze_plans(value: object, path: KeyPath) -> tuple[FreezePlan, ...]:
    """`freeze` as it was written: patterns, a stage, or a list of both."""
    if not isinstance(value, list):
        return () if value is None else (_stage(value, path),)
    return tuple(_stage(one, (*path, index)) for index, one in enumerate(value))


def _stage(value: object, path: KeyPath) -> FreezePlan:
    if not isinstance(value, Mapping):
        return FreezePlan((str(value),), None, path)
    until = value.get("until")
    place = (*path, "layers")
    return FreezePlan(_texts(value.get("layers")), until if isinstance(until, int) else None, place)


def lora_plan(value: object, path: KeyPath) -> LoraPlan | None:
    """`lora` as it was written."""
    if not isinstance(value, Mapping):
        return None
    rank = int(str(value["rank"]))
    alpha = value.get("alpha")
    return LoraPlan(
        rank,
        _texts(value["target"]),
        float(alpha) if isinstance(alpha, int | float) else float(rank),
        _texts(value.get("train")),
        path,
    )


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
