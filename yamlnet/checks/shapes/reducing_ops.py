"""Operations that sum axes up, or choose along them."""

from __future__ import annotations

from collections.abc import Mapping

from yamlnet.checks.shapes.call import Call, Rule, shape_of
from yamlnet.checks.shapes.shape import Given, NotKnown, Shape, reduced, with_axis, without


def _reduced(call: Call) -> Shape:
    return reduced(call.shape("x"), call.maybe_axes(), call.flag("keepdims"))


def _moments(call: Call) -> Given:
    shape = reduced(call.shape("x"), call.maybe_axes("axes"), call.flag("keepdims"))
    return [shape, shape]


def _quantile(least: int) -> Rule:
    """Several quantiles stand along a first axis; a list of fewer than `least` is one quantile."""

    def rule(call: Call) -> Shape:
        asked = call.value("q")
        several = shape_of(asked)
        if isinstance(asked, list | tuple) and len(asked) < least:
            several = ()
        return (*several[:1], *_reduced(call))

    return rule


def _scalar(call: Call) -> Shape:
    return ()


def _without_last(name: str, axes: int) -> Rule:
    def rule(call: Call) -> Shape:
        shape = call.shape(name)
        if len(shape) < axes:
            raise NotKnown
        return shape[:-axes]

    return rule


def _sign_and_logarithm(call: Call) -> Given:
    return [(), call.shape("x")[:-2]]


def _traced(call: Call) -> Shape:
    shape = call.shape("x")
    return reduced(shape, (call.whole("axis1", 0), call.whole("axis2", 1)))


def _trapezoid(call: Call) -> Shape:
    return without(call.shape("y"), call.whole("axis", -1))


def _sparse_crossentropy(call: Call) -> Shape:
    return without(call.shape("output"), call.whole("axis", -1))


def _first_axis(name: str) -> Rule:
    return lambda call: call.shape(name)[:1]


def _top(call: Call) -> Given:
    shape = with_axis(call.shape("x"), -1, call.whole("k"))
    return [shape, shape]


def _segments(call: Call) -> Shape:
    return (call.maybe_whole("num_segments"), *call.shape("data")[1:])


def _counted(call: Call) -> Shape:
    return (*call.shape("x")[:-1], None)


def _histogram(call: Call) -> Given:
    call.shape("x")
    bins = call.whole("bins", 10)
    return [(bins,), (bins + 1,)]


def _decoded(call: Call) -> Given:
    batch, steps, _ = call.shape("inputs")
    paths = 1 if call.text("strategy", "greedy") == "greedy" else call.whole("top_paths", 1)
    return [(paths, batch, steps), (batch, paths)]


OVER_AXES = (
    "all", "amax", "amin", "any", "argmax", "argmin", "average", "count_nonzero", "logsumexp", "max", "mean",
    "median", "min", "nanargmax", "nanargmin", "nanmax", "nanmean", "nanmedian", "nanmin", "nanprod",
    "nanstd", "nansum", "nanvar", "norm", "prod", "ptp", "std", "sum", "var",
)  # fmt: skip

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(OVER_AXES, _reduced),
    **dict.fromkeys(("allclose", "psnr", "size", "vdot"), _scalar),
    **dict.fromkeys(("percentile", "nanpercentile"), _quantile(1)),
    **dict.fromkeys(("quantile", "nanquantile"), _quantile(2)),
    **dict.fromkeys(("det", "logdet", "matrix_rank"), _without_last("x", 2)),
    **dict.fromkeys(("segment_max", "segment_min", "segment_prod", "segment_sum"), _segments),
    "bincount": _counted,
    "categorical_crossentropy": _without_last("output", 1),
    "ctc_decode": _decoded,
    "ctc_loss": _first_axis("target"),
    "histogram": _histogram,
    "moments": _moments,
    "slogdet": _sign_and_logarithm,
    "sparse_categorical_crossentropy": _sparse_crossentropy,
    "top_k": _top,
    "trace": _traced,
    "trapezoid": _trapezoid,
    "view_as_complex": _without_last("x", 1),
}
