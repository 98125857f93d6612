"""The sections of a blueprint as frozen pydantic models: which keys there are, and their types.

A value may still be an expression: `Fits` lets `${…}` through. The resolver reads `data` and `train`
a second time with the same models once every expression has its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from yamlnet.catalog import types as t
from yamlnet.catalog.values import problem
from yamlnet.schema.words import VERSION


@dataclass(frozen=True, slots=True)
class Fits:
    """An annotation that makes pydantic check a value against one of the catalogue's types."""

    type: t.ValueType

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's own hook for annotations."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def check(self, value: object) -> object:
        """The value itself.

        Raises:
            PydanticCustomError: it does not fit; `expected` in its context says what would.
        """
        expected = problem(value, self.type)
        if expected is not None:
            raise PydanticCustomError("wrong-type", "{expected}", {"expected": expected})
        return value


COUNT = t.Integer(min=1)
TEXTS = t.AnyOf((t.Text(), t.ListOf(t.Text(), min_length=1)))
DTYPE_POLICIES = t.Choice(
    ("float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16"),
)

Name = Annotated[Any, Fits(t.Text())]
Anything = Annotated[Any, Field()]


class Section(BaseModel):
    """What all sections share: unknown keys are refused and nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


def _version(value: object) -> object:
    if isinstance(value, bool) or value != VERSION:
        raise PydanticCustomError("version", "{expected}", {"expected": f"the version {VERSION}"})
    return value


class GraphSection(Section):
    """A model: `inputs`, `layers`, `outputs`. Entries are read by `entries.py`."""

    inputs: Annotated[Any, Fits(t.AnyOf((t.MappingOf(t.Plain()), t.ListOf(t.Plain()))))]
    layers: Annotated[Any, Fits(t.ListOf(t.Plain(), min_length=1))]
    outputs: Annotated[Any, Fits(t.AnyOf((t.Text(), t.ListOf(t.Text(), 1), t.MappingOf(t.Text()))))] = None


class BlockSection(Section):
    """A sub-graph with parameters: `params`, `inputs`, `layers`, `outputs`."""

    params: dict[str, Anything] = {}
    inputs: Annotated[Any, Fits(TEXTS)] = None
    layers: Annotated[Any, Fits(t.ListOf(t.Plain(), min_length=1))]
    outputs: Annotated[Any, Fits(t.AnyOf((t.Text(), t.ListOf(t.Text(), 1), t.MappingOf(t.Text()))))] = None
    help: Annotated[Any, Fits(t.Text())] = None


class DataSection(Section):
    """Where rows come from and how columns become tensors."""

    train: Anything
    validation: Anything = None
    test: Anything = None
    inputs: dict[str, Anything] = {}
    targets: dict[str, Anything] = {}
    batch_size: Annotated[Any, Fits(COUNT)] = 32
    shuffle: Annotated[Any, Fits(t.Boolean())] = True


class TrainSection(Section):
    """What is learnt, how, and for how long."""

    objective: Anything = "Supervised"
    loss: Anything = None
    loss_weights: Annotated[
        Any, Fits(t.AnyOf((t.Number(), t.MappingOf(t.Number()), t.ListOf(t.Number()))))
    ] = None
    metrics: Anything = None
    optimizer: Anything = "adam"
    epochs: Annotated[Any, Fits(COUNT)] = None
    steps: Annotated[Any, Fits(COUNT)] = None
    callbacks: Annotated[Any, Fits(t.ListOf(t.Plain()))] = []
    class_weight: Annotated[Any, Fits(t.MappingOf(t.Number(min=0)))] = None
    precision: Annotated[Any, Fits(DTYPE_POLICIES)] = None
    seed: Annotated[Any, Fits(t.Integer(min=0, max=2**31 - 1))] = 0
    backend: Annotated[Any, Fits(t.Choice(("auto", "jax", "tensorflow", "torch")))] = "auto"


class Document(Section):
    """A whole file."""

    yamlnet: Annotated[Any, AfterValidator(_version)]
    name: Annotated[Any, Fits(t.Text())] = None
    description: Annotated[Any, Fits(t.Text())] = None
    params: dict[str, Anything] = {}
    blocks: dict[str, BlockSection] = {}
    models: dict[str, GraphSection] = {}
    model: GraphSection
    data: DataSection | None = None
    train: TrainSection | None = None
    export: Annotated[Any, Fits(t.AnyOf((t.Text(), t.ListOf(t.Text()))))] = []


class ParameterSection(Section):
    """A parameter written in full."""

    default: Anything = None
    type: Annotated[Any, Fits(t.Choice(("int", "float", "bool", "str", "list")))] = None
    min: Annotated[Any, Fits(t.Number())] = None
    max: Annotated[Any, Fits(t.Number())] = None
    choices: Annotated[Any, Fits(t.ListOf(t.Plain(), min_length=1))] = None
    help: Annotated[Any, Fits(t.Text())] = None
