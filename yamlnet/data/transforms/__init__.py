"""What turns a column into a tensor: one module a word, and their list."""

from __future__ import annotations

from yamlnet.data.transforms import (
    channels,
    clip,
    date,
    dtype,
    encode,
    length,
    log,
    missing,
    normalize,
    resample,
    reshape,
    resize,
    samples,
    scale,
    seconds,
    tokenize,
)
from yamlnet.data.transforms.transform import Transform

TRANSFORMS: dict[str, Transform] = {
    "missing": missing.TRANSFORM,
    "date": date.TRANSFORM,
    "encode": encode.TRANSFORM,
    "tokenize": tokenize.TRANSFORM,
    "length": length.TRANSFORM,
    "log": log.TRANSFORM,
    "clip": clip.TRANSFORM,
    "normalize": normalize.TRANSFORM,
    "scale": scale.TRANSFORM,
    "reshape": reshape.TRANSFORM,
    "dtype": dtype.TRANSFORM,
    "channels": channels.TRANSFORM,
    "resize": resize.TRANSFORM,
    "resample": resample.TRANSFORM,
    "samples": samples.TRANSFORM,
    "seconds": seconds.TRANSFORM,
}
