"""What the outputs of the trained model are: their last activation, their units, what learns them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from yamlnet.checks.tracing import Link, NodesByName, argument, chain, is_count, layer_of
from yamlnet.diagnostics.diagnostic import At, KeyPath
from yamlnet.resolver.plan import FunctionCall, Node, ObjectSpec, Plan, TensorRef
from yamlnet.schema.words import SUPERVISED

WITH_UNITS = {
    "Dense": "units", "Conv1D": "filters", "Conv2D": "filters", "Conv3D": "filters",
    "Conv1DTranspose": "filters", "Conv2DTranspose": "filters", "Conv3DTranspose": "filters",
    "SeparableConv1D": "filters", "SeparableConv2D": "filters",
}  # fmt: skip
"""Layers that are linear but for their activation, and the argument that is the size of their last axis."""

NORMALIZATIONS = (
    "BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization"
)  # fmt: skip

SAME_VALUES = (
    "Identity", "ActivityRegularization", "StopGradient",
    "Dropout", "AlphaDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
)  # fmt: skip
"""Layers that give on what they get when the model is used."""

OTHER_SHAPES = (
    "Reshape", "Flatten", "Permute", "RepeatVector",
    "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D",
    "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
    "Cropping1D", "Cropping2D", "Cropping3D", "UpSampling1D", "UpSampling2D", "UpSampling3D",
)  # fmt: skip
"""Layers after which values are in the range that they were in: means and copies."""

KEEP_LAST_AXIS = (
    *SAME_VALUES,
    *(name for name in OTHER_SHAPES if name[:4] in ("Glob", "Aver", "Crop", "UpSa")),
)

FUNCTION_LAYERS = {
    "Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "PReLU": "leaky_relu",
}  # fmt: skip
SAME_FUNCTIONS = ("reshape", "squeeze", "expand_dims", "cast", "identity", "copy", "ravel", "transpose")
FUNCTIONS = (
    "softmax",
    "sigmoid",
    "relu",
    "tanh",
    "log_softmax",
    "softplus",
    "gelu",
    "silu",
    "elu",
    "hard_sigmoid",
)


class Answer(Struct, frozen=True):
    """What one output is, as far as its last layers say.

    Attributes:
        name: the output's.
        activation: the function that its values went through last, `linear` for none, None where that is
            not known (a merging layer, an operation, a recurrent layer).
        units: the size of its last axis, or None.
        node: the last call that decides its values.
        path, at: where the activation is written, or the layer that has none.
        layer: the layer whose units they are, or None.
    """

    name: str
    activation: str | None
    units: int | None
    node: Node | None
    path: KeyPath
    at: At
    layer: ObjectSpec | None = None


def answer(plan: Plan, name: str, ref: TensorRef, nodes: NodesByName) -> Answer:
    """What is known of one output of the trained model."""
    links = list(chain(plan, plan.models["model"], ref, nodes))
    found = next(_values(links), None)
    sized = next(_sizes(links), None)
    known = Answer(name, None, None, None, (), "key")
    if found is not None:
        link, activation, path, at = found
        known = replace(known, activation=activation, node=link.node, path=path, at=at)
    if sized is not None:
        layer, units = sized
        known = replace(known, units=units, layer=layer)
    return known


def _values(links: list[Link]) -> Iterator[tuple[Link, str, KeyPath, At]]:
    """The first call from behind that decides a range of values, with the name of its function."""
    for link in links:
        spec = layer_of(link.node)
        if link.output is not None:
            return
        if spec is None:
            called = link.node.callee.function if isinstance(link.node.callee, FunctionCall) else ""
            if called in FUNCTIONS and link.node.kwargs.get("axis", -1) == -1:
                yield link, called, link.node.path, "key"
            if called not in SAME_FUNCTIONS:
                return
            continue
        if spec.name in (*SAME_VALUES, *OTHER_SHAPES):
            continue
        function = activation_of(spec)
        if function == "linear" and spec.name == "Activation":
            continue
        if function is not None:
            yield link, function, *_place(link.node, spec)
        return


def _place(node: Node, spec: ObjectSpec) -> tuple[KeyPath, At]:
    """Where a layer's function is written: at its `activation`, else at the layer's name."""
    written = spec.arguments.get("activation")
    if isinstance(written, ObjectSpec):
        return written.path, "value"
    return node.path, "key"


def activation_of(spec: ObjectSpec) -> str | None:
    """The function that a layer's values went through last, or None where that is not known."""
    if spec.name == "TimeDistributed":
        inner = spec.arguments.get("layer")
        return activation_of(inner) if isinstance(inner, ObjectSpec) else None
    if spec.name in NORMALIZATIONS:
        return "linear"
    if spec.name in FUNCTION_LAYERS:
        return FUNCTION_LAYERS[spec.name] if spec.arguments.get("axis", -1) == -1 else None
    if spec.name not in (*WITH_UNITS, "Activation", "EinsumDense"):
        return None
    return function_name(argument(spec, "activation"))


def function_name(value: object) -> str | None:
    """An activation argument's function: `linear` for none, None for one that is not known."""
    if value is None:
        return "linear"
    return value.name if isinstance(value, ObjectSpec) else value if isinstance(value, str) else None


def _sizes(links: list[Link]) -> Iterator[tuple[ObjectSpec, int]]:
    """The first layer from behind that decides the size of the last axis, and that size."""
    for link in links:
        spec = layer_of(link.node)
        if link.output is not None:
            return
        if spec is None:
            elementwise = (
                isinstance(link.node.callee, FunctionCall) and link.node.callee.function in FUNCTIONS
            )
            if not elementwise:
                return
            continue
        inner = spec.arguments.get("layer")
        if spec.name == "TimeDistributed" and isinstance(inner, ObjectSpec):
            spec = inner
        if spec.name in WITH_UNITS:
            units = spec.arguments.get(WITH_UNITS[spec.name])
            channels_first = spec.arguments.get("data_format") == "channels_first"
            if is_count(units) and isinstance(units, int) and not channels_first:
                yield spec, units
            return
        if spec.name not in (*KEEP_LAST_AXIS, *NORMALIZATIONS, *FUNCTION_LAYERS, "Activation"):
            return


class Learnt(Struct, frozen=True):
    """One output with what it is held against."""

    answer: Answer
    loss: ObjectSpec
    metrics: tuple[ObjectSpec, ...]


def learnt(plan: Plan) -> Iterator[Learnt]:
    """Each output that has a loss, in order."""
    train = plan.train
    if train is None or train.loss is None or train.objective.name != SUPERVISED:
        return
    nodes: NodesByName = {}
    for name, ref in plan.models["model"].outputs.items():
        loss = train.loss.get(name) if isinstance(train.loss, Mapping) else train.loss
        if isinstance(loss, ObjectSpec):
            metrics = train.metrics.get(name, train.metrics.get("", ()))
            yield Learnt(answer(plan, name, ref, nodes), loss, tuple(metrics))
