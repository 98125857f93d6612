"""Operations on each element: what they give has the shape of what they read, stretched where several are."""

from __future__ import annotations

from collections.abc import Mapping

from yamlnet.checks.shapes.call import Call, Rule
from yamlnet.checks.shapes.shape import Shape, at, broadcast, product


def like(name: str) -> Rule:
    """The shape of one of the tensors."""
    return lambda call: call.shape(name)


def stretched(*names: str) -> Rule:
    """The shape that several tensors have together."""
    return lambda call: broadcast(*(call.shape(name) for name in names))


def _where(call: Call) -> Shape:
    """Without something to choose from, it tells places, and how many those are only the numbers say."""
    return broadcast(call.shape("condition"), call.shape("x1"), call.shape("x2"))


def _along(default: int | None) -> Rule:
    """The same shape, along one axis; along none the numbers stand in a row."""

    def rule(call: Call) -> Shape:
        shape, axis = call.shape("x"), call.value("axis", default)
        if axis is None:
            return (product(shape),)
        at(call.whole("axis", default), len(shape))
        return shape

    return rule


def _of_type(call: Call) -> Shape:
    """A `view` of numbers of another size has another last axis."""
    shape = call.shape("x")
    return shape if call.value("dtype", None) is None else (*shape[:-1], None)


def _chosen(call: Call) -> Shape:
    return call.shapes("choicelist")[0]


ONE = (
    "abs", "absolute", "angle", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "array",
    "batch_normalization", "bitwise_invert", "bitwise_not", "cast", "cbrt", "ceil", "celu", "clip", "conj",
    "conjugate", "copy", "corrcoef", "cos", "cosh", "deg2rad", "digitize", "elu", "empty_like", "erf", "erfc",
    "erfinv", "exp", "exp2", "expm1", "fabs", "flip", "fliplr", "flipud", "floor", "full_like", "gelu",
    "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "i0", "imag", "isfinite", "isinf", "isnan",
    "isneginf", "isposinf", "isreal", "layer_normalization", "leaky_relu", "log", "log10", "log1p", "log2",
    "log_sigmoid", "log_softmax", "logical_not", "nan_to_num", "negative", "normalize", "ones_like",
    "rad2deg", "real", "reciprocal", "relu", "relu6", "rms_normalization", "roll", "round", "rsqrt",
    "saturate_cast", "selu", "sigmoid", "sign", "signbit", "silu", "sin", "sinc", "sinh", "soft_shrink",
    "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "sqrt", "square",
    "squareplus", "tan", "tanh", "tanh_shrink", "threshold", "tril", "triu", "trunc", "zeros_like",
)  # fmt: skip

TWO = (
    "add", "arctan2", "divide", "divide_no_nan", "equal", "floor_divide", "fmax", "fmin", "fmod", "gcd",
    "greater", "greater_equal", "heaviside", "hypot", "isclose", "lcm", "ldexp", "less", "less_equal",
    "logaddexp", "logaddexp2", "logical_and", "logical_or", "logical_xor", "maximum", "minimum", "mod",
    "multiply", "nextafter", "not_equal", "power", "subtract", "true_divide",
)  # fmt: skip

FIRST_OF_TWO = (
    "bitwise_and", "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "left_shift",
    "right_shift",
)  # fmt: skip
"""Keras gives them the shape of `x` alone."""

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(ONE, like("x")),
    **dict.fromkeys(TWO, stretched("x1", "x2")),
    **dict.fromkeys(FIRST_OF_TWO, like("x")),
    **dict.fromkeys(("cumprod", "cumsum", "nancumprod", "nancumsum"), _along(None)),
    **dict.fromkeys(("argpartition", "argsort", "sort"), _along(-1)),
    **dict.fromkeys(("scatter_update", "slice_update"), like("inputs")),
    "binary_crossentropy": like("output"),
    "dot_product_attention": like("query"),
    "in_top_k": like("targets"),
    "isin": like("x1"),
    "polar": like("abs_"),
    "searchsorted": like("values"),
    "select": _chosen,
    "solve": like("b"),
    "solve_triangular": like("b"),
    "stop_gradient": like("variable"),
    "view": _of_type,
    "where": _where,
}
