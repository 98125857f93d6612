"""Layers that give what they read, another last axis, or the same numbers in another shape."""

from __future__ import annotations

from collections.abc import Mapping

from yamlnet.checks.shapes.call import Call, Read, Rule, shape_of
from yamlnet.checks.shapes.shape import Given, NotKnown, Shape, product, reshaped, with_axis


def _same(call: Call) -> Shape:
    return call.first()


def _same_each(call: Call) -> Given:
    """An `Identity` gives a list back as it is."""
    if call.args and isinstance(call.args[0], list):
        return [_shape_or_none(one) for one in call.args[0]]
    return call.first()


def _shape_or_none(read: object) -> Shape | None:
    return read.shape if isinstance(read, Read) else shape_of(read)


def _dense(call: Call) -> Shape:
    return with_axis(call.first(), -1, call.whole("units"))


def _einsum_dense(call: Call) -> Shape:
    from yamlnet.checks.shapes.einsum_dense import given_shape

    return given_shape(call)


def _embedding(call: Call) -> Shape:
    return (*call.first(), call.whole("output_dim"))


def _reversible_embedding(call: Call) -> Shape:
    read = call.first()
    if call.asked("reverse"):
        return with_axis(read, -1, call.whole("input_dim"))
    return (*read, call.whole("output_dim"))


def _flatten(call: Call) -> Shape:
    batch, *rest = call.first()
    return (batch, product(rest))


def _reshape(call: Call) -> Shape:
    read, target = call.maybe_first(), call.wholes("target_shape")
    if read is None:
        return (None, *(None if length == -1 else length for length in target))
    return (read[0], *reshaped(read[1:], target))


def _permute(call: Call) -> Shape:
    read = call.first()
    return (read[0], *(read[axis] for axis in call.wholes("dims")))


def _repeat_vector(call: Call) -> Shape:
    batch, length = call.first()
    return (batch, call.whole("n"), length)


def _parameter(call: Call) -> Shape:
    return (call.first()[0], *call.wholes("shape"))


def _patches(call: Call) -> Shape:
    batch, *sides, _ = call.image(2)
    sizes = call.lengths("patch_size", 2)
    if any(side is not None and side % size for side, size in zip(sides, sizes, strict=True)):
        raise NotKnown
    rows = [None if side is None else side // size for side, size in zip(sides, sizes, strict=True)]
    return (batch, product(rows), call.whole("embed_dim"))


SAME = (
    "Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dropout", "ELU",
    "GaussianDropout", "GaussianNoise", "GroupNormalization", "LayerNormalization", "LeakyReLU", "Masking",
    "Normalization", "PReLU", "PositionEmbedding", "RMSNormalization", "ReLU", "Rescaling", "RotaryEmbedding",
    "SinePositionEncoding", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
    "StopGradient", "UnitNormalization",
)  # fmt: skip

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(SAME, _same),
    "Identity": _same_each,
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    "Embedding": _embedding,
    "ReversibleEmbedding": _reversible_embedding,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "RepeatVector": _repeat_vector,
    "Parameter": _parameter,
    "PatchEmbedding": _patches,
}
