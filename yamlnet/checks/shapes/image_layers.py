"""Layers that work along the axes between batch and channels: convolution, pooling, padding, resizing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from yamlnet.checks.shapes.call import Call, Rule, channels_first, whole
from yamlnet.checks.shapes.shape import NotKnown, Shape, grown, more, slid, times, with_axis

Lengths = list[int | None]


def _parts(call: Call, axes: int) -> tuple[int | None, Lengths, int | None]:
    """The batch axis, the axes to work along, and the channels."""
    shape = call.image(axes)
    if channels_first(call):
        return shape[0], list(shape[2:]), shape[1]
    return shape[0], list(shape[1:-1]), shape[-1]


def _image(call: Call, batch: int | None, lengths: Sequence[int | None], channels: int | None) -> Shape:
    return (batch, channels, *lengths) if channels_first(call) else (batch, *lengths, channels)


def windows(call: Call, lengths: Lengths, name: str, default: object, strides: object) -> Lengths:
    """The axes once windows slid over them."""
    axes = len(lengths)
    sizes = call.lengths(name, axes, default) if default is not None else call.lengths(name, axes)
    steps = sizes if call.value("strides", strides) is None else call.lengths("strides", axes, strides)
    gaps = call.lengths("dilation_rate", axes, 1)
    padding = call.text("padding", "valid").lower()
    each = zip(lengths, sizes, steps, gaps, strict=True)
    return [slid(length, size, step, gap, padding) for length, size, step, gap in each]


def _filters(call: Call, channels: int | None) -> int | None:
    return call.whole("filters")


def _multiplied(call: Call, channels: int | None) -> int | None:
    return times(channels, call.whole("depth_multiplier", 1))


def _convolved(axes: int, out: Callable[[Call, int | None], int | None]) -> Rule:
    def rule(call: Call) -> Shape:
        batch, lengths, channels = _parts(call, axes)
        return _image(call, batch, windows(call, lengths, "kernel_size", None, 1), out(call, channels))

    return rule


def _transposed(axes: int) -> Rule:
    def rule(call: Call) -> Shape:
        batch, lengths, _ = _parts(call, axes)
        written = call.value("output_padding", None)
        ends = [None] * axes if written is None else call.lengths("output_padding", axes)
        sizes, steps = call.lengths("kernel_size", axes), call.lengths("strides", axes, 1)
        gaps, padding = call.lengths("dilation_rate", axes, 1), call.text("padding", "valid").lower()
        each = zip(lengths, sizes, steps, gaps, ends, strict=True)
        long = [grown(length, size, step, gap, padding, end) for length, size, step, gap, end in each]
        return _image(call, batch, long, call.whole("filters"))

    return rule


def _pooled(axes: int) -> Rule:
    def rule(call: Call) -> Shape:
        batch, lengths, channels = _parts(call, axes)
        return _image(call, batch, windows(call, lengths, "pool_size", 2, None), channels)

    return rule


def _adapted(axes: int) -> Rule:
    def rule(call: Call) -> Shape:
        batch, _, channels = _parts(call, axes)
        return _image(call, batch, call.lengths("output_size", axes), channels)

    return rule


def _averaged(axes: int) -> Rule:
    def rule(call: Call) -> Shape:
        batch, _, channels = _parts(call, axes)
        if call.flag("keepdims"):
            return _image(call, batch, [1] * axes, channels)
        return (batch, channels)

    return rule


def _upsampled(axes: int) -> Rule:
    def rule(call: Call) -> Shape:
        batch, lengths, channels = _parts(call, axes)
        sizes = call.lengths("size", axes, 2)
        return _image(call, batch, list(map(times, lengths, sizes)), channels)

    return rule


def _padded(axes: int) -> Rule:
    def rule(call: Call) -> Shape:
        batch, lengths, channels = _parts(call, axes)
        added = ends(call.value("padding", 1), axes)
        return _image(call, batch, list(map(more, lengths, added)), channels)

    return rule


def _cropped(axes: int) -> Rule:
    def rule(call: Call) -> Shape:
        batch, lengths, channels = _parts(call, axes)
        gone = ends(call.value("cropping", 0 if axes == 2 else 1), axes)
        left = [more(length, -less) for length, less in zip(lengths, gone, strict=True)]
        if any(length is not None and length <= 0 for length in left):
            raise NotKnown
        return _image(call, batch, left, channels)

    return rule


def ends(value: object, axes: int) -> list[int]:
    """How much is added to each axis at both its ends: one number, one for each axis, or two for each."""
    if axes == 1 and isinstance(value, list | tuple) and len(value) == 2:
        value = [value]
    each = list(value) if isinstance(value, list | tuple) else [value] * axes
    if len(each) != axes:
        raise NotKnown
    return [_both(end) for end in each]


def _both(end: object) -> int:
    if not isinstance(end, list | tuple):
        return 2 * whole(end)
    first, last = end
    return whole(first) + whole(last)


def _resized(call: Call) -> Shape:
    """Another height and width, of a batch of images or of one."""
    read = call.first()
    if len(read) not in (3, 4):
        raise NotKnown
    height = -2 if channels_first(call) else -3
    return with_axis(with_axis(read, height, call.whole("height")), height + 1, call.whole("width"))


def _same(call: Call) -> Shape:
    return call.first()


SAME = (
    "AugMix", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "CutMix", "Equalization",
    "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter",
    "RandomContrast", "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur",
    "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization",
    "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom",
    "Solarization",
)  # fmt: skip

RULES: Mapping[str, Rule] = {
    **{f"Conv{axes}D": _convolved(axes, _filters) for axes in (1, 2, 3)},
    **{f"SeparableConv{axes}D": _convolved(axes, _filters) for axes in (1, 2)},
    **{f"DepthwiseConv{axes}D": _convolved(axes, _multiplied) for axes in (1, 2)},
    **{f"Conv{axes}DTranspose": _transposed(axes) for axes in (1, 2, 3)},
    **{f"{kind}Pooling{axes}D": _pooled(axes) for kind in ("Max", "Average") for axes in (1, 2, 3)},
    **{f"Global{kind}Pooling{axes}D": _averaged(axes) for kind in ("Max", "Average") for axes in (1, 2, 3)},
    **{f"Adaptive{kind}Pooling{axes}D": _adapted(axes) for kind in ("Max", "Average") for axes in (1, 2, 3)},
    **{f"ZeroPadding{axes}D": _padded(axes) for axes in (1, 2, 3)},
    **{f"Cropping{axes}D": _cropped(axes) for axes in (1, 2, 3)},
    **{f"UpSampling{axes}D": _upsampled(axes) for axes in (1, 2, 3)},
    **dict.fromkeys(("CenterCrop", "RandomCrop", "Resizing"), _resized),
    **dict.fromkeys(SAME, _same),
}
