"""The sections of a blueprint: which keys there are, and the types of their values.

Each is a frozen dataclass, read by `pydantic_core`, the engine below pydantic: importing pydantic's own
`BaseModel` takes longer than all the rest of `yamlnet validate`. A value may still be an expression,
which every type lets through; the resolver reads `data` and `train` a second time with the same
sections once every expression has its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar

from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator, core_schema

from yamlnet.catalog import types as t
from yamlnet.catalog.values import problem
from yamlnet.schema.words import BLUEPRINT_NAME, VERSION

S = TypeVar("S")

COUNT = t.Integer(min=1)
FOLDS = t.Integer(min=2, max=100)
NAME = t.Text(BLUEPRINT_NAME, "a name of letters, digits, _ . and - that begins with a letter")
TEXTS = t.AnyOf((t.Text(), t.ListOf(t.Text(), min_length=1)))
OUTPUTS = t.AnyOf((t.Text(), t.ListOf(t.Text(), 1), t.MappingOf(t.Text())))
LAYERS = t.ListOf(t.Plain(), min_length=1)
WEIGHTS = t.AnyOf((t.Number(), t.MappingOf(t.Number()), t.ListOf(t.Number())))
_VALUE = t.AnyOf((t.Text(), t.Number(), t.Boolean()))
VALUES = t.MappingOf(t.AnyOf((_VALUE, t.ListOf(_VALUE, min_length=1))))
DTYPE_POLICIES = t.Choice(
    ("float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16"),
)


def fits(type: t.ValueType, default: Any = MISSING) -> Any:
    """A key whose value is of one of the catalogue's types; required unless it has a default."""
    return field(default=default, metadata={"type": type})


def holds(section: type, default: Any = MISSING) -> Any:
    """A key that holds a section."""
    return field(default=default, metadata={"section": section})


def each(section: type) -> Any:
    """A key that holds a mapping of names to sections."""
    return field(default_factory=dict, metadata={"each": section})


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GraphSection:
    """A model: `inputs`, `layers`, `outputs`. Entries are read by `entries.py`."""

    inputs: Any = fits(t.AnyOf((t.MappingOf(t.Plain()), t.ListOf(t.Plain()))))
    layers: Any = fits(LAYERS)
    outputs: Any = fits(OUTPUTS, None)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class BlockSection:
    """A sub-graph with parameters: `params`, `inputs`, `layers`, `outputs`."""

    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: Any = fits(TEXTS, None)
    layers: Any = fits(LAYERS)
    outputs: Any = fits(OUTPUTS, None)
    help: Any = fits(t.Text(), None)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DataSection:
    """Where rows come from and how columns become tensors."""

    train: Any
    validation: Any = None
    test: Any = None
    split: Any = "random"
    learn_from: Any = fits(VALUES, None)
    folds: Any = fits(FOLDS, None)
    fold: Any = fits(COUNT, None)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    targets: Mapping[str, Any] = field(default_factory=dict)
    batch_size: Any = fits(COUNT, 32)
    shuffle: Any = fits(t.Boolean(), True)
    stream: Any = fits(t.Boolean(), None)
    augment: Any = None
    on_error: Any = fits(t.Choice(("raise", "skip")), "raise")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class TrainSection:
    """What is learnt, how, and for how long."""

    objective: Any = "Supervised"
    loss: Any = None
    loss_weights: Any = fits(WEIGHTS, None)
    metrics: Any = None
    optimizer: Any = "adam"
    epochs: Any = fits(COUNT, None)
    steps: Any = fits(COUNT, None)
    callbacks: Any = fits(t.ListOf(t.Plain()), ())
    initialize: Any = None
    freeze: Any = None
    learning_rates: Any = None
    lora: Any = None
    quantize: Any = None
    class_weight: Any = fits(t.MappingOf(t.Number(min=0)), None)
    precision: Any = fits(DTYPE_POLICIES, None)
    distribution: Any = None
    seed: Any = fits(t.Integer(min=0, max=2**31 - 1), 0)
    backend: Any = fits(t.Choice(("auto", "jax", "tensorflow", "torch")), "auto")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class LibrarySection:
    """A file as those that import it see it."""

    yamlnet: Any = field(metadata={"version": VERSION})
    name: Any = fits(NAME, None)
    description: Any = fits(t.Text(), None)
    params: Mapping[str, Any] = field(default_factory=dict)
    blocks: Any = each(BlockSection)
    models: Any = each(GraphSection)
    model: Any = holds(GraphSection, None)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Document:
    """A whole file."""

    yamlnet: Any = field(metadata={"version": VERSION})
    name: Any = fits(NAME, None)
    description: Any = fits(t.Text(), None)
    params: Mapping[str, Any] = field(default_factory=dict)
    blocks: Any = each(BlockSection)
    models: Any = each(GraphSection)
    model: Any = holds(GraphSection, None)
    data: Any = holds(DataSection, None)
    train: Any = holds(TrainSection, None)
    export: Any = fits(t.AnyOf((t.Text(), t.ListOf(t.Text()))), ())


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ParameterSection:
    """A parameter written in full."""

    default: Any = None
    type: Any = fits(t.Choice(("int", "float", "bool", "str", "path", "list", "any")), None)
    min: Any = fits(t.Number(), None)
    max: Any = fits(t.Number(), None)
    choices: Any = fits(t.ListOf(t.Plain(), min_length=1), None)
    help: Any = fits(t.Text(), None)


def read_section(section: type[S], value: object) -> S:
    """A mapping as a section.

    Raises:
        ValidationError: pydantic's, with every unknown and missing key and every value that does not
            fit; `expected` in an error's context says what would.
    """
    if section not in _VALIDATORS:
        _VALIDATORS[section] = SchemaValidator(_schema(section))
    found: S = _VALIDATORS[section].validate_python(value)
    return found


_VALIDATORS: dict[type, SchemaValidator] = {}
"""Made when a section is first read: that takes longer than reading."""


def section_keys(section: type) -> dict[str, Field[Any]]:
    """The keys of a section; `metadata` says what each holds: a `type`, a `section`, or `each`."""
    return {one.name: one for one in fields(section)}


def is_required(key: Field[Any]) -> bool:
    """Whether a section cannot do without a key."""
    return key.default is MISSING and key.default_factory is MISSING


def _schema(section: type) -> CoreSchema:
    keys = {
        name: core_schema.typed_dict_field(_key_schema(key), required=is_required(key))
        for name, key in section_keys(section).items()
    }
    mapping = core_schema.typed_dict_schema(keys, extra_behavior="forbid")
    return core_schema.no_info_after_validator_function(lambda values: section(**values), mapping)


def _key_schema(key: Field[Any]) -> CoreSchema:
    said = key.metadata
    if "type" in said:
        return core_schema.no_info_plain_validator_function(_fitting(said["type"]))
    if "version" in said:
        return core_schema.no_info_plain_validator_function(_version)
    if "section" in said:
        return _schema(said["section"])
    if "each" in said:
        return core_schema.dict_schema(values_schema=_schema(said["each"]))
    if key.default_factory is dict:
        return core_schema.dict_schema()
    return core_schema.any_schema()


def _fitting(type: t.ValueType) -> Any:
    def fitting(value: object) -> object:
        expected = problem(value, type)
        if expected is not None:
            raise PydanticCustomError("wrong-type", "{expected}", {"expected": expected})
        return value

    return fitting


def _version(value: object) -> object:
    if isinstance(value, bool) or value != VERSION:
        raise PydanticCustomError("version", "{expected}", {"expected": f"the version {VERSION}"})
    return value
