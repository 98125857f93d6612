"""Operations that slide windows over images or sounds, and Fourier transforms."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yamlnet.checks.shapes.call import Call, Rule, channels_first, shapes_of
from yamlnet.checks.shapes.shape import Given, NotKnown, Shape, grown, more, slid, times, with_axis

Slide = Callable[[int, int | None], int | None]
"""The length of an axis from its index and its length before."""


def _along(call: Call, slide: Slide, channels: int | None) -> Shape:
    """An image whose axes beside batch and channels are slid along."""
    shape = call.shape("inputs")
    first = channels_first(call)
    lengths = shape[2:] if first else shape[1:-1]
    found = [slide(index, length) for index, length in enumerate(lengths)]
    return (shape[0], channels, *found) if first else (shape[0], *found, channels)


def _channels(call: Call) -> int | None:
    return call.shape("inputs")[1 if channels_first(call) else -1]


def _convolved(call: Call, kernel: Shape, channels: int | None) -> Shape:
    *sizes, _, _ = kernel
    axes = len(sizes)
    if len(call.shape("inputs")) != axes + 2:
        raise NotKnown
    steps, gaps = call.lengths("strides", axes, 1), call.lengths("dilation_rate", axes, 1)
    padding = call.text("padding", "valid").lower()

    def slide(index: int, length: int | None) -> int | None:
        size = sizes[index]
        return None if size is None else slid(length, size, steps[index], gaps[index], padding)

    return _along(call, slide, channels)


def _conv(call: Call) -> Shape:
    kernel = call.shape("kernel")
    return _convolved(call, kernel, kernel[-1])


def _depthwise(call: Call) -> Shape:
    kernel = call.shape("kernel")
    return _convolved(call, kernel, None if kernel[-2] is None else times(kernel[-1], kernel[-2]))


def _separable(call: Call) -> Shape:
    return _convolved(call, call.shape("depthwise_kernel"), call.shape("pointwise_kernel")[-1])


def _transposed(call: Call) -> Shape:
    *sizes, filters, _ = call.shape("kernel")
    axes, padding = len(sizes), call.text("padding", "valid").lower()
    steps, gaps = call.lengths("strides", axes, 1), call.lengths("dilation_rate", axes, 1)
    written = call.value("output_padding", None)
    ends = [None] * axes if written is None else call.lengths("output_padding", axes)

    def slide(index: int, length: int | None) -> int | None:
        size = sizes[index]
        return None if size is None else grown(length, size, steps[index], gaps[index], padding, ends[index])

    return _along(call, slide, filters)


def _pooled(call: Call) -> Shape:
    axes, padding = len(call.shape("inputs")) - 2, call.text("padding", "valid").lower()
    sizes = call.lengths("pool_size", axes)
    steps = sizes if call.value("strides", None) is None else call.lengths("strides", axes)
    return _along(
        call,
        lambda index, length: slid(length, sizes[index], steps[index], 1, padding),
        _channels(call),
    )


def _unfolded(call: Call) -> Shape:
    batch, channels, *lengths = call.shape("x")
    sizes, gaps = call.lengths("kernel_size", 2), call.lengths("dilation", 2, 1)
    pads, steps = call.lengths("padding", 2, 0), call.lengths("stride", 2, 1)
    each = zip(lengths, sizes, gaps, pads, steps, strict=True)
    found = [slid(more(length, 2 * pad), size, step, gap, "valid") for length, size, gap, pad, step in each]
    high, wide = found
    if high is None or wide is None:
        raise NotKnown
    return (batch, times(channels, sizes[0] * sizes[1]), high * wide)


def _folded(call: Call) -> Shape:
    batch, cells, _ = call.shape("x")
    high, wide = call.lengths("kernel_size", 2)
    if cells is not None and cells % (high * wide):
        raise NotKnown
    return (batch, None if cells is None else cells // (high * wide), *call.lengths("output_size", 2))


def _blocks(deeper: bool) -> Rule:
    """Blocks of an image's cells as channels, or the other way round."""

    def rule(call: Call) -> Shape:
        shape, size = call.shape("x"), call.whole("block_size")
        first = channels_first(call)
        batch, *lengths, channels = shape if not first else (shape[0], *shape[2:], shape[1])
        if len(lengths) != 2:
            raise NotKnown
        found = [_part(one, size) if deeper else times(one, size) for one in lengths]
        deep = times(channels, size**2) if deeper else _part(channels, size**2)
        return (batch, deep, *found) if first else (batch, *found, deep)

    return rule


def _part(length: int | None, size: int) -> int | None:
    if length is not None and length % size:
        raise NotKnown
    return None if length is None else length // size


def _sequences(call: Call) -> Shape:
    *rest, length = call.shape("x")
    size, step = call.whole("sequence_length"), call.whole("sequence_stride")
    return (*rest, None if length is None else 1 + (length - size) // step, size)


def _transformed(call: Call) -> Given:
    """A real and an imaginary part."""
    one, other = shapes_of(call.value("x"))
    return [one, other]


def _real_transformed(call: Call) -> Given:
    shape, size = call.shape("x"), call.maybe_whole("fft_length")
    length = shape[-1] if size is None else size
    found = with_axis(shape, -1, None if length is None else length // 2 + 1)
    return [found, found]


def _real_again(call: Call) -> Shape:
    shape, _ = shapes_of(call.value("x"))
    size = call.maybe_whole("fft_length")
    return with_axis(shape, -1, size if size is not None else times(more(shape[-1], -1), 2))


def _short_time(call: Call) -> Given:
    *rest, length = call.shape("x")
    size, step = call.whole("fft_length"), call.whole("sequence_stride")
    padded = size // 2 * 2 if call.flag("center", True) else 0
    found = (*rest, None if length is None else 1 + (length + padded - size) // step, size // 2 + 1)
    return [found, found]


def _sound_again(call: Call) -> Shape:
    (*rest, steps, _), _ = shapes_of(call.value("x"))
    size, wanted = call.whole("fft_length"), call.maybe_whole("length")
    long = None if steps is None else (steps - 1) * call.whole("sequence_stride") + size
    cut = size // 2 * 2 if call.flag("center", True) else 0
    return (*rest, more(long, -cut) if wanted is None else wanted)


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("average_pool", "max_pool"), _pooled),
    "conv": _conv,
    "conv_transpose": _transposed,
    "depth_to_space": _blocks(deeper=False),
    "depthwise_conv": _depthwise,
    "extract_sequences": _sequences,
    **dict.fromkeys(("fft", "fft2", "ifft2"), _transformed),
    "fold": _folded,
    "irfft": _real_again,
    "istft": _sound_again,
    "rfft": _real_transformed,
    "separable_conv": _separable,
    "space_to_depth": _blocks(deeper=True),
    "stft": _short_time,
    "unfold": _unfolded,
}
