"""Telling Keras's shape errors again: both shapes, in the user's notation, and the likely mend."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from yamlnet.compiler.objects import first_sentences

_NDIM = re.compile(r"expected (min_ndim|max_ndim|ndim)=(\d+), found ndim=(\d+)")
_WHOLE = re.compile(r"expected shape=\(([^)]*)\), found shape=")
_AXIS = re.compile(r"expected axis (-?\d+) of input shape to have value (\d+)")

IMAGE_RANKS = {"Conv1D": 2, "Conv2D": 3, "Conv3D": 4, "MaxPooling2D": 3, "AveragePooling2D": 3}


def explain(error: Exception, callee: str, values: Sequence[Any]) -> str:
    """One line for what Keras refused when `callee` was called on `values`.

    Shapes are written without the batch axis, as blueprints write them.
    """
    text = str(error)
    shapes = [shape_text(value.shape) for value in _tensors(values)]
    received = f", got {' and '.join(shapes)}" if shapes else ""
    rank = _NDIM.search(text)
    if rank is not None:
        wanted, found = int(rank.group(2)) - 1, int(rank.group(3)) - 1
        least = "at least " if rank.group(1) == "min_ndim" else ""
        mend = _rank_mend(callee, wanted, found, [value.shape for value in _tensors(values)])
        return f"{callee} needs {least}{_axes(wanted)} besides the batch{received}{mend}"
    if callee in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum") and len(shapes) > 1:
        return f"{callee} needs shapes that fit each other{received}{_merge_mend(values)}"
    if callee == "Concatenate" and len(shapes) > 1:
        return f"Concatenate needs shapes that are equal but for the joined axis{received}"
    if callee == "this slice" and "many indices" in text:
        return f"this slice has more axes than what it reads{received}; the first one is the batch: x[:, 0]"
    if "output size would be zero or negative" in text:
        mend = "padding: same, a smaller kernel, or less pooling above"
        return f"{callee} leaves nothing of this{received}; {mend}"
    whole = _WHOLE.search(text)
    if whole is not None:
        return f"{callee} takes {_without_batch(whole.group(1))}{received}"
    axis = _AXIS.search(text)
    if axis is not None:
        built = f"{callee} was built for {axis.group(2)} on axis {axis.group(1)}"
        return f"{built}{received}; its weights are shared, so its inputs have one shape"
    return f"{callee} cannot be called here{received}: {first_sentences(_plain(text))}"


def shape_text(shape: Sequence[int | None]) -> str:
    """A shape without its batch axis: `[28, 28, 1]`, a free dimension as `null`."""
    return f"[{', '.join('null' if axis is None else str(axis) for axis in shape[1:])}]"


def _without_batch(shape: str) -> str:
    """`None, 28, None` of Keras's message as a blueprint's `[28, null]`."""
    axes = [axis.strip().replace("None", "null") for axis in shape.split(",") if axis.strip()]
    return f"[{', '.join(axes[1:])}]"


def _tensors(values: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if isinstance(value, list | tuple):
            found.extend(_tensors(value))
        elif hasattr(value, "shape") and hasattr(value, "dtype"):
            found.append(value)
    return found


def _axes(count: int) -> str:
    return "1 axis" if count == 1 else f"{count} axes"


def _rank_mend(callee: str, wanted: int, found: int, shapes: list[Any]) -> str:
    shape = list(shapes[0][1:]) if shapes else []
    if IMAGE_RANKS.get(callee) == found + 1:
        return (
            f"; it needs a channels axis: Reshape: {[*shape, 1]}"
            if None not in shape
            else "; add a channels axis"
        )
    if IMAGE_RANKS.get(callee) == wanted > found == 1:
        return "; it reads images or sequences: put it before Flatten, or Reshape first"
    if found > wanted == 1:
        return "; flatten it first: Flatten, or GlobalAveragePooling2D for images"
    if callee in ("LSTM", "GRU", "SimpleRNN", "RNN") and found == 1:
        mend = "give the layer before it return_sequences: true"
        return f"; a recurrent layer reads a sequence [steps, features]; {mend}"
    return ""


def _merge_mend(values: Sequence[Any]) -> str:
    tensors = _tensors(values)
    last = {tensor.shape[-1] for tensor in tensors}
    if len({len(tensor.shape) for tensor in tensors}) == 1 and len(last) > 1:
        widths = " and ".join(str(tensor.shape[-1]) for tensor in tensors)
        return f"; the last axes are {widths}: give the shortcut a layer with as many filters or units"
    return ""


def _plain(text: str) -> str:
    """Keras wraps the cause in "Exception encountered when calling …": keep the cause."""
    match = re.search(r"Exception encountered when calling [^\n]*\n+(?:\x1b\[1m)?(.*)", text, re.DOTALL)
    text = match.group(1) if match else text
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
