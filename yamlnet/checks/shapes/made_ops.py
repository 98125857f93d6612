"""Operations that make numbers of their own, random ones too."""

from __future__ import annotations

import math
from collections.abc import Mapping

from yamlnet.checks.shapes.call import Call, Rule
from yamlnet.checks.shapes.shape import Given, NotKnown, Shape, broadcast, with_new_axis


def _of_shape(call: Call) -> Shape:
    return call.wholes("shape")


def _matrix(call: Call) -> Shape:
    rows, columns = call.whole("N"), call.maybe_whole("M")
    return (rows, rows if columns is None else columns)


def _identity(call: Call) -> Shape:
    return (call.whole("n"),) * 2


def _counted(call: Call) -> Shape:
    start, stop, step = (call.value(name, None) for name in ("start", "stop", "step"))
    if stop is None:
        start, stop = 0, start
    step = 1 if step is None else step
    if not isinstance(start, int | float) or not isinstance(stop, int | float):
        raise NotKnown
    if not isinstance(step, int | float):
        raise NotKnown
    return (max(math.ceil((stop - start) / step), 0),)


def _spaced(call: Call) -> Given:
    ends = broadcast(call.shape("start"), call.shape("stop"))
    if call.flag("retstep"):
        raise NotKnown  # a tensor and a number beside it
    return with_new_axis(ends, call.whole("axis", 0), call.whole("num", 50))


RULES: Mapping[str, Rule] = {
    "arange": _counted,
    **dict.fromkeys(("empty", "full", "ones", "zeros"), _of_shape),
    **dict.fromkeys(("eye", "tri"), _matrix),
    **dict.fromkeys(("geomspace", "linspace", "logspace"), _spaced),
    "identity": _identity,
}


def _drawn(call: Call) -> Shape:
    """As many as are asked for each row; as many as what is read has, where nothing is asked."""
    read = call.maybe_first()
    if call.value("shape", None) is None:
        return call.first()
    return (None if read is None else read[0], *call.wholes("shape"))


def _same(call: Call) -> Shape:
    return call.first()


def _categories(call: Call) -> Shape:
    return (call.first()[0], call.whole("num_samples"))


RANDOM: Mapping[str, Rule] = {
    **dict.fromkeys(
        ("beta", "binomial", "gamma", "normal", "randint", "truncated_normal", "uniform"), _drawn
    ),
    **dict.fromkeys(("dropout", "shuffle"), _same),
    "categorical": _categories,
}
"""Of `keras.random`; `shape` is written without the batch axis there."""
