"""How many parameters a layer has at least, as far as its arguments tell: none of it needs Keras."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from yamlnet.checks.known_shapes import Shape, number
from yamlnet.resolver.plan import ObjectSpec


def parameters_at_least(layer: ObjectSpec, reads: Shape | None) -> int:
    """The parameters that a layer has at least; `reads` is the first shape it reads, where that is known."""
    return _parameters(layer, (reads[-1] if reads else None) or 1)


def _parameters(layer: ObjectSpec, width: int) -> int:
    count = COUNTS.get(layer.name)
    return count(layer, width) if count is not None else 0


def _cells(layer: ObjectSpec, name: str, axes: int) -> int:
    """How many cells a kernel or patch has: one number stands for each of its axes."""
    value = layer.arguments.get(name)
    if isinstance(value, list | tuple):
        return math.prod(axis for axis in value if isinstance(axis, int))
    return math.prod([number(layer, name)] * axes)


def _bias(layer: ObjectSpec, count: int) -> int:
    return 0 if layer.arguments.get("use_bias") is False else count


def _dense(layer: ObjectSpec, width: int) -> int:
    units = number(layer, "units")
    return units * width + _bias(layer, units)


def _embedding(layer: ObjectSpec, width: int) -> int:
    return number(layer, "input_dim") * number(layer, "output_dim")


def _convolution(axes: int) -> Callable[[ObjectSpec, int], int]:
    def count(layer: ObjectSpec, width: int) -> int:
        filters, groups = number(layer, "filters"), max(number(layer, "groups"), 1)
        known = 1 if _channels_first(layer) else max(width // groups, 1)
        return filters * _cells(layer, "kernel_size", axes) * known + _bias(layer, filters)

    return count


def _depthwise(axes: int) -> Callable[[ObjectSpec, int], int]:
    def count(layer: ObjectSpec, width: int) -> int:
        channels = (1 if _channels_first(layer) else width) * number(layer, "depth_multiplier")
        return channels * _cells(layer, "kernel_size", axes) + _bias(layer, channels)

    return count


def _separable(axes: int) -> Callable[[ObjectSpec, int], int]:
    def count(layer: ObjectSpec, width: int) -> int:
        channels = (1 if _channels_first(layer) else width) * number(layer, "depth_multiplier")
        filters = number(layer, "filters")
        return channels * (_cells(layer, "kernel_size", axes) + filters) + _bias(layer, filters)

    return count


def _channels_first(layer: ObjectSpec) -> bool:
    return layer.arguments.get("data_format") == "channels_first"


def _recurrent(gates: int) -> Callable[[ObjectSpec, int], int]:
    def count(layer: ObjectSpec, width: int) -> int:
        units = number(layer, "units")
        return gates * units * (width + units) + _bias(layer, gates * units)

    return count


def _wrapped(times: int) -> Callable[[ObjectSpec, int], int]:
    def count(layer: ObjectSpec, width: int) -> int:
        inner = layer.arguments.get("layer")
        return times * _parameters(inner, width) if isinstance(inner, ObjectSpec) else 0

    return count


def _attention(layer: ObjectSpec, width: int) -> int:
    heads, key = number(layer, "num_heads"), number(layer, "key_dim")
    value = number(layer, "value_dim", key)
    return heads * (key * (width + 1) + value * 2)


def _positions(layer: ObjectSpec, width: int) -> int:
    return number(layer, "sequence_length") * width


def _patches(layer: ObjectSpec, width: int) -> int:
    return number(layer, "embed_dim") * _cells(layer, "patch_size", 2) * width


COUNTS: Mapping[str, Callable[[ObjectSpec, int], int]] = {
    "Dense": _dense,
    "Embedding": _embedding,
    "ReversibleEmbedding": _embedding,
    **{f"Conv{axes}D": _convolution(axes) for axes in (1, 2, 3)},
    **{f"Conv{axes}DTranspose": _convolution(axes) for axes in (1, 2, 3)},
    **{f"DepthwiseConv{axes}D": _depthwise(axes) for axes in (1, 2)},
    **{f"SeparableConv{axes}D": _separable(axes) for axes in (1, 2)},
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
