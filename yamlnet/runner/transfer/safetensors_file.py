"""`.safetensors` files (https://huggingface.co/docs/safetensors): arrays by name, and nothing else.

Eight bytes say how long the header is; the header is JSON: each array's dtype, shape and place in what
follows. PyTorch keeps kernels the other way round: `Dense` has (in, out) where `Linear` has (out, in).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.ordinary import NotOrdinary, read_ordinary

SAFETENSORS = ".safetensors"

MOST_HEADER = 100 << 20
"""The longest header that the format allows."""

Array = np.ndarray[Any, np.dtype[Any]]

DTYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "BF16": ml_dtypes.bfloat16}

TORCH = {
    "kernel": "weight", "embeddings": "weight", "position_embeddings": "weight", "gamma": "weight",
    "beta": "bias", "bias": "bias", "moving_mean": "running_mean", "moving_variance": "running_var",
}  # fmt: skip
"""What PyTorch calls the weights of its layers, by Keras's names."""


class Safetensors:
    """The arrays of a file, each read when it is asked for."""

    def __init__(self, path: Path) -> None:
        """Read the header.

        Raises:
            YamlnetError: it is no such file.
        """
        self.path = path
        try:
            length = int.from_bytes(read_ordinary(path, 8), "little")
            if not 2 <= length <= min(MOST_HEADER, path.stat().st_size - 8):
                raise ValueError("its header is longer than it is")
            header = json.loads(read_ordinary(path, 8 + length)[8:])
            self.begin = 8 + length
            self.entries = {name: one for name, one in header.items() if name != "__metadata__"}
        except FileNotFoundError:
            raise YamlnetError(f"there is no file {path}") from None
        except (NotOrdinary, OSError, ValueError, AttributeError, RecursionError) as error:
            raise YamlnetError(f"{path} is no file of safetensors: {error}") from None

    def array(self, name: str) -> Array:
        """One array.

        Raises:
            YamlnetError: there is none of that name, or what is said of it cannot be.
        """
        if name not in self.entries:
            mend = did_you_mean(name, self.entries)
            raise YamlnetError(f'{self.path} has no "{name}"{mend}')
        try:
            entry = self.entries[name]
            dtype, shape = np.dtype(DTYPES[entry["dtype"]]), tuple(map(int, entry["shape"]))
            start, end = map(int, entry["data_offsets"])
            fits = end - start == math.prod(shape) * dtype.itemsize and min((0, start, *shape)) == 0
            if not fits or self.begin + end > self.path.stat().st_size:
                raise ValueError("its size is not what its shape takes")
            return np.fromfile(self.path, dtype, math.prod(shape), offset=self.begin + start).reshape(shape)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise YamlnetError(f'"{name}" of {self.path} cannot be read: {error}') from None


def arrays_of(layer: Any, name: str, file: Safetensors) -> list[Array]:
    """The weights of a Keras layer from what PyTorch's layer of a name has, in the order of `layer.weights`.

    Raises:
        YamlnetError: the file lacks one, or the layer has weights that PyTorch calls otherwise.
    """
    found = []
    for weight in layer.weights:
        if weight.name not in TORCH:
            raise YamlnetError(
                f'nothing in a {file.path.suffix} file stands for "{weight.name}" of "{layer.name}"'
            )
        array = file.array(f"{name}.{TORCH[weight.name]}")
        found.append(_turned(array, tuple(weight.shape)) if weight.name == "kernel" else _flat(array, weight))
    return found


def _turned(array: Array, shape: Sequence[int]) -> Array:
    """A kernel in Keras's order of axes: (out, in) → (in, out), (out, in, *window) → (*window, in, out)."""
    turned = np.moveaxis(array, (0, 1), (-1, -2)) if array.ndim > 1 else array
    # Attention's projections have their heads as an axis of their own: (in, heads, width).
    return turned.reshape(shape) if array.ndim == 2 and turned.size == math.prod(shape) else turned


def _flat(array: Array, weight: Any) -> Array:
    """A bias of attention's projections has an axis for the heads, too."""
    one = weight.name == "bias" and array.size == math.prod(weight.shape)
    return array.reshape(tuple(weight.shape)) if one else array


def renamed(path: str, names: Mapping[str, str]) -> str | None:
    """What a layer is called in the file: the first name whose pattern is its path, each `*` carried over."""
    for pattern, theirs in names.items():
        found = re.fullmatch("(.*)".join(map(re.escape, pattern.split("*"))), path)
        if found is not None and pattern.count("*") == theirs.count("*"):
            parts = theirs.split("*")
            return "".join(a + b for a, b in zip(parts, [*found.groups(), ""], strict=True))
    return None
