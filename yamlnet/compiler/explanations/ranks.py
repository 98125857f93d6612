"""Too few axes or too many: what a layer reads has another number of them than the layer takes."""

from __future__ import annotations

import math
import re

from yamlnet.compiler.explanations.refusal import Read, Refusal, axes_count, axes_text

WINDOWS = re.compile(
    r"(?P<kind>(?:Separable|Depthwise)?Conv|(?:Max|Average|AdaptiveMax|AdaptiveAverage)Pooling"
    r"|Global(?:Max|Average)Pooling|UpSampling|ZeroPadding|Cropping|SpatialDropout)"
    r"(?P<axes>[123])D(?P<end>Transpose)?"
)
"""Layers whose names say over how many axes their windows move."""

ONE_AND_TWO = ("SeparableConv", "DepthwiseConv")
"""Of these there is none for volumes."""

READS = {1: "sequences [steps, channels]", 2: "images [height, width, channels]",
         3: "volumes [depth, height, width, channels]"}  # fmt: skip
FIRST = {1: "sequences [channels, steps]", 2: "images [channels, height, width]",
         3: "volumes [channels, depth, height, width]"}  # fmt: skip

RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")
FLAT = ("RepeatVector",)


def windows(refusal: Refusal) -> str | None:
    """Convolutions, pooling and their like: one axis for each direction, and one for the channels."""
    layer, shape = WINDOWS.fullmatch(refusal.callee), refusal.shape
    if layer is None or shape is None or len(shape) == int(layer["axes"]) + 1:
        return None
    axes, first = int(layer["axes"]), refusal.arguments.get("data_format") == "channels_first"
    mend = _windows_mend(layer, refusal.reads[0], axes, first)
    return f"{refusal.callee} reads {(FIRST if first else READS)[axes]}{refusal.got}; {mend}"


def _windows_mend(layer: re.Match[str], read: Read, axes: int, first: bool) -> str:
    shape, kind = read.shape[1:], layer["kind"]
    flat = len(shape) == 1
    if flat and kind.startswith("Global"):
        return "there is nothing left to pool: leave it out"
    if flat and read.callee == "Flatten":
        return f'put it before "{read.name}", which makes one axis of all'
    if len(shape) == axes and "Conv" in kind and not _is_sequence(read):
        return f"it needs a channels axis: {_with_channels(shape, first)}"
    other = len(shape) - 1
    if 1 <= other <= (2 if kind in ONE_AND_TWO else 3):
        return f"for {READS[other]} take {kind}{other}D{layer['end'] or ''}"
    if flat:
        return f"make the axes first: Reshape: {_folded(shape[0], axes, first)}"
    return f"take away or join axes first: Reshape, or leave the layer above out ({axes_count(len(shape))})"


def _is_sequence(read: Read) -> bool:
    """Whether what made a tensor makes sequences: then two axes are no image without channels."""
    return read.callee in (*RECURRENT, "Embedding", "Conv1D", "MultiHeadAttention", "PositionEmbedding")


def _with_channels(shape: tuple[int | None, ...], first: bool) -> str:
    """`Reshape: [28, 28, 1]`, which works out one free dimension; more of them it cannot."""
    if shape.count(None) > 1:
        return f"ops.expand_dims: {1 if first else -1}"
    axes = [-1 if axis is None else axis for axis in shape]
    return f"Reshape: {axes_text([1, *axes] if first else [*axes, 1])}"


def _folded(count: int | None, axes: int, first: bool) -> str:
    """One axis as a sequence, image or volume of one channel, the sides as equal as can be."""
    names = ("height", "width") if axes == 2 else ("depth", "height", "width")
    side = round(count ** (1 / axes)) if count else 0
    if axes == 1 and count:
        sides = [str(count)]
    elif side > 1 and side**axes == count:
        sides = [str(side)] * axes
    else:
        sides, last = list(names) if axes > 1 else ["steps"], "channels"
        return f"[{', '.join([last, *sides] if first else [*sides, last])}]"
    return f"[{', '.join(['1', *sides] if first else [*sides, '1'])}]"


def recurrent(refusal: Refusal) -> str | None:
    """Recurrent layers read sequences."""
    shape = refusal.shape
    if refusal.callee not in RECURRENT or shape is None or len(shape) == 2:
        return None
    read = refusal.reads[0]
    if refusal.callee == "RNN" and len(shape) > 2:
        return None  # its cell may read more
    return f"{refusal.callee} reads sequences [steps, features]{refusal.got}; {_sequence_mend(read, shape)}"


def _sequence_mend(read: Read, shape: tuple[int | None, ...]) -> str:
    if len(shape) == 1:
        if read.callee in RECURRENT:
            inside = "the layer in " if read.callee == "Bidirectional" else ""
            return f'give {inside}"{read.name}" return_sequences: true'
        if shape[0] is not None:
            return f"Reshape: [{shape[0]}, 1] makes a sequence of {shape[0]} steps"
        return "Reshape: [-1, 1] makes a sequence of it"
    if len(shape) == 0:
        return "Reshape: [1, 1] makes a sequence of one step"
    rest = shape[1:]
    if None in rest:
        return "join the other axes first: Reshape"
    steps = "-1" if shape[0] is None else str(shape[0])
    return f"Reshape: [{steps}, {math.prod(axis for axis in rest if axis)}] makes a step of each row"


def repeated(refusal: Refusal) -> str | None:
    """RepeatVector reads one vector a row."""
    shape = refusal.shape
    if refusal.callee not in FLAT or shape is None or len(shape) == 1:
        return None
    read, mend = refusal.reads[0], "add Flatten before it"
    if len(shape) == 2 and read.callee in RECURRENT:
        mend = f'leave return_sequences out of "{read.name}"'
    elif len(shape) in (2, 3, 4):
        mend = f"add GlobalAveragePooling{len(shape) - 1}D or Flatten before it"
    elif not shape:
        mend = "Reshape: [1] makes one"
    return f"{refusal.callee} reads a vector, one axis besides the batch{refusal.got}; {mend}"


def distributed(refusal: Refusal) -> str | None:
    """TimeDistributed needs steps to go through."""
    shape = refusal.shape
    if refusal.callee != "TimeDistributed" or shape is None or len(shape) >= 2:
        return None
    return (
        f"TimeDistributed calls its layer at every step, so it reads [steps, …]{refusal.got}; "
        "call the layer itself, without TimeDistributed"
    )


def scalar(refusal: Refusal) -> str | None:
    """One number a row has no axis for a layer to work on."""
    if refusal.shape != () or refusal.layer is None or len(refusal.reads) != 1:
        return None
    mend = "one number a row; Reshape: [1] makes a vector of it"
    return f"{refusal.callee} needs an axis besides the batch{refusal.got}: {mend}"


def moved(refusal: Refusal) -> str | None:
    """Permute names every axis besides the batch."""
    dims, shape = refusal.arguments.get("dims"), refusal.shape
    if refusal.callee != "Permute" or not isinstance(dims, list) or shape is None or len(dims) == len(shape):
        return None
    order = [*range(len(shape), 0, -1)]
    return (
        f"Permute names {axes_count(len(dims))}: {axes_text(dims)}{refusal.got}, which has "
        f"{axes_count(len(shape))}; Permute: {axes_text(order)} turns them round"
    )


NDIM = re.compile(r"expected ndim=(\d+), found ndim=")


def by_keras(refusal: Refusal) -> str | None:
    """Whatever else says itself how many axes it takes."""
    found = NDIM.search(refusal.text)
    if found is None:
        return None
    return f"{refusal.callee} needs {axes_count(int(found[1]) - 1)} besides the batch{refusal.got}"
