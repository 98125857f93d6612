"""`EinsumDense`: the shapes of its kernel, its bias and what it gives, from its equation."""

from __future__ import annotations

import re

from yamlnet.checks.shapes.call import Call, whole
from yamlnet.checks.shapes.shape import NotKnown, Shape

_FORMS = (
    r"([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)",
    r"0([a-zA-Z]+),([a-zA-Z]+)->0([a-zA-Z]+)",
    r"([a-zA-Z]{2,})0,([a-zA-Z]+)->([a-zA-Z]+)0",
)
"""As Keras takes them, each `...` written 0: without one, with one on the left, with one on the right."""


def given_shape(call: Call) -> Shape:
    """The shape of what it gives: the batch, what `output_shape` says, and what `...` stands for."""
    read, (spec, _, _), left = call.first(), *_equation(call)
    return _given(call, read, len(read) - len(spec), left)


def kernel_shape(call: Call) -> Shape:
    """The shape of its kernel; a length that only an unknown shape would tell is None."""
    lengths, _ = _lengths(call)
    (_, kernel, _), _ = _equation(call)
    if any(letter not in lengths for letter in kernel):
        raise NotKnown
    return tuple(lengths[letter] for letter in kernel)


def bias_shape(call: Call) -> Shape | None:
    """The shape of its bias, where it has one."""
    axes = call.value("bias_axes", None)
    if not isinstance(axes, str) or not axes:
        return None
    _, given = _lengths(call)
    (_, _, out), _ = _equation(call)
    start = min(out.index(letter) for letter in axes)
    return tuple(given[letter] if letter in axes else 1 for letter in out[start:])


def _lengths(call: Call) -> tuple[dict[str, int | None], dict[str, int | None]]:
    """By letter: the lengths in what is read and given, and those in what is given alone."""
    (spec, _, out), left = _equation(call)
    read = call.maybe_first()
    shape: Shape = (None,) * len(spec) if read is None else read
    elided = len(shape) - len(spec)
    if elided < 0:
        raise NotKnown
    whole, skipped = _given(call, shape, elided, left), elided if left else 0
    given = dict(zip(out, whole[skipped:], strict=False))
    return {**dict(zip(spec, shape[skipped:], strict=False)), **given}, given


def _given(call: Call, read: Shape, elided: int, left: bool) -> Shape:
    written = call.value("output_shape")
    asked = list(written) if isinstance(written, list | tuple) else [written]
    sizes = tuple(None if size is None else whole(size) for size in asked)
    if elided <= 0:
        return (read[0], *sizes)
    if left:
        return (read[0], *reversed(read[1:elided]), *sizes)  # in the order in which Keras puts them
    return (read[0], *sizes, *read[len(read) - elided :])


def _equation(call: Call) -> tuple[tuple[str, str, str], bool]:
    """The letters of what is read, of the kernel, and of what is given; whether `...` stands on the left."""
    written = call.text("equation", "").replace("...", "0")
    for form in _FORMS:
        found = re.match(form, written)
        if found is not None:
            read, kernel, given = found.groups()
            return (read, kernel, given), form.startswith("0")
    raise NotKnown
