"""Random numbers whose bits are the same on every machine, backend and version of NumPy.

A stream is named by words (a seed, a weight's path). SHA-256 makes them the state in which a PCG64DXSM
generator starts (O'Neill, "PCG: a family of simple fast space-efficient statistically good algorithms
for random number generation", 2014; half the price of Philox), whose raw output NumPy promises never to
change (NEP 19), which it does not promise for `Generator.normal`. What follows the
generator here is only IEEE 754's correctly rounded `+ - * / sqrt` in float64, one at a time, so that no
math library, SIMD width or fused multiply-add can change a bit.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]

INCREMENT = 0xDA3E39CB94B95BDB5851F42D4C957F2D
"""Of the generator's recurrence: any odd number gives the full period."""

BLOCK = 1 << 16
"""Values made at a time: few enough to bound the memory, enough to hide the price of a call."""

NORMAL_CDF_AT_MINUS_2 = 0.022750131948179207
"""The part of a normal distribution that lies more than two deviations below the mean."""


class Stream(Struct, frozen=True):
    """A reproducible source of numbers. Every draw starts at its beginning, so a draw can be repeated."""

    key: int

    @classmethod
    def named(cls, *words: str | int) -> Stream:
        """The stream of these words. Different words give unrelated streams (a 128-bit key)."""
        # Each word's kind and length go before it, so that no two lists of words are spelled alike.
        spelled = [("s", word) if isinstance(word, str) else ("i", str(int(word))) for word in words]
        text = "".join(f"{kind}{len(word)}:{word}" for kind, word in spelled)
        return cls(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little"))

    def integer(self, below: int) -> int:
        """One whole number in [0, below), for `below` much smaller than 2**128."""
        return self.key % below

    def uniform(self, shape: tuple[int, ...], low: float, high: float, dtype: npt.DTypeLike) -> Array:
        """Uniform in [low, high): the upper bound is never reached, in any `dtype`."""

        def transform(unit: Floats) -> Floats:
            unit *= high - low
            unit += low
            return unit

        if low >= high:
            return self._fill(shape, dtype, transform)
        # Rounding to a short type may reach the bound; the value below it is the nearest allowed one.
        to_type: Any = np.dtype(dtype).type
        bound = to_type(high)
        return self._fill(
            shape, dtype, transform, bound if bound < high else np.nextafter(bound, to_type(low))
        )

    def normal(self, shape: tuple[int, ...], mean: float, stddev: float, dtype: npt.DTypeLike) -> Array:
        """Normal, by inversion of the distribution function."""
        return self._fill(shape, dtype, lambda unit: mean + stddev * normal_quantile(unit))

    def truncated_normal(
        self, shape: tuple[int, ...], mean: float, stddev: float, dtype: npt.DTypeLike
    ) -> Array:
        """Normal, without what lies more than two `stddev` from the mean (as if redrawn).

        `stddev` is that of the distribution before it is cut, as in Keras.
        """
        low = NORMAL_CDF_AT_MINUS_2
        width = 1.0 - 2.0 * low
        return self._fill(shape, dtype, lambda unit: mean + stddev * normal_quantile(low + width * unit))

    def _generator(self) -> np.random.PCG64DXSM:
        """One sequence of period 2**128, entered at a place that no other stream comes near."""
        generator = np.random.PCG64DXSM(0)
        start: Any = {**generator.state, "state": {"state": self.key, "inc": INCREMENT}}
        generator.state = start
        return generator

    def _fill(
        self,
        shape: tuple[int, ...],
        dtype: npt.DTypeLike,
        transform: Callable[[Floats], Floats],
        highest: Any = None,
    ) -> Array:
        """An array of `transform(u)` for u uniform in (0, 1), rounded to `dtype`, at most `highest`."""
        drawn = np.empty(math.prod(shape), dtype)
        units = _wide_units if drawn.itemsize > 4 else _narrow_units
        generator = self._generator()
        for start in range(0, drawn.size, BLOCK):
            count = min(BLOCK, drawn.size - start)
            block = drawn[start : start + count]
            block[:] = transform(units(generator, count))
            if highest is not None:
                np.minimum(block, highest, out=block)
        return drawn.reshape(shape)


def _wide_units(generator: np.random.PCG64DXSM, count: int) -> Floats:
    """The middles of 2**52 equal cells of (0, 1): exact, symmetric about 1/2, never 0 or 1."""
    raw: Any = generator.random_raw(count)
    unit: Floats = ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    return unit


def _narrow_units(generator: np.random.PCG64DXSM, count: int) -> Floats:
    """The middles of 2**32 cells: enough for types of at most 32 bits, at half the price."""
    raw: Any = generator.random_raw((count + 1) // 2)
    halves = raw.astype("<u8", copy=False).view("<u4")[:count]  # the low half first, on any machine
    unit: Floats = halves.astype(np.float64)
    unit += 0.5
    unit *= 2.0**-32
    return unit


# Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37
# (1988), routine PPND16, relative accuracy about 1e-16: (numerator, denominator), lowest power first.
# fmt: off
_CENTRE = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
     1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
     3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2,
     5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4,
     2.8729085735721942674e4, 5.2264952788528545610e3),
)
_TAIL = (
    (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0,
     6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
     5.47593808499534494600e-4, 1.05075007164441684324e-9),
)
_FAR_TAIL = (
    (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
     1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
     1.42151175831644588870e-7, 2.04426310338993978564e-15),
)
# fmt: on


def normal_quantile(unit: Floats) -> Floats:
    """The value that a standard normal variable stays below with probability `unit`, in (0, 1)."""
    centred = unit - 0.5
    value = centred * _ratio(_CENTRE, 0.180625 - centred * centred)
    outside = np.flatnonzero(np.abs(centred) > 0.425)
    if outside.size:
        side = centred[outside]
        nearer = np.minimum(unit[outside], 1.0 - unit[outside])
        value[outside] = np.copysign(_tail_quantile(np.sqrt(-_log(nearer))), side)
    return value


def _tail_quantile(root: Floats) -> Floats:
    """The distance from the mean, given sqrt(-log(probability of the tail))."""
    value = _ratio(_TAIL, root - 1.6)
    far = np.flatnonzero(root > 5.0)
    if far.size:
        value[far] = _ratio(_FAR_TAIL, root[far] - 5.0)
    return value


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Floats) -> Floats:
    """A quotient of two polynomials, each by Horner's rule."""
    return _polynomial(coefficients[0], x) / _polynomial(coefficients[1], x)


def _polynomial(coefficients: tuple[float, ...], x: Floats) -> Floats:
    value = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        np.multiply(value, x, out=value)
        np.add(value, coefficient, out=value)
    return value


LOG_2 = 0.6931471805599453
_LOG_SERIES = tuple(2.0 / (2 * power + 1) for power in range(12))


def _log(x: Floats) -> Floats:
    """The natural logarithm to about 1e-16, by the series of 2 artanh; NumPy's own differs by processor."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < math.sqrt(0.5)
    mantissa = np.where(low, mantissa * 2.0, mantissa)
    exponent = exponent - low
    ratio = (mantissa - 1.0) / (mantissa + 1.0)
    return exponent * LOG_2 + ratio * _polynomial(_LOG_SERIES, ratio * ratio)
