"""A plan: everything a blueprint says, filled in, flat and without expressions.

Nothing in here knows Keras. A graph is a list of nodes in an order in which each node follows its
inputs; a node says what is called, on which tensors, and where in the file the user wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from yamlnet.catalog.entry import Kind
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.transfer_plan import TransferPlan
from yamlnet.schema.words import DEFAULT_MODEL, SUPERVISED


class ObjectSpec(Struct, frozen=True):
    """A thing to construct: `Dense: {units: 10}` as (kind, canonical name, arguments by name).

    `name` is the catalogue entry's canonical name (`ReLU`, `GlorotUniform`, `relu` for an activation
    function). Argument values are plain data, nested `ObjectSpec`s, or lists and mappings of both. `unnamed`
    is the argument that the short form `Dense: 10` gave: its place is the object's own.
    """

    kind: Kind
    name: str
    arguments: Mapping[str, object]
    path: KeyPath = ()
    unnamed: str | None = None


class TensorRef(Struct, frozen=True):
    """A tensor: what node `node` returned; `output` picks one where it returns several."""

    node: str
    output: int | None = None


def references(value: object) -> Iterator[TensorRef]:
    """The tensors in what a call is given, in lists and mappings too."""
    if isinstance(value, TensorRef):
        yield value
    elif isinstance(value, dict | list | tuple):  # asking for a Mapping takes ten times as long
        for inner in value.values() if isinstance(value, dict) else value:
            yield from references(inner)


class LayerCall(Struct, frozen=True):
    """Call a layer; every node with the same `instance` calls the same layer (shared weights)."""

    layer: ObjectSpec
    instance: str


class FunctionCall(Struct, frozen=True):
    """Call `keras.ops.<function>` (`kind` op) or `keras.random.<function>` (`kind` random)."""

    kind: Literal["op", "random"]
    function: str


class ModelCall(Struct, frozen=True):
    """Call another model of the plan; its weights are shared between all calls."""

    model: str


class SliceCall(Struct, frozen=True):
    """Index a tensor as Python does: each item an int, a `slice`, or `...` (Ellipsis)."""

    index: tuple[object, ...]


Callee = LayerCall | FunctionCall | ModelCall | SliceCall


class Node(Struct, frozen=True):
    """One call in a graph.

    Attributes:
        name: unique in its graph; the Keras name of the layer or operation.
        callee: what is called.
        args: positional call arguments: `TensorRef`s, lists of them, or plain values.
        kwargs: call arguments by name, likewise.
        path: where the user wrote it.
        used_at: the uses of blocks through which the graph came to hold it, innermost first.
        given: of each argument with an expression, the places of what that reads, nearest first.
    """

    name: str
    callee: Callee
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    path: KeyPath
    used_at: tuple[KeyPath, ...] = ()
    given: Mapping[str, tuple[KeyPath, ...]] = {}


class Input(Struct, frozen=True):
    """A model input. `shape` has no batch axis; None is a free dimension.

    `arguments` are `keras.Input`'s (shape, dtype, batch_size, sparse, optional …). `given` are the places
    of what the expressions in its shape read, as a node's.
    """

    name: str
    shape: tuple[int | None, ...] | None
    arguments: Mapping[str, object]
    path: KeyPath
    given: tuple[KeyPath, ...] = ()


class Graph(Struct, frozen=True):
    """One model: inputs, nodes in order, and named outputs.

    `output_form` remembers how the user wrote the outputs, since Keras returns the same structure:
    one tensor, a list, or a mapping by name.
    """

    name: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    outputs: Mapping[str, TensorRef]
    output_form: Literal["single", "list", "mapping"]
    path: KeyPath


class SourcePlan(Struct, frozen=True):
    """Where rows come from: the source's name (`Sklearn`, `Csv`) and its arguments."""

    name: str
    arguments: Mapping[str, object]
    path: KeyPath


class WindowPlan(Struct, frozen=True):
    """Which rows a tensor has for a row: `length` of them, of which the last lies `offset` rows after it.

    A length of None is one row without an axis of its own; `stride` and `by` are None where not written.
    """

    length: int | None
    offset: int
    stride: int | None = None
    by: str | None = None


class TensorPlan(Struct, frozen=True):
    """How columns become one tensor: `transforms` in the order in which they are applied.

    Each transform is its word and its argument: `("scale", 0.0625)`, `("normalize", "standard")`. A word that
    takes arguments by name has them all by name: `("resize", {"size": [64, 64]})`. `window` comes last.
    """

    name: str
    columns: tuple[str, ...]
    transforms: tuple[tuple[str, object], ...]
    path: KeyPath
    window: WindowPlan | None = None


class SplitPlan(Struct, frozen=True):
    """What decides which part a row is in: `random`, or a column by its `kind` (`group`, `time`, …).

    `form` is how rows get their numbers, and whether windows reach back over the rows before a part: a run of
    version 0.3 keeps the first one, whose windows do not.
    """

    kind: str = "random"
    column: str = ""
    path: KeyPath = ("data", "split")
    form: int = 2


class DataPlan(Struct, frozen=True):
    """The `data` section, filled in. `validation` and `test` may be a fraction of `train`.

    Attributes:
        split: how the rows of `train` are divided.
        folds: how many shares of them take turns as validation rows; None without.
        fold: the one whose turn it is, from 1; None where no one's is.
        stream: whether rows are read when they are needed; None where their size decides.
        augment: by input, the layers that change it while training.
        on_error: what a broken image or sound does: `raise` or `skip`.
        learn_from: by column, the value (or list of values) of rows that are learnt from; test has all.
    """

    train: SourcePlan
    validation: SourcePlan | float | None
    test: SourcePlan | float | None
    inputs: Mapping[str, TensorPlan]
    targets: Mapping[str, TensorPlan]
    batch_size: int
    shuffle: bool
    path: KeyPath = ("data",)
    split: SplitPlan = SplitPlan()
    folds: int | None = None
    fold: int | None = None
    stream: bool | None = None
    augment: Mapping[str, tuple[ObjectSpec, ...]] = {}
    on_error: str = "raise"
    learn_from: Mapping[str, object] = {}


class ObjectivePlan(Struct, frozen=True):
    """What is learnt: the objective's name, the models of its roles, and everything else that it takes.

    `feeds` is the model that rows feed, and `made` are those of its inputs that the objective makes itself.
    One that `acts` learns from what an agent meets in an environment, and from no rows.
    """

    name: str = SUPERVISED
    models: Mapping[str, str] = {}
    arguments: Mapping[str, object] = {}
    feeds: str = DEFAULT_MODEL
    made: frozenset[str] = frozenset()
    acts: bool = False
    path: KeyPath = ("train", "objective")


class DistributionPlan(Struct, frozen=True):
    """Which devices train together: a class of `keras.distribution` and its arguments by name."""

    name: str
    arguments: Mapping[str, object]
    path: KeyPath = ("train", "distribution")


class TrainPlan(Struct, frozen=True):
    """The `train` section, filled in. Mappings by output name are keyed by the output's name.

    Attributes:
        objective: what is learnt; default `Supervised`.
        loss: one spec, or one by output.
        metrics: the metrics of each output; the key "" stands for "every output".
        optimizers: by the update of a step that each makes; one alone is for all of them, under "".
        epochs: passes over the training rows; None where `steps` is given.
        steps: optimizer steps in all; None where `epochs` is given.
        outputs: the names of the model's outputs, in order.
        precision: a Keras dtype policy name, or None for Keras's default.
        transfer: weights from elsewhere, and what of the models is learnt.
        distribution: which devices train together; None: one alone.
    """

    objective: ObjectivePlan
    loss: ObjectSpec | Mapping[str, ObjectSpec] | None
    loss_weights: Mapping[str, float] | float | None
    metrics: Mapping[str, tuple[ObjectSpec, ...]]
    optimizers: Mapping[str, ObjectSpec]
    epochs: int | None
    steps: int | None
    callbacks: tuple[ObjectSpec, ...]
    class_weight: Mapping[int, float] | None
    precision: str | None
    distribution: DistributionPlan | None = None
    outputs: tuple[str, ...] = ()
    path: KeyPath = ("train",)
    transfer: TransferPlan = TransferPlan()


class Plan(Struct, frozen=True):
    """A whole blueprint, filled in.

    Attributes:
        name: the blueprint's name.
        models: graphs by model name; the trained one is `"model"`. Models come before their callers.
        data, train: None where the blueprint has no such section.
        export: format names, in order.
        seed: draws initial weights, shuffles and dropout.
        backend: as the blueprint asks: `jax`, `tensorflow`, `torch`, `auto`.
        params: the parameters' values.
        sections: the top-level keys that were written; a section with mistakes has no plan.
        unknown: key paths whose value needs facts of the data (`${steps}`, `${data.…}`).
        objective: what is learnt, even where the rest of `train` has mistakes.
        facts: what the data told once it was read: `steps` in all, and under `data` what `${data.…}` reads
            (`data.dataset.Dataset.facts`); None before.
    """

    name: str
    models: Mapping[str, Graph]
    data: DataPlan | None
    train: TrainPlan | None
    export: tuple[str, ...]
    seed: int
    backend: str
    params: Mapping[str, object]
    sections: frozenset[str] = frozenset()
    unknown: tuple[KeyPath, ...] = ()
    facts: Mapping[str, object] | None = None
    objective: ObjectivePlan = ObjectivePlan()

    @property
    def fed(self) -> tuple[Input, ...]:
        """The inputs that rows feed: those of the model that is used, or of one that an objective names."""
        graph = self.models.get(self.objective.feeds) or self.models.get(DEFAULT_MODEL)
        return tuple(one for one in graph.inputs if one.name not in self.objective.made) if graph else ()
