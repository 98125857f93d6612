"""How many parameters a layer has, from its arguments and the shapes that it reads: none of it needs Keras.

It is Keras's own count where all of that is known. What is not known counts as 1: no number is above Keras's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from yamlnet.checks.shapes.call import Call, Read, channels_first
from yamlnet.checks.shapes.rules import MISFITS
from yamlnet.checks.shapes.shape import Shape
from yamlnet.resolver.plan import ObjectSpec

Count = Callable[[Call], int]
"""The parameters of a called layer."""


def parameters_at_least(call: Call) -> int:
    """The parameters that a layer has at least, from its first call."""
    count = COUNTS.get(call.name)
    if count is None:
        return 0
    try:
        return max(count(call), 0)
    except MISFITS:  # Keras refuses such a call
        return 0


def _number(call: Call, name: str, default: int = 1) -> int:
    """A whole-number argument; where it is not written the default, and 1 where it is not known yet."""
    value = call.arguments.get(name)
    if value is None:
        return default
    return value if isinstance(value, int) and not isinstance(value, bool) else 1


def _shape(call: Call, index: int = 0, *names: str) -> Shape:
    """The shape of a tensor that is read; () where it is not known."""
    if not names:
        return call.maybe_first() or ()
    read = call.read(index, names[0])
    return read.shape or () if isinstance(read, Read) else ()


def _length(shape: Shape, axis: int = -1) -> int:
    """An axis of a shape, at least 1."""
    known = shape[axis] if -len(shape) <= axis < len(shape) else None
    return 1 if known is None else known


def _channels(call: Call, before: int = 1) -> int:
    """The channels of an image; where they come first, so many axes are before them."""
    return _length(_shape(call), before if channels_first(call) else -1)


def _cells(call: Call, name: str, axes: int) -> int:
    """How many cells a kernel or patch has: one number stands for each of its axes."""
    value = call.arguments.get(name)
    if isinstance(value, list | tuple):
        return math.prod(axis for axis in value if isinstance(axis, int))
    return math.prod([_number(call, name)] * axes)


def _bias(call: Call, count: int) -> int:
    return count if call.arguments.get("use_bias", True) is True else 0


def _low_rank(call: Call, rows: int, columns: int) -> int:
    """What is trained beside a frozen kernel, where `lora_rank` asks for it."""
    rank = call.arguments.get("lora_rank")
    return rank * (rows + columns) if isinstance(rank, int) else 0


def _dense(call: Call) -> int:
    units, width = _number(call, "units"), _length(_shape(call))
    return units * width + _bias(call, units) + _low_rank(call, width, units)


def _einsum_dense(call: Call) -> int:
    from yamlnet.checks.shapes.einsum_dense import bias_shape, kernel_shape

    kernel = [1 if length is None else length for length in kernel_shape(call)]
    bias = bias_shape(call)
    least = math.prod(kernel) + (math.prod(length or 1 for length in bias) if bias is not None else 0)
    return least + _low_rank(call, math.prod(kernel[:-1]), kernel[-1])


def _embedding(call: Call) -> int:
    words, width = _number(call, "input_dim"), _number(call, "output_dim")
    return words * width + _low_rank(call, words, width)


def _reversible_embedding(call: Call) -> int:
    both = 1 if call.arguments.get("tie_weights", True) is True else 2
    return both * _number(call, "input_dim") * _number(call, "output_dim")


def _convolution(axes: int) -> Count:
    def count(call: Call) -> int:
        filters, groups = _number(call, "filters"), call.value("groups", 1)
        width = max(_channels(call) // groups, 1) if isinstance(groups, int) else 1
        return filters * _cells(call, "kernel_size", axes) * width + _bias(call, filters)

    return count


def _depthwise(axes: int) -> Count:
    def count(call: Call) -> int:
        channels = _channels(call) * _number(call, "depth_multiplier")
        return channels * _cells(call, "kernel_size", axes) + _bias(call, channels)

    return count


def _separable(axes: int) -> Count:
    def count(call: Call) -> int:
        channels, filters = _channels(call) * _number(call, "depth_multiplier"), _number(call, "filters")
        return channels * (_cells(call, "kernel_size", axes) + filters) + _bias(call, filters)

    return count


GATES = {"SimpleRNN": 1, "SimpleRNNCell": 1, "GRU": 3, "GRUCell": 3, "LSTM": 4, "LSTMCell": 4}


def _cell(call: Call) -> int:
    return _cell_over(call, _length(_shape(call)))


def _cell_over(call: Call, width: int) -> int:
    """The kernels of a cell; a GRU has a bias of its own for what it remembers."""
    gates, units = GATES[call.name], _number(call, "units")
    twice = gates == 3 and call.arguments.get("reset_after", True) is True
    return gates * units * (width + units) + _bias(call, gates * units * (2 if twice else 1))


def _rnn(call: Call) -> int:
    from yamlnet.checks.shapes.sequence_layers import cells_of

    total, width = 0, _length(_shape(call))
    for spec in cells_of(call.value("cell")):
        cell = Call(spec.name, spec.arguments)
        total += _cell_over(cell, width)
        width = _number(cell, "units")
    return total


def _convolved_steps(axes: int) -> Count:
    def count(call: Call) -> int:
        filters, width = _number(call, "filters"), _channels(call, before=2)
        return 4 * filters * _cells(call, "kernel_size", axes) * (width + filters) + _bias(call, 4 * filters)

    return count


def _inner(spec: object, shape: Shape) -> int:
    """The parameters of a layer inside another."""
    if not isinstance(spec, ObjectSpec):
        return 0
    return parameters_at_least(Call(spec.name, spec.arguments, (Read(shape or None),)))


def _both_ways(call: Call) -> int:
    forward, shape = call.arguments.get("layer"), _shape(call)
    backward = call.arguments.get("backward_layer")
    return _inner(forward, shape) + _inner(forward if backward is None else backward, shape)


def _each_step(call: Call) -> int:
    shape = _shape(call)
    return _inner(call.arguments.get("layer"), (*shape[:1], *shape[2:]))


def _spectrally_normalized(call: Call) -> int:
    """The layer's own, and a vector as long as the last axis of its kernel."""
    spec, shape = call.arguments.get("layer"), _shape(call)
    return _inner(spec, shape) + (_kernel_end(spec, shape) if isinstance(spec, ObjectSpec) else 0)


def _kernel_end(spec: ObjectSpec, shape: Shape) -> int:
    call = Call(spec.name, spec.arguments, (Read(shape or None),))
    if spec.name == "EinsumDense":
        from yamlnet.checks.shapes.einsum_dense import kernel_shape

        return kernel_shape(call)[-1] or 1
    if spec.name.startswith("Depthwise"):
        return _number(call, "depth_multiplier")
    if spec.name.endswith("Transpose"):
        return _channels(call)
    if spec.name.startswith("Separable"):
        return 1
    return next(
        (_number(call, name) for name in ("units", "filters", "output_dim") if name in spec.arguments), 1
    )


def _attention(call: Call) -> int:
    query, value = _length(_shape(call, 0, "query")), _length(_shape(call, 1, "value"))
    key = _length(_shape(call, 2, "key")) if call.read(2, "key") is not None else value
    heads, size = _number(call, "num_heads"), _number(call, "key_dim")
    deep = _number(call, "value_dim", size)
    found = call.arguments.get("output_shape")
    out = query if found is None else _cells(call, "output_shape", 1)
    gate = heads * deep * (query + _bias(call, 1)) if call.arguments.get("use_gate") is True else 0
    inward = heads * (size * (query + key + 2 * _bias(call, 1)) + deep * (value + _bias(call, 1)))
    return inward + gate + out * (heads * deep + _bias(call, 1))


def _grouped_attention(call: Call) -> int:
    query, value = _length(_shape(call, 0, "query")), _length(_shape(call, 1, "value"))
    key = _length(_shape(call, 2, "key")) if call.read(2, "key") is not None else value
    heads = _number(call, "num_query_heads") * _number(call, "head_dim")
    shared = _number(call, "num_key_value_heads") * _number(call, "head_dim")
    gates = 2 if call.arguments.get("use_gate") is True else 1
    one = _bias(call, 1)
    return gates * heads * (query + one) + shared * (key + value + 2 * one) + query * (heads + one)


def _score_weights(call: Call) -> int:
    scale = call.arguments.get("use_scale", call.name == "AdditiveAttention") is True
    if call.name == "AdditiveAttention":
        return _length(call.all()[0]) if scale else 0
    return scale + (call.arguments.get("score_mode") == "concat")


def _axes(call: Call) -> int:
    """The numbers along the axes that a normalization has weights for."""
    shape = _shape(call)
    return math.prod(_length(shape, axis) for axis in call.wholes("axis", -1))


def _centred_and_scaled(call: Call) -> int:
    return sum(call.arguments.get(name, True) is True for name in ("center", "scale")) * _axes(call)


def _batch_normalization(call: Call) -> int:
    moving = 5 if call.arguments.get("renorm") is True else 2
    return _centred_and_scaled(call) + moving * _axes(call)


def _normalization(call: Call) -> int:
    """Mean, variance, and how many rows they are of; none where both are written."""
    if call.arguments.get("mean") is not None:
        return 0
    return 2 * (1 if call.arguments.get("axis", -1) is None else _axes(call)) + 1


def _slopes(call: Call) -> int:
    shape, shared = _shape(call)[1:], call.arguments.get("shared_axes") or ()
    found: Sequence[int] = call.wholes("shared_axes") if shared else ()
    return math.prod(1 if index + 1 in found else length or 1 for index, length in enumerate(shape))


def _spectrogram(call: Call) -> int:
    window = _number(call, "frame_length", 256)
    fft = _number(call, "fft_length", 1 << (window - 1).bit_length())
    kernels = 1 if call.text("mode", "log") in ("real", "imag") else 2
    return kernels * window * (fft // 2 + 1)


COUNTS: Mapping[str, Count] = {
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    "Embedding": _embedding,
    "ReversibleEmbedding": _reversible_embedding,
    **{f"Conv{axes}D": _convolution(axes) for axes in (1, 2, 3)},
    **{f"Conv{axes}DTranspose": _convolution(axes) for axes in (1, 2, 3)},
    **{f"DepthwiseConv{axes}D": _depthwise(axes) for axes in (1, 2)},
    **{f"SeparableConv{axes}D": _separable(axes) for axes in (1, 2)},
    **{f"ConvLSTM{axes}D": _convolved_steps(axes) for axes in (1, 2, 3)},
    **dict.fromkeys(("SimpleRNN", "GRU", "LSTM"), _cell),
    "RNN": _rnn,
    "Bidirectional": _both_ways,
    "TimeDistributed": _each_step,
    "SpectralNormalization": _spectrally_normalized,
    "MultiHeadAttention": _attention,
    "GroupQueryAttention": _grouped_attention,
    **dict.fromkeys(("AdditiveAttention", "Attention"), _score_weights),
    "BatchNormalization": _batch_normalization,
    **dict.fromkeys(("GroupNormalization", "LayerNormalization"), _centred_and_scaled),
    "RMSNormalization": _axes,
    "Normalization": _normalization,
    "PReLU": _slopes,
    "STFTSpectrogram": _spectrogram,
    "PositionEmbedding": lambda call: _number(call, "sequence_length") * _length(_shape(call)),
    "PatchEmbedding": lambda call: (
        _number(call, "embed_dim") * (_cells(call, "patch_size", 2) * _channels(call) + 1)
    ),
    "Parameter": lambda call: _cells(call, "shape", 1),
}
"""By layer: the parameters that it has at least. Every other has none."""
