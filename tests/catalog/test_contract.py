"""The catalogue against the installed Keras: nothing is missing, nothing is made up."""

from __future__ import annotations

import importlib
import inspect
from typing import Any, get_args

import keras
import pytest

from yamlnet.catalog import generate
from yamlnet.catalog.entry import Kind
from yamlnet.catalog.load import catalog
from yamlnet.catalog.own_layers import OWN_LAYERS
from yamlnet.compiler import layers as own

pytestmark = pytest.mark.backend

KINDS: tuple[Kind, ...] = get_args(Kind)
CLASSES = {
    "layer": keras.layers.Layer,
    "initializer": keras.initializers.Initializer,
    "regularizer": keras.regularizers.Regularizer,
    "constraint": keras.constraints.Constraint,
    "metric": keras.metrics.Metric,
    "optimizer": keras.optimizers.Optimizer,
    "schedule": keras.optimizers.schedules.LearningRateSchedule,
    "callback": keras.callbacks.Callback,
    "loss": keras.losses.Loss,
}


CHOSEN_BY_SHAPE = ("accuracy", "crossentropy")
"""Names of metrics that only `compile` knows: it chooses the class by the shapes of outputs and targets."""


def resolved(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_the_files_are_fresh() -> None:
    told: list[str] = []
    assert generate.main(["--check"], told.append) == 0, told


@pytest.mark.parametrize("kind", CLASSES)
def test_every_public_class_is_there(kind: Kind) -> None:
    module = importlib.import_module(f"keras.{generate.MODULES[kind]}")
    public = {
        name
        for name, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, CLASSES[kind]) and not name.startswith("_")
    }
    missing = {name for name in public if catalog().find(kind, name) is None}
    assert not missing


def test_every_operation_is_there() -> None:
    for kind, module in (("op", keras.ops), ("random", keras.random)):
        public = {name for name, value in inspect.getmembers(module, inspect.isfunction) if name[0] != "_"}
        assert not {name for name in public if catalog().find(kind, name) is None}
    assert len(catalog().canonical_names("op")) > 250
    assert len(catalog().canonical_names("layer")) > 140


@pytest.mark.parametrize("kind", KINDS)
def test_every_path_and_argument_exists(kind: Kind) -> None:
    for name in catalog().canonical_names(kind):
        entry = catalog().find(kind, name)
        assert entry is not None
        if name in CHOSEN_BY_SHAPE:
            continue
        found = resolved(entry.path)
        if entry.refused is not None:
            continue
        parameters = inspect.signature(found).parameters
        open_ended = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
        for argument in entry.arguments:
            assert argument.name in parameters or open_ended, f"{entry.path} has no {argument.name}"
            if argument.name in parameters and not argument.required:
                given = parameters[argument.name].default
                if isinstance(given, bool | int | float | str | None):
                    assert argument.default == given, f"{entry.path} {argument.name}"


@pytest.mark.parametrize("kind", ["activation", "initializer", "loss", "metric", "optimizer", "regularizer"])
def test_aliases_are_names_that_keras_has(kind: Kind) -> None:
    """Each is what `keras.losses.get` takes, or a public name of its own (`keras.regularizers.l1_l2`)."""
    module = importlib.import_module(f"keras.{generate.MODULES[kind]}")
    known = {*dir(module), *importlib.import_module(module.get.__module__).ALL_OBJECTS_DICT}
    for name in catalog().canonical_names(kind):
        entry = catalog().find(kind, name)
        assert entry is not None
        if entry.refused is None and name not in CHOSEN_BY_SHAPE:
            assert set(entry.aliases) <= known


def test_our_own_layers_take_what_their_entries_say() -> None:
    for name, entry in OWN_LAYERS.items():
        layer = getattr(own, name)
        parameters = inspect.signature(layer).parameters
        for argument in entry.arguments:
            shared = argument.name in ("trainable", "dtype")
            assert shared or argument.name in parameters, f"{name}.{argument.name}"
            if not shared:
                default = parameters[argument.name].default
                assert argument.required == (default is inspect.Parameter.empty)
                assert argument.required or argument.default == default
        call = [one for one in inspect.signature(layer.call).parameters if one != "self"]
        assert [argument.name for argument in entry.call] == call
