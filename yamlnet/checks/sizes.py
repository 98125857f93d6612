"""max-params: the models have no more parameters than `--max-params` allows, 10⁹ unless it says otherwise.

What the arguments alone say is told at once, before Keras is imported: a lower bound, with every width that
is not written near the layer counted as one. The exact number comes with the shapes, in `validate` and
`build`, and before any memory is taken. The option raises the limit:
`yamlnet build gpt2.yaml:xl --max-params 2G`.

A variant above the limit is a warning where the file is checked and refused where it is chosen:
`# yamlnet: ignore[max-params]` on its line says that it is meant.

Fails:

    model:
      inputs: {x: [1000]}
      layers:
        - Dense: 1000000000

Passes:

    model:
      inputs: {x: [1000]}
      layers:
        - Dense: 1000
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct, field

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Graph, Input, LayerCall, Node, ObjectSpec, Plan, TensorRef
from yamlnet.verdicts.limits import MAX_PARAMS, heavier, memory, size_problem
from yamlnet.verdicts.verdict import Heaviest, Sizes

NAME = "max-params"

MAX_NUMBERS = 10**12
"""In one row of an input: what no machine holds."""

BYTES = 4
"""Of a number, where nothing else is known."""


def check(plan: Plan, max_params: int = MAX_PARAMS) -> Iterator[Diagnostic]:
    """Yield a problem when the arguments alone make more parameters than allowed, or an input is absurd."""
    for graph in plan.models.values():
        yield from filter(None, map(_absurd, graph.inputs))
    problem = size_problem(least(plan), max_params)
    if problem is not None:
        yield problem


def least(plan: Plan) -> Sizes:
    """What a plan takes at least, as far as its arguments alone tell."""
    total, heaviest = 0, None
    for one in lower_bounds(plan):
        total += one.parameters
        heaviest = heavier(heaviest, one)
    return Sizes(total, BYTES * total, 0, exact=False, heaviest=heaviest)


def lower_bounds(plan: Plan) -> Iterator[Heaviest]:
    """Each layer of a plan with the parameters that it has at least."""
    for graph in plan.models.values():
        for node, parameters in _Widths(graph).counted():
            assert isinstance(node.callee, LayerCall)
            yield Heaviest(node.callee.layer.name, parameters, node.path, node.used_at)


def _absurd(given: Input) -> Diagnostic | None:
    numbers = math.prod(axis for axis in given.shape or () if isinstance(axis, int))
    if numbers <= MAX_NUMBERS:
        return None
    message = (
        f'one row of the input "{given.name}" has {numbers:,} numbers and takes {memory(BYTES * numbers)}'
    )
    return Diagnostic("too-large", message, given.path)


class _Widths(Struct):
    """The last axis of each tensor of a graph, as far as arguments tell it."""

    graph: Graph
    known: dict[str, int | None] = field(default_factory=dict)

    def counted(self) -> Iterator[tuple[Node, int]]:
        """Each layer at its first call, with the parameters that it has at least."""
        self.known = {given.name: _last(given.shape) for given in self.graph.inputs}
        seen: set[str] = set()
        for node in self.graph.nodes:
            callee = node.callee
            if not isinstance(callee, LayerCall):
                continue
            reads = [self.known.get(ref.node) if ref.output is None else None for ref in _refs(node)]
            self.known[node.name] = _width(callee.layer, reads)
            if callee.instance not in seen:
                seen.add(callee.instance)
                yield node, _parameters(callee.layer, (reads[0] if reads else None) or 1)


def _last(shape: tuple[int | None, ...] | None) -> int | None:
    last = shape[-1] if shape else None
    return last if isinstance(last, int) else None


def _refs(node: Node) -> Iterator[TensorRef]:
    for value in (*node.args, *node.kwargs.values()):
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, TensorRef):
                yield one


def _width(layer: ObjectSpec, reads: list[int | None]) -> int | None:
    """The last axis of what a layer gives, where that is certain."""
    if layer.name in WIDTHS:
        channels_first = layer.arguments.get("data_format") == "channels_first"
        return None if channels_first else _number(layer, WIDTHS[layer.name], 0) or None
    if layer.name in SAME_WIDTH:
        return reads[0] if len(reads) == 1 else None
    return None


def _parameters(layer: ObjectSpec, width: int) -> int:
    count = COUNTS.get(layer.name)
    return count(layer, width) if count is not None else 0


def _number(layer: ObjectSpec, name: str, default: int = 1) -> int:
    """A whole-number argument; what is not written, or not known yet, is the default."""
    value = layer.arguments.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _cells(layer: ObjectSpec, name: str, axes: int) -> int:
    """How many cells a kernel or patch has: one number stands for each of its axes."""
    value = layer.arguments.get(name)
    if isinstance(value, list | tuple):
        return math.prod(axis for axis in value if isinstance(axis, int))
    return math.prod([_number(layer, name)] * axes)


def _bias(layer: ObjectSpec, count: int) -> int:
    return 0 if layer.arguments.get("use_bias") is False else count


def _dense(layer: ObjectSpec, width: int) -> int:
    units = _number(layer, "units")
    return units * width + _bias(layer, units)


def _embedding(layer: ObjectSpec, width: int) -> int:
    return _number(layer, "input_dim") * _number(layer, "output_dim")


def _convolution(axes: int) -> Callable[[ObjectSpec, int], int]:
    def count(layer: ObjectSpec, width: int) -> int:
        filters, groups = _number(layer, "filters"), max(_number(layer, "groups"), 1)
        known = 1 if layer.arguments.get("data_format") == "channels_first" else max(width // groups, 1)
        return filters * _cells(layer, "kernel_size", axes) * known + _bias(layer, filters)

    return count


def _recurrent(gates: int) -> Callable[[ObjectSpec, int], int]:
    def count(layer: ObjectSpec, width: int) -> int:
        units = _number(layer, "units")
        return gates * units * (width + units) + _bias(layer, gates * units)

    return count


def _wrapped(times: int) -> Callable[[ObjectSpec, int], int]:
    def count(layer: ObjectSpec, width: int) -> int:
        inner = layer.arguments.get("layer")
        return times * _parameters(inner, width) if isinstance(inner, ObjectSpec) else 0

    return count


def _attention(layer: ObjectSpec, width: int) -> int:
    heads, key = _number(layer, "num_heads"), _number(layer, "key_dim")
    value = _number(layer, "value_dim", key)
    return heads * (key * (width + 1) + value * 2)


def _positions(layer: ObjectSpec, width: int) -> int:
    return _number(layer, "sequence_length") * width


def _patches(layer: ObjectSpec, width: int) -> int:
    return _number(layer, "embed_dim") * _cells(layer, "patch_size", 2) * width


COUNTS: Mapping[str, Callable[[ObjectSpec, int], int]] = {
    "Dense": _dense,
    "Embedding": _embedding,
    "ReversibleEmbedding": _embedding,
    **{f"Conv{axes}D": _convolution(axes) for axes in (1, 2, 3)},
    **{f"Conv{axes}DTranspose": _convolution(axes) for axes in (1, 2, 3)},
    "SimpleRNN": _recurrent(1),
    "GRU": _recurrent(3),
    "LSTM": _recurrent(4),
    "Bidirectional": _wrapped(2),
    "TimeDistributed": _wrapped(1),
    "MultiHeadAttention": _attention,
    "PositionEmbedding": _positions,
    "PatchEmbedding": _patches,
    "Parameter": lambda layer, width: _cells(layer, "shape", 1),
}
"""By layer: the parameters that it has at least, given the last axis of what it reads (at least one)."""

WIDTHS: Mapping[str, str] = {
    "Dense": "units",
    "Embedding": "output_dim",
    **{f"Conv{axes}D": "filters" for axes in (1, 2, 3)},
    **{f"Conv{axes}DTranspose": "filters" for axes in (1, 2, 3)},
    "SimpleRNN": "units",
    "GRU": "units",
    "LSTM": "units",
    "PatchEmbedding": "embed_dim",
}
"""By layer: the argument that is the last axis of what it gives."""

SAME_WIDTH = {
    "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "BatchNormalization", "LayerNormalization",
    "GroupNormalization", "RMSNormalization", "Dropout", "SpatialDropout1D", "SpatialDropout2D",
    "GaussianNoise", "Identity", "PositionEmbedding", "SinePositionEncoding", "Masking",
}  # fmt: skip
"""Layers that change no shape."""
