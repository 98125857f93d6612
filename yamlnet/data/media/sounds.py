"""One sound: from the bytes of a file to samples (libsndfile, https://python-soundfile.readthedocs.io).

Samples are float32 from -1 to 1; several channels become their mean. A sound is resampled by a polyphase
filter (SciPy's `resample_poly`: Crochiere and Rabiner 1983, "Multirate Digital Signal Processing"): SciPy
comes with scikit-learn, which the extra `data` has, where soxr would be one more wheel.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.data.media.broken import Broken, looks_like
from yamlnet.data.table import Array

WORDS = ("resample", "samples", "seconds")

LONGEST = 1 << 28
"""Samples of the longest sound that is decoded, all channels counted: a gibibyte."""


class Sound(Struct, frozen=True):
    """Samples of shape (samples,), float32, at a rate in Hz."""

    samples: Array
    rate: int


def decode_sound(content: bytes, words: Sequence[tuple[str, Any]]) -> Sound:
    """A sound after its words, in order.

    Raises:
        Broken: it is no sound, is cut short, is empty, or is too long.
    """
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            if file.frames * file.channels > LONGEST:
                raise Broken(f"it is too long to be decoded: {file.frames:,} samples")
            found, rate = file.read(dtype="float32", always_2d=True), file.samplerate
    except (RuntimeError, TypeError, ValueError) as error:  # SoundFile's own, and of headers that contradict
        said = str(getattr(error, "error_string", error)).rstrip(".")
        raise Broken(f"libsndfile says: {said}{looks_like(content)}") from None
    if not len(found):
        raise Broken("it has no samples")
    sound = Sound(found.mean(axis=1), rate)
    for word, argument in words:
        sound = _changed(sound, word, argument)
    return Sound(np.clip(sound.samples, -1, 1), sound.rate)


def _changed(sound: Sound, word: str, argument: Any) -> Sound:
    if word == "resample":
        return Sound(resampled(sound.samples, sound.rate, argument), argument)
    length = argument if word == "samples" else max(round(argument * sound.rate), 1)
    return Sound(of_length(sound.samples, length), sound.rate)


def resampled(samples: Array, rate: int, wanted: int) -> Array:
    """Samples at another rate: ceil(count · wanted / rate) of them, float32."""
    if rate == wanted:
        return samples
    from scipy.signal import resample_poly

    shared = int(np.gcd(rate, wanted))
    return np.asarray(resample_poly(samples, wanted // shared, rate // shared), dtype=np.float32)


def of_length(samples: Array, length: int) -> Array:
    """Samples on the last axis, cut at the end, or with silence there."""
    short = length - samples.shape[-1]
    if short <= 0:
        return samples[..., :length]
    return np.pad(samples, [(0, 0)] * (samples.ndim - 1) + [(0, short)])


def sampling_rate(content: bytes) -> int | None:
    """The rate that a sound's header tells, in Hz; None where it has none that reads."""
    import soundfile

    try:
        return int(soundfile.info(io.BytesIO(content)).samplerate)
    except (soundfile.LibsndfileError, RuntimeError, TypeError, ValueError):
        return None
