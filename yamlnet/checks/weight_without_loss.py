"""weight-without-loss: `loss_weights` weighs losses that there are.

A weight for an output that has no loss is ignored. Mostly the loss was forgotten.

Fails:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 3, from: x, as: kind}
        - Dense: {units: 1, from: x, as: size}
      outputs: [kind, size]
    data:
      train: {Csv: rows.csv}
    train:
      loss: {kind: mse}
      loss_weights: {kind: 1, size: 0.5}

Passes:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 3, from: x, as: kind}
        - Dense: {units: 1, from: x, as: size}
      outputs: [kind, size]
    data:
      train: {Csv: rows.csv}
    train:
      loss: {kind: mse, size: mae}
      loss_weights: {kind: 1, size: 0.5}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan

NAME = "weight-without-loss"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each weight of an output that has no loss."""
    train = plan.train
    if train is None or not isinstance(train.loss, Mapping) or not isinstance(train.loss_weights, Mapping):
        return
    for name in train.loss_weights:
        if name in plan.models["model"].outputs and name not in train.loss:
            message = f'the output "{name}" has no loss to weigh; add it: loss: {{{name}: mse}}'
            yield Diagnostic(NAME, message, ("train", "loss_weights", name), "key", severity="warning")
