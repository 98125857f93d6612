"""What each Keras initializer draws, in NumPy.

`draw` follows the definition in Keras's own source for every initializer of `keras.initializers`, but
takes its random numbers from a `Stream`, so that all backends get the same bits. Everything here is
reproducible to the bit on any machine, with two exceptions: `Orthogonal` uses LAPACK's QR, whose last
bits differ between builds (they are rounded away, which leaves rare ties), and `STFT` uses the sines of
the math library and SciPy's windows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import keras
import numpy as np
from keras.src.utils.module_utils import scipy  # imported when first used, as Keras does

from yamlnet.compiler.streams import Array, Stream

Shape = tuple[int, ...]

TRUNCATION = 0.87962566103423978
"""The standard deviation of a standard normal variable cut at two deviations."""


class Draw(Protocol):
    """How one class of initializers is drawn: an array of `shape` and `dtype`."""

    def __call__(self, initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
        """Draw; everything but `initializer`'s own randomness comes from its attributes."""


def find_draw(initializer: object, dtype: np.dtype[Any]) -> Draw | None:
    """How `initializer` is drawn, or None where only itself knows.

    A subclass is drawn as its Keras parent unless it says itself what calling it does. A random
    initializer of a type other than floating point is left to Keras, which refuses it.
    """
    for owner in type(initializer).__mro__:
        if "__call__" in vars(owner):
            draw = DRAWS.get(owner)
            unfit = dtype.kind in "iubc"
            return None if draw is None or (unfit and draw in RANDOM) else draw
    return None


def require_fit(initializer: object, shape: Shape) -> None:
    """Refuse a weight of a shape that its initializer cannot make, before anything is drawn.

    Raises:
        ValueError: in the words of Keras's own initializers, where they look at shapes.
    """
    fits = FITS.get(find_draw(initializer, np.dtype(np.float32)))
    if fits is not None:
        fits(initializer, shape)


def _fit_constant(initializer: Any, shape: Shape) -> None:
    given = np.shape(keras.ops.convert_to_numpy(initializer.value))
    padded = (1,) * (len(shape) - len(given)) + given
    if len(padded) > len(shape) or any(
        size not in (1, axis) for size, axis in zip(padded, shape, strict=True)
    ):
        raise ValueError(f"Constant has values of shape {list(given)} for a weight of shape {list(shape)}")


def _fit_identity(initializer: Any, shape: Shape) -> None:
    if len(shape) != 2:
        raise ValueError("Identity matrix initializer can only be used for 2D matrices")


def _fit_orthogonal(initializer: Any, shape: Shape) -> None:
    if len(shape) < 2:
        raise ValueError("The tensor to initialize must be at least two-dimensional")


def _fit_variance(initializer: Any, shape: Shape) -> None:
    for axes in (initializer.input_axes, initializer.output_axes):
        if any(not -len(shape) <= axis < len(shape) for axis in axes or ()):
            raise ValueError(f"{list(axes)} are not axes of a weight of shape {list(shape)}")


def _fit_stft(initializer: Any, shape: Shape) -> None:
    if len(shape) != 3:
        raise ValueError("STFT makes kernels of shape (frame, 1, frequencies)")
    if shape[0] <= LONGEST_FRAME:
        _stft_window(initializer, shape[0])


LONGEST_FRAME = 1 << 20
"""Of a short-time Fourier transform whose window is looked at before the weight is drawn."""


def draw_zeros(initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
    """Zeros (`False` for booleans)."""
    return np.zeros(shape, dtype)


def draw_ones(initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
    """Ones (`True` for booleans)."""
    return np.ones(shape, dtype)


def draw_constant(initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
    """`value`, cast to the type; an array of values is broadcast."""
    value = keras.ops.convert_to_numpy(initializer.value)
    return np.full(shape, np.asarray(value).astype(dtype))


def draw_identity(initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
    """`gain` on the diagonal of a matrix."""
    _fit_identity(initializer, shape)
    return np.asarray(initializer.gain * np.eye(shape[0], shape[1]), dtype)


def draw_random_normal(initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
    """Normal with `mean` and `stddev`."""
    return stream.normal(shape, float(initializer.mean), float(initializer.stddev), dtype)


def draw_random_uniform(initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
    """Uniform in [`minval`, `maxval`)."""
    return stream.uniform(shape, float(initializer.minval), float(initializer.maxval), dtype)


def draw_truncated_normal(initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
    """Normal with `mean` and `stddev` before the cut at two `stddev`."""
    return stream.truncated_normal(shape, float(initializer.mean), float(initializer.stddev), dtype)


def draw_variance_scaling(initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
    """The Glorot, He and LeCun families: a variance of `scale` over the number of units.

    Sources: Glorot & Bengio 2010; He et al. 2015 (arXiv:1502.01852); Klambauer et al. 2017
    (arXiv:1706.02515); https://keras.io/api/layers/initializers/.
    """
    fan_in, fan_out = fans(shape, initializer.input_axes, initializer.output_axes)
    count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[initializer.mode]
    variance = initializer.scale / max(1.0, count)
    if initializer.distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        return stream.uniform(shape, -limit, limit, dtype)
    if initializer.distribution == "untruncated_normal":
        return stream.normal(shape, 0.0, math.sqrt(variance), dtype)
    return stream.truncated_normal(shape, 0.0, math.sqrt(variance) / TRUNCATION, dtype)


def fans(
    shape: Shape, input_axes: list[int] | None = None, output_axes: list[int] | None = None
) -> tuple[int, int]:
    """How many units feed each output unit of a weight, and how many each input unit feeds.

    The axes, given together, say which axes of `shape` are inputs and outputs; otherwise the last two
    are (input, output) and those before them the receptive field of a convolution.
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def draw_orthogonal(initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
    """A uniformly random orthogonal matrix times `gain`, its rows being all axes but the last.

    Source: Saxe et al. 2014 (https://openreview.net/forum?id=_wzZwKpTDF_9C).
    """
    _fit_orthogonal(initializer, shape)
    rows, columns = math.prod(shape[:-1]), shape[-1]
    normal = stream.normal((max(rows, columns), min(rows, columns)), 0.0, 1.0, np.float64)
    q, r = np.linalg.qr(normal)
    q = q * np.sign(np.diagonal(r))
    if dtype.itemsize <= 4:
        # LAPACK's last bits depend on the processor; this grid is as fine as float32 is near 1.
        q = np.rint(q * 2.0**24) * 2.0**-24
    matrix = q.T if rows < columns else q
    return np.asarray(initializer.gain * matrix.reshape(shape), dtype)


def draw_stft(initializer: Any, shape: Shape, dtype: np.dtype[Any], stream: Stream) -> Array:
    """The windowed cosines or sines of a short-time Fourier transform, (frame, 1, frequencies)."""
    frame, _, frequencies = shape
    steps = np.outer(np.arange(frame), np.arange(frequencies))
    period = max(1, 2 * (frequencies - 1))
    # Whole turns are dropped as integers, so that long frames lose no precision.
    angles = -2.0 * np.pi * (steps % period) / period
    kernel = np.cos(angles) if initializer.side == "real" else np.sin(angles)
    kernel = kernel * _stft_window(initializer, frame)[:, np.newaxis]
    return np.asarray(kernel[:, np.newaxis, :], dtype)


def _stft_window(initializer: Any, frame: int) -> Any:
    """The window's values over its norm; ones where there is no window."""
    window = initializer.window
    if window is None:
        return np.ones(frame)
    if isinstance(window, str):
        window = scipy.signal.get_window(window, frame, initializer.periodic)
    window = np.asarray(window, np.float64)
    if window.shape != (frame,):
        raise ValueError("The shape of `window` must be equal to [frame_length]")
    if initializer.scaling == "density":
        return window / math.sqrt(np.sum(np.square(window)))
    if initializer.scaling == "spectrum":
        return window / np.sum(np.abs(window))
    return window


DRAWS: dict[type, Draw] = {
    keras.initializers.Zeros: draw_zeros,
    keras.initializers.Ones: draw_ones,
    keras.initializers.Constant: draw_constant,
    keras.initializers.Identity: draw_identity,
    keras.initializers.RandomNormal: draw_random_normal,
    keras.initializers.RandomUniform: draw_random_uniform,
    keras.initializers.TruncatedNormal: draw_truncated_normal,
    keras.initializers.VarianceScaling: draw_variance_scaling,
    keras.initializers.Orthogonal: draw_orthogonal,
    keras.initializers.STFT: draw_stft,
}
"""By the class that defines what a call does: all Glorot, He and LeCun ones are `VarianceScaling`."""

FITS: dict[Draw | None, Callable[[Any, Shape], None]] = {
    draw_constant: _fit_constant,
    draw_identity: _fit_identity,
    draw_orthogonal: _fit_orthogonal,
    draw_variance_scaling: _fit_variance,
    draw_stft: _fit_stft,
}
"""What the shape of a weight must be, for those that cannot make any."""

RANDOM: tuple[Callable[..., Array], ...] = (
    draw_random_normal,
    draw_random_uniform,
    draw_truncated_normal,
    draw_variance_scaling,
    draw_orthogonal,
)
"""Those that read their stream."""
