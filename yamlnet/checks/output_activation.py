"""output-activation: the last activation can give what the loss wants to see.

Softmax shares 1 among the units: over a single unit its answer is 1 for every row, and nothing is learnt.
It is for one class of several; sigmoid answers each unit on its own, for yes or no and for labels that
may hold together. An activation before softmax takes something away from it: after relu no class can be
made unlikely. A target below 0 cannot be met by an output that ends in relu or sigmoid.

Fails:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 1, activation: softmax, as: ill}
      outputs: ill
    data:
      train: {Sklearn: breast_cancer}
      inputs: {x: {columns: [mean_radius, mean_area, mean_texture, mean_symmetry]}}
      targets: {ill: target}
    train: {loss: binary_crossentropy, epochs: 3}

Passes:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 1, activation: sigmoid, as: ill}
      outputs: ill
    data:
      train: {Sklearn: breast_cancer}
      inputs: {x: {columns: [mean_radius, mean_area, mean_texture, mean_symmetry]}}
      targets: {ill: target}
    train: {loss: binary_crossentropy, epochs: 3}
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from yamlnet.checks.answers import Learnt, learnt
from yamlnet.checks.targets import ROUNDING, target_of
from yamlnet.checks.tracing import argument
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan

NAME = "output-activation"

BINARY = ("BinaryCrossentropy", "BinaryFocalCrossentropy")
OF_CLASSES = ("CategoricalCrossentropy", "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy")
OF_VALUES = (
    "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError",
    "Huber", "LogCosh",
)  # fmt: skip
"""Losses that are 0 only where the output is the target's value."""

HIDDEN = ("relu", "leaky_relu", "tanh", "elu", "gelu", "silu", "softplus")
"""Activations of hidden layers: what they give are no probabilities."""

RANGES = {
    "sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0),
    "relu": (0.0, math.inf), "softplus": (0.0, math.inf),
}  # fmt: skip
"""The least and the greatest value of each function."""


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each output whose activation cannot give what its loss compares."""
    for one in learnt(plan):
        message = _unfit(one) or _out_of_range(one, plan)
        if message is not None:
            message = f'output "{one.answer.name}" {message}'
            yield Diagnostic(NAME, message, one.answer.path, one.answer.at, severity="warning")


def _unfit(one: Learnt) -> str | None:
    found, loss = one.answer, one.loss
    if found.activation == "softmax" and found.units == 1:
        return "is softmax over one unit, which is 1 for every row; use sigmoid"
    if found.activation in ("sigmoid", "hard_sigmoid") and found.units == 1 and loss.name in OF_CLASSES:
        return (
            f"is one unit, and {loss.name} compares several classes; "
            "for yes or no take binary_crossentropy, else give its layer a unit for each class"
        )
    if found.activation == "softmax" and loss.name in BINARY and (found.units or 0) > 2:
        return (
            f"is softmax over {found.units} units, of which one holds, and {loss.name} asks each on its own; "
            "take categorical_crossentropy, or sigmoid where several may hold"
        )
    if found.activation in HIDDEN and loss.name in (*BINARY, *OF_CLASSES):
        if argument(loss, "from_logits") is True:
            free = found.activation == "leaky_relu"
            return None if free else f"ends in {found.activation}, and logits go from -∞ to ∞; remove it"
        function = "sigmoid" if loss.name in BINARY else "softmax"
        return f"ends in {found.activation}, and {loss.name} reads probabilities; use {function}"
    return None


def _out_of_range(one: Learnt, plan: Plan) -> str | None:
    """A target that the activation never reaches."""
    target, function = target_of(plan, one.answer.name), one.answer.activation
    if target is None or function not in RANGES or one.loss.name not in OF_VALUES:
        return None
    least, most = RANGES[function]
    if target.least is not None and target.least < least - ROUNDING:
        reached = f"is never below {least:g}, and its target is"
    elif target.most is not None and target.most > most + ROUNDING:
        reached = f"is never above {most:g}, and its target goes up to {target.most:g}"
    else:
        return None
    return f"ends in {function}: it {reached}; remove the activation, or scale the target"
