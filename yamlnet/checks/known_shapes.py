"""The shapes of tensors as far as arguments alone tell them: sizes are known before Keras is imported.

What is not certain is unknown, never guessed: `validate` infers every shape with Keras's own rules later.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from yamlnet.resolver.plan import ObjectSpec

Shape = tuple[int | None, ...]
"""Without the batch; None is an axis whose length is not known."""

Reads = Sequence[Shape | None]
"""Of the tensors that a layer reads, in order; None is a shape that is not known at all."""


def shape_given(layer: ObjectSpec, reads: Reads) -> Shape | None:
    """The shape of what a layer gives, where that is certain."""
    rule = SHAPES.get(layer.name)
    if rule is None or layer.arguments.get("data_format") == "channels_first":
        return None
    return rule(layer, reads)


def number(layer: ObjectSpec, name: str, default: int = 1) -> int:
    """A whole-number argument; what is not written, or not known yet, is the default."""
    value = layer.arguments.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def lengths(layer: ObjectSpec, name: str, axes: int, default: int | None = None) -> tuple[int, ...] | None:
    """An argument with a number for each axis, or one for all of them; None where it is neither."""
    value = layer.arguments.get(name, default)
    found = list(value) if isinstance(value, list | tuple) else [value] * axes
    if len(found) != axes:
        return None
    whole = [one for one in found if isinstance(one, int) and not isinstance(one, bool) and one > 0]
    return tuple(whole) if len(whole) == axes else None


def _same(layer: ObjectSpec, reads: Reads) -> Shape | None:
    return reads[0] if reads and all(one == reads[0] for one in reads) else None


def _last(name: str) -> Callable[[ObjectSpec, Reads], Shape | None]:
    """Another last axis, as long as an argument says."""

    def rule(layer: ObjectSpec, reads: Reads) -> Shape | None:
        (read,) = reads if len(reads) == 1 else (None,)
        return (*read[:-1], number(layer, name, 0) or None) if read else None

    return rule


def _embedding(layer: ObjectSpec, reads: Reads) -> Shape | None:
    (read,) = reads if len(reads) == 1 else (None,)
    return (*read, number(layer, "output_dim", 0) or None) if read is not None else None


Channels = Callable[[ObjectSpec, int | None], int | None]
"""The channels that a layer gives, from those that it reads."""


def _filters(layer: ObjectSpec, channels: int | None) -> int | None:
    return number(layer, "filters", 0) or None


def _multiplied(layer: ObjectSpec, channels: int | None) -> int | None:
    return channels * number(layer, "depth_multiplier") if channels is not None else None


def _convolved(axes: int, channels: Channels) -> Callable[[ObjectSpec, Reads], Shape | None]:
    def rule(layer: ObjectSpec, reads: Reads) -> Shape | None:
        read, windows = _images(reads, axes), lengths(layer, "kernel_size", axes)
        if read is None:
            return None
        slid = _slid(layer, read, windows, lengths(layer, "strides", axes, 1))
        return (*slid, channels(layer, read[-1]))

    return rule


def _pooled(axes: int) -> Callable[[ObjectSpec, Reads], Shape | None]:
    def rule(layer: ObjectSpec, reads: Reads) -> Shape | None:
        read, windows = _images(reads, axes), lengths(layer, "pool_size", axes, 2)
        if read is None:
            return None
        written = layer.arguments.get("strides") is not None
        steps = lengths(layer, "strides", axes) if written else windows
        return (*_slid(layer, read, windows, steps), read[-1])

    return rule


def _slid(
    layer: ObjectSpec, read: Shape, windows: tuple[int, ...] | None, steps: tuple[int, ...] | None
) -> list[int | None]:
    """The axes before the channels, once windows slid over them."""
    axes = len(read) - 1
    gaps, padding = lengths(layer, "dilation_rate", axes, 1), layer.arguments.get("padding", "valid")
    if windows is None or steps is None or gaps is None or not isinstance(padding, str):
        return [None] * axes
    reach = [0] * axes
    if padding.lower() == "valid":
        reach = [gap * (window - 1) for gap, window in zip(gaps, windows, strict=True)]
    return [
        (length - over - 1) // step + 1 if length is not None and length > over else None
        for length, over, step in zip(read, reach, steps, strict=False)
    ]


def _grown(axes: int) -> Callable[[ObjectSpec, Reads], Shape | None]:
    """A transposed convolution."""

    def rule(layer: ObjectSpec, reads: Reads) -> Shape | None:
        read = _images(reads, axes)
        if read is None:
            return None
        filters = number(layer, "filters", 0) or None
        windows, steps = lengths(layer, "kernel_size", axes), lengths(layer, "strides", axes, 1)
        odd = {"output_padding", "dilation_rate"} & set(layer.arguments)
        padding = layer.arguments.get("padding", "valid")
        if windows is None or steps is None or odd or not isinstance(padding, str):
            return (*[None] * axes, filters)
        more = [0] * axes
        if padding.lower() == "valid":
            more = [max(window - step, 0) for window, step in zip(windows, steps, strict=True)]
        spread = zip(read, steps, more, strict=False)
        return (*(None if length is None else length * step + end for length, step, end in spread), filters)

    return rule


def _images(reads: Reads, axes: int) -> Shape | None:
    """The one shape that is read, with as many axes before its channels; None where it has others."""
    if len(reads) != 1:
        return None
    read = reads[0] if reads[0] is not None else (*[None] * axes, None)
    return read if len(read) == axes + 1 else None


def _padded(axes: int, name: str, sign: int) -> Callable[[ObjectSpec, Reads], Shape | None]:
    """Padding, or with another sign cropping: one number, one for each axis, or two for each axis."""

    def rule(layer: ObjectSpec, reads: Reads) -> Shape | None:
        read, value = _images(reads, axes), layer.arguments.get(name)
        if read is None:
            return None
        ends = value if isinstance(value, list | tuple) else [value] * axes
        if axes == 1 and len(ends) == 2:
            ends = [ends]
        more = [_both_ends(end) for end in ends] if len(ends) == axes else [None] * axes
        grown = zip(read, more, strict=False)
        return (*(_longer(length, end, sign) for length, end in grown), read[-1])

    return rule


def _longer(length: int | None, ends: int | None, sign: int) -> int | None:
    whole = length + sign * ends if length is not None and ends is not None else 0
    return whole if whole > 0 else None


def _adapted(axes: int) -> Callable[[ObjectSpec, Reads], Shape | None]:
    def rule(layer: ObjectSpec, reads: Reads) -> Shape | None:
        read = _images(reads, axes)
        sizes = lengths(layer, "output_size", axes)
        return (*(sizes or [None] * axes), read[-1]) if read is not None else None

    return rule


def _both_ends(value: object) -> int | None:
    ends = value if isinstance(value, list | tuple) else [value, value]
    whole = [end for end in ends if isinstance(end, int)]
    return sum(whole) if len(whole) == len(ends) == 2 else None


def _averaged(axes: int) -> Callable[[ObjectSpec, Reads], Shape | None]:
    def rule(layer: ObjectSpec, reads: Reads) -> Shape | None:
        read = _images(reads, axes)
        kept = [1] * axes if layer.arguments.get("keepdims") is True else []
        return (*kept, read[-1]) if read is not None else None

    return rule


def _upsampled(axes: int) -> Callable[[ObjectSpec, Reads], Shape | None]:
    def rule(layer: ObjectSpec, reads: Reads) -> Shape | None:
        read, sizes = _images(reads, axes), lengths(layer, "size", axes, 2)
        if read is None or sizes is None:
            return None
        grown = [None if one is None else one * by for one, by in zip(read, sizes, strict=False)]
        return (*grown, read[-1])

    return rule


def _flattened(layer: ObjectSpec, reads: Reads) -> Shape | None:
    (read,) = reads if len(reads) == 1 else (None,)
    return (_product(read),) if read is not None else None


def _reshaped(layer: ObjectSpec, reads: Reads) -> Shape | None:
    target = layer.arguments.get("target_shape")
    if not isinstance(target, list | tuple) or not all(isinstance(one, int) for one in target):
        return None
    if -1 not in target:
        return tuple(target)
    read = reads[0] if len(reads) == 1 else None
    whole, rest = _product(read), -math.prod(target)
    free = whole // rest if whole is not None and rest > 0 and whole % rest == 0 else None
    return tuple(free if one == -1 else one for one in target)


def _product(shape: Shape | None) -> int | None:
    known = [axis for axis in shape or (None,) if axis is not None]
    return math.prod(known) if shape is not None and len(known) == len(shape) else None


def _joined(layer: ObjectSpec, reads: Reads) -> Shape | None:
    axis = number(layer, "axis", -1)
    first = reads[0] if reads else None
    at = axis - 1 if axis > 0 else axis + len(first or ())
    if first is None or not 0 <= at < len(first):
        return None
    found = [read for read in reads if read is not None and len(read) == len(first)]
    joined = [read[at] for read in found if read[at] is not None]
    whole = sum(one for one in joined if one is not None) if len(joined) == len(reads) else None
    return (*first[:at], whole, *first[at + 1 :])


def _recurrent(layer: ObjectSpec, reads: Reads) -> Shape | None:
    read = reads[0] if reads else None
    if layer.arguments.get("return_state") is True or read is None or len(read) != 2:
        return None
    steps = read[:1] if layer.arguments.get("return_sequences") is True else ()
    return (*steps, number(layer, "units", 0) or None)


def _attended(layer: ObjectSpec, reads: Reads) -> Shape | None:
    odd = {"output_shape", "return_attention_scores"} & set(layer.arguments)
    return None if odd else _same(layer, reads)


SHAPES: Mapping[str, Callable[[ObjectSpec, Reads], Shape | None]] = {
    "Dense": _last("units"),
    "Embedding": _embedding,
    **{f"Conv{axes}D": _convolved(axes, _filters) for axes in (1, 2, 3)},
    **{f"SeparableConv{axes}D": _convolved(axes, _filters) for axes in (1, 2)},
    **{f"DepthwiseConv{axes}D": _convolved(axes, _multiplied) for axes in (1, 2)},
    **{f"Conv{axes}DTranspose": _grown(axes) for axes in (1, 2, 3)},
    **{f"{kind}Pooling{axes}D": _pooled(axes) for kind in ("Max", "Average") for axes in (1, 2, 3)},
    **{f"Global{kind}Pooling{axes}D": _averaged(axes) for kind in ("Max", "Average") for axes in (1, 2, 3)},
    **{f"Adaptive{kind}Pooling{axes}D": _adapted(axes) for kind in ("Max", "Average") for axes in (1, 2, 3)},
    **{f"ZeroPadding{axes}D": _padded(axes, "padding", 1) for axes in (1, 2, 3)},
    **{f"Cropping{axes}D": _padded(axes, "cropping", -1) for axes in (1, 2, 3)},
    **{f"UpSampling{axes}D": _upsampled(axes) for axes in (1, 2, 3)},
    **dict.fromkeys(("SimpleRNN", "GRU", "LSTM"), _recurrent),
    "Flatten": _flattened,
    "Reshape": _reshaped,
    "Concatenate": _joined,
    "MultiHeadAttention": _attended,
    **dict.fromkeys(
        (
            "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "BatchNormalization",
            "LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization", "Dropout",
            "AlphaDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout",
            "GaussianNoise", "Identity", "ActivityRegularization", "Rescaling", "PositionEmbedding",
            "SinePositionEncoding", "Masking", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum",
        ),
        _same,
    ),
}  # fmt: skip
"""By layer: the shape that it gives, from its arguments and the shapes that it reads."""
