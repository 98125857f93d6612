"""Operations (`ops.…`, slices) that work at each place alone, and where they leave the places' axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yamlnet.decoding.rules.each_place import axes_of, called, each_place, joined, other_axes, side_by_side
from yamlnet.decoding.rules.rule import Call, GoesOn, NotStepwise, Rule


def expanded(call: Call) -> GoesOn:
    """An axis more, before or behind the places."""
    _, axis = call.only()
    for added in sorted(axes_of(call.operation.axis, len(call.outputs[0].shape))):
        axis += added <= axis
    return called(call, [axis])


def reduced(call: Call) -> GoesOn:
    """A sum, a mean or a largest value along other axes; `squeeze` likewise."""
    tensor, axis = call.only()
    gone = axes_of(call.operation.axis, len(tensor.shape))
    if axis in gone:
        raise NotStepwise("works along the text")
    kept = getattr(call.operation, "keepdims", False)
    return called(call, [axis if kept else axis - sum(other < axis for other in gone)])


def transposed(call: Call) -> GoesOn:
    """The places' axis goes where it is put."""
    tensor, axis = call.only()
    order = call.operation.axes or tuple(reversed(range(len(tensor.shape))))
    return called(call, [axes_of(order, len(tensor.shape)).index(axis)])


def sliced(call: Call) -> GoesOn:
    """A slice that takes all places."""
    tensor, axis = call.only()
    keys = _each_axis(call.args[1] if len(call.args) > 1 else call.kwargs["key"], len(tensor.shape))
    if keys[axis] != slice(None):
        raise NotStepwise("takes some places of the text")
    return called(call, [axis - sum(isinstance(key, int) for key in keys[:axis])])


def _each_axis(key: Any, rank: int) -> list[Any]:
    keys: Sequence[Any] = list(key) if isinstance(key, list | tuple) else [key]
    if any(not isinstance(one, int | slice) and one is not Ellipsis for one in keys):
        raise NotStepwise("takes places by their numbers")
    at = next((place for place, one in enumerate(keys) if one is Ellipsis), len(keys))
    before, after = keys[:at], keys[at + 1 :]
    return [*before, *([slice(None)] * (rank - len(before) - len(after))), *after]


def multiplied(call: Call) -> GoesOn:
    """A product with a matrix that is not of the text: a vector at each place times that matrix."""
    tensor, axis = call.only()
    if tensor is not call.args[0] or axis == len(tensor.shape) - 1:
        raise NotStepwise("combines each place with each other")
    return called(call, [len(call.outputs[0].shape) - (len(tensor.shape) - axis)])


_ELEMENTS = (
    "Absolute", "Add", "Arctan2", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Cast", "Cbrt",
    "Ceil", "Celu", "Clip", "Cos", "Cosh", "Divide", "DivideNoNan", "Elu", "Equal", "Erf", "Exp", "Exp2",
    "Expm1", "Floor", "FloorDivide", "Gelu", "Greater", "GreaterEqual", "HardShrink", "HardSigmoid",
    "HardSilu", "HardTanh", "Heaviside", "Isfinite", "Isinf", "Isnan", "LeakyRelu", "Less", "LessEqual",
    "Log", "Log10", "Log1p", "Log2", "LogSigmoid", "Logaddexp", "LogicalAnd", "LogicalNot", "LogicalOr",
    "LogicalXor", "Maximum", "Minimum", "Mod", "Multiply", "NanToNum", "Negative", "NotEqual", "OnesLike",
    "Power", "Reciprocal", "Relu", "Relu6", "Round", "Rsqrt", "Selu", "Sigmoid", "Sign", "Silu", "Sin",
    "Sinh", "SoftShrink", "Softplus", "Softsign", "SparsePlus", "SparseSigmoid", "Sqrt", "Square",
    "Squareplus", "StopGradient", "Subtract", "Tan", "Tanh", "TanhShrink", "Threshold", "TrueDivide",
    "Where", "ZerosLike",
)  # fmt: skip

OPERATIONS: dict[str, Rule] = {
    **dict.fromkeys(_ELEMENTS, side_by_side),
    **dict.fromkeys(("Softmax", "LogSoftmax", "Glu", "Split"), other_axes),
    **dict.fromkeys(("Max", "Mean", "Min", "Prod", "Squeeze", "Std", "Sum", "Var"), reduced),
    "Concatenate": joined,
    "ExpandDims": expanded,
    "GetItem": sliced,
    "Matmul": multiplied,
    "OneHot": each_place,
    "Transpose": transposed,
}
"""Keras's operations that can go on, by the names of their classes."""
