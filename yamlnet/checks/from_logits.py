"""from-logits: what a crossentropy takes for granted of the output is so.

A crossentropy reads probabilities, or with `from_logits: true` the raw values before softmax or sigmoid
(logits), and applies that function itself. Told the wrong one it still gives a number: softmax applied
twice flattens every answer and learns slowly; raw values taken for probabilities are cut off at 0 and 1,
and gradients vanish. Leave the activation out and say from_logits: true (the more exact way), or keep the
activation and leave from_logits out. Metrics that read probabilities (AUC, the crossentropies) are looked
at too.

Fails:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 3, activation: softmax, as: kind}
      outputs: kind
    train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}, epochs: 3}

Passes:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 3, activation: softmax, as: kind}
      outputs: kind
    train: {loss: sparse_categorical_crossentropy, epochs: 3}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.checks.answers import Answer, learnt
from yamlnet.checks.tracing import argument, place_of
from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import ObjectSpec, Plan

NAME = "from-logits"

PROBABILITIES = ("softmax", "sigmoid", "hard_sigmoid")

FUNCTIONS = {
    "BinaryCrossentropy": "sigmoid", "BinaryFocalCrossentropy": "sigmoid", "AUC": "sigmoid",
    "CategoricalCrossentropy": "softmax", "CategoricalFocalCrossentropy": "softmax",
    "SparseCategoricalCrossentropy": "softmax",
}  # fmt: skip
"""The losses and metrics that can be told `from_logits`, and the function that they then apply themselves."""


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each crossentropy that reads an output as what it is not."""
    for one in learnt(plan):
        for spec in (one.loss, *one.metrics):
            if spec.name in FUNCTIONS and (problem := _misread(one.answer, spec)) is not None:
                yield problem


def _misread(answer: Answer, spec: ObjectSpec) -> Diagnostic | None:
    from_logits = argument(spec, "from_logits")
    function = FUNCTIONS[spec.name]
    if from_logits is True and answer.activation in PROBABILITIES:
        message = (
            f"{spec.name} applies {function} itself (from_logits: true), and output "
            f'"{answer.name}" went through {answer.activation} already; remove from_logits, or the activation'
        )
        note = Note(f"{answer.activation} is here", answer.path, at=answer.at)
        path = place_of(spec, "from_logits")
        return Diagnostic(NAME, message, path, "key", severity="warning", notes=(note,))
    if from_logits is False and answer.activation == "linear":
        message = (
            f'{spec.name} reads probabilities, and output "{answer.name}" has no activation; '
            f"write {{{spec.name}: {{from_logits: true}}}}, or give its layer activation: {function}"
        )
        note = Note("the output comes from here", answer.path, at=answer.at)
        return Diagnostic(NAME, message, spec.path, severity="warning", notes=(note,))
    return None
