"""Whether a loss can compare an output with its target: told before training, in the user's words.

Keras finds out while a step is traced, in the backend's words, or not at all: a target of shape [1]
and an output of shape [3] are broadcast, and a class that the output does not have gives NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import ObjectSpec

NAME = "target-shape"

SPARSE = ("SparseCategoricalCrossentropy",)
"""Targets are the numbers of classes: one axis less than the output."""

ONE_HOT = (
    "CategoricalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalHinge",
    "CategoricalGeneralizedCrossEntropy", "KLDivergence",
)  # fmt: skip
"""Targets are distributions over the classes."""

OF_THEIR_OWN = ("CTC", "Circle")
"""Targets of another shape by design: label sequences, labels of embeddings."""


def check_target(
    name: str, loss: ObjectSpec, output: Sequence[int | None], target: np.ndarray[Any, Any]
) -> Diagnostic | None:
    """What is wrong between an output and its target, or None.

    Args:
        name: the output's.
        loss: what compares them.
        output: the output's shape, (batch, …).
        target: all training rows' targets, (rows, …).
    """
    if loss.name in OF_THEIR_OWN:
        return None
    check = _check_sparse if loss.name in SPARSE else _check_elementwise
    message = check(loss, tuple(output[1:]), target)
    if message is None:
        return None
    return Diagnostic(NAME, f'output "{name}": {message}', loss.path, "key")


def _check_sparse(
    loss: ObjectSpec, output: tuple[int | None, ...], target: np.ndarray[Any, Any]
) -> str | None:
    shape = target.shape[1:]
    classes = output[-1] if output else None
    if not fits(shape, output[:-1]) and not fits(shape, (*output[:-1], 1)):
        one_hot = "; for one-hot targets take CategoricalCrossentropy" if fits(shape, output) else ""
        mend = one_hot or not_pooled(output, (*shape, classes))
        one = written(output[:-1]) if output else "[]"
        return f"{loss.name} wants the class's number, shape {one}; the target has {written(shape)}{mend}"
    if classes is None or not target.size or loss.arguments.get("ignore_class") is not None:
        return None
    least, most = target.min(), target.max()
    if least < 0 or most >= classes:
        return (
            f"it has classes 0 to {classes - 1}, and the target holds {least:g} to {most:g}; "
            f"give its layer {int(most) + 1} units, or number the classes from 0: encode: index"
        )
    return None


def _check_elementwise(
    loss: ObjectSpec, output: tuple[int | None, ...], target: np.ndarray[Any, Any]
) -> str | None:
    shape = target.shape[1:]
    if fits(shape, output) or fits((*shape, 1), output) or (shape[-1:] == (1,) and fits(shape[:-1], output)):
        return None
    numbers = target.dtype.kind in "iu" and fits(shape, output[:-1])
    mend = ""
    if loss.name in ONE_HOT and numbers:
        mend = "; take SparseCategoricalCrossentropy, or encode: one-hot"
    elif numbers and output[-1:] != (1,):
        mend = "; for classes take SparseCategoricalCrossentropy; for a number give its layer 1 unit"
    elif len(output) == 1 and len(shape) == 1:
        mend = f"; give its layer {shape[0]} units"
    mend = not_pooled(output, (*shape, output[-1]) if numbers or shape == () else shape) or mend
    return (
        f"{loss.name} compares values one by one, and the output has shape {written(output)}, "
        f"the target {written(shape)}{mend}"
    )


def not_pooled(output: tuple[int | None, ...], wanted: Sequence[int | None]) -> str:
    """The mend where an image or sequence went into the last layer as it was, else nothing.

    `wanted` is the shape that the output would have had.
    """
    kept = len(output) - len(wanted)
    if kept not in (1, 2, 3) or len(wanted) != 1:
        return ""
    return f"; its layer gets rank {len(output) + 1}: add GlobalAveragePooling{kept}D or Flatten before it"


def fits(found: Sequence[int | None], wanted: Sequence[int | None]) -> bool:
    """Whether two shapes could be one; null is any size."""
    return len(found) == len(wanted) and all(
        one is None or other is None or one == other for one, other in zip(found, wanted, strict=True)
    )


def written(shape: Sequence[int | None]) -> str:
    """A shape as blueprints write it."""
    return f"[{', '.join('null' if axis is None else str(axis) for axis in shape)}]"
