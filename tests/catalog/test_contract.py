"""The catalogue against the installed Keras: nothing is missing, nothing is made up."""

from __future__ import annotations

import importlib
import inspect
from typing import Any, get_args

import keras
import pytest

from yamlnet.catalog import generate
from yamlnet.catalog import types as t
from yamlnet.catalog.allowed import ALLOWED, NOT_OBJECTS, PLUMBING
from yamlnet.catalog.argument_types import argument_type
from yamlnet.catalog.entry import Argument, Entry, Kind
from yamlnet.catalog.free_texts import FREE_TEXTS
from yamlnet.catalog.load import catalog
from yamlnet.catalog.own_layers import OWN_LAYERS
from yamlnet.catalog.refused import REFUSED
from yamlnet.catalog.values import problem
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


ROOMS = {
    "activations", "callbacks", "constraints", "initializers", "layers", "losses", "metrics", "ops",
    "optimizers", "random", "regularizers",
}  # fmt: skip
"""The modules of Keras whose objects a blueprint may name."""

CLOSED_ROOMS = {
    "applications", "backend", "config", "datasets", "distillation", "distribution", "dtype_policies",
    "export", "legacy", "mixed_precision", "models", "preprocessing", "quantizers", "saving", "src", "tree",
    "utils",
    "visualization", "wrappers",
}  # fmt: skip
"""Those of which it may name nothing (data sets and dtypes are lists of our own)."""


def exported(kind: Kind) -> dict[str, Any]:
    """Everything that a module of Keras shows, whatever it is."""
    module: Any = keras
    for step in generate.MODULES[kind].split("."):
        module = getattr(module, step)
    return {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}


def entries(kind: Kind) -> list[Entry]:
    found = [catalog().find(kind, name) for name in catalog().canonical_names(kind)]
    return [entry for entry in found if entry is not None and entry.refused is None]


def parts(type: t.ValueType) -> list[t.ValueType]:
    """A type and every type inside it."""
    inner = [*getattr(type, "options", ())] if isinstance(type, t.AnyOf) else []
    inner += (
        [type.item] if isinstance(type, t.ListOf) else [type.value] if isinstance(type, t.MappingOf) else []
    )
    return [type, *(part for one in inner for part in parts(one))]


def arguments() -> list[tuple[str, Argument]]:
    """Every argument that a blueprint can write, by `kind.Name.argument`."""
    every = [entry for kind in KINDS for entry in entries(kind)] + list(OWN_LAYERS.values())
    return [
        (f"{entry.kind}.{entry.name}.{argument.name}", argument)
        for entry in every
        for argument in (*entry.arguments, *entry.call)
    ]


def test_every_module_of_keras_is_classified() -> None:
    modules = {name for name in dir(keras) if inspect.ismodule(getattr(keras, name)) and name[0] != "_"}
    assert modules == ROOMS | CLOSED_ROOMS


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_keras_exports_is_allowed_or_refused(kind: Kind) -> None:
    """Independent of the generator: by the names that the module shows."""
    new = [
        f"classify keras.{generate.MODULES[kind]}.{name} in catalog/allowed.py or catalog/refused.py"
        for name in exported(kind)
        if catalog().find(kind, name) is None and name not in PLUMBING and f"{kind}.{name}" not in NOT_OBJECTS
    ]
    assert not new, new
    assert not [name for name in catalog().canonical_names(kind) if f"{kind}.{name}" in NOT_OBJECTS]


@pytest.mark.parametrize("kind", KINDS)
def test_no_classification_is_out_of_date(kind: Kind) -> None:
    """Both lists name what Keras exports, and nothing stands in both."""
    shown = exported(kind)
    refused = {name.partition(".")[2] for name in REFUSED if name.startswith(f"{kind}.")}
    others = {name.partition(".")[2] for name in NOT_OBJECTS if name.startswith(f"{kind}.")}
    assert not ALLOWED[kind] & refused
    assert ALLOWED[kind] | refused | others <= {*shown, *CHOSEN_BY_SHAPE}
    assert {entry.name for entry in entries(kind)} == ALLOWED[kind]


def test_what_a_new_keras_adds_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class NewThing(keras.layers.Dense):
        pass

    monkeypatch.setattr(keras.layers, "NewThing", NewThing, raising=False)
    monkeypatch.setattr(keras.callbacks, "new_function", lambda: None, raising=False)
    assert generate.unclassified() == ["keras.layers.NewThing", "keras.callbacks.new_function"]
    assert '"NewThing"' not in generate.generate()["layer.json"]
    told: list[str] = []
    assert generate.main(["--check"], told.append) == 1
    assert "classify keras.layers.NewThing in yamlnet/catalog/allowed.py" in told[0]


def test_a_new_argument_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dense(keras.layers.Dense):
        def __init__(self, units: int, callable_or_path: Any = None, **kwargs: Any) -> None:
            super().__init__(units, **kwargs)

    monkeypatch.setattr(keras.layers, "Dense", Dense)
    with pytest.raises(SystemExit, match=r"layer Dense\.callable_or_path"):
        generate.generate()


@pytest.mark.parametrize("kind", KINDS)
def test_every_argument_of_an_allowed_thing_is_typed(kind: Kind) -> None:
    """Independent of the generator: by the signatures of what is allowed."""
    missing = []
    for entry in entries(kind):
        if entry.name in CHOSEN_BY_SHAPE:
            continue
        found = resolved(entry.path)
        signatures = [found.__init__ if inspect.isclass(found) else found, getattr(found, "call", None)]
        for function in filter(None, signatures[: 2 if kind == "layer" else 1]):
            for parameter in inspect.signature(function).parameters.values():
                plain = parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
                wiring = parameter.name in ("self", "name")
                if plain and not wiring and argument_type(entry.name, parameter.name) is None:
                    missing.append(f"{entry.path}.{parameter.name}")
    assert not missing, missing


def test_no_argument_takes_whatever_is_written() -> None:
    """A mapping of Keras's (`{class_name: …, config: …}`) fits no type: the only mapping holds numbers."""
    types = {name: parts(argument.type) for name, argument in arguments()}
    assert not [name for name, inside in types.items() if any(isinstance(one, t.Plain) for one in inside)]
    mappings = {name for name, inside in types.items() if any(isinstance(one, t.MappingOf) for one in inside)}
    assert mappings == {"layer.BatchNormalization.renorm_clipping"}
    assert len(types) > 3000


def test_every_free_text_has_a_reason() -> None:
    free = {name for name, argument in arguments() if any(part == t.Text() for part in parts(argument.type))}
    assert free == set(FREE_TEXTS)


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


@pytest.mark.parametrize("kind", KINDS)
def test_a_default_may_be_written(kind: Kind) -> None:
    """What Keras takes when nothing is written is right when it is."""
    for name in catalog().canonical_names(kind):
        entry = catalog().find(kind, name)
        assert entry is not None
        for argument in (*entry.arguments, *entry.call) if entry.refused is None else ():
            plain = argument.tensor == "no" and not isinstance(argument.type, t.Unwritable)
            if plain and not argument.required:
                assert problem(argument.default, argument.type) is None, f"{entry.path} {argument.name}"


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
