"""class-weight: rows are weighted by the class of one target, and classes are numbers.

The keys are the numbers that the target has once it is encoded, from 0. A row has one weight, and with
several targets there is no telling whose class it should follow. Keras refuses it too. Outputs are weighed
against each other by `loss_weights`.

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
      loss: mse
      class_weight: {"0": 1, "1": 5}

Passes:

    train:
      loss: mse
      class_weight: {"0": 1, "1": 5}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan

NAME = "class-weight"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem when there is more than one target whose classes could be meant."""
    if plan.train is None or plan.data is None or not plan.train.class_weight:
        return
    targets = list(plan.data.targets)
    if len(targets) > 1:
        message = (
            f"class_weight follows the classes of one target, and there are {len(targets)} "
            f"({', '.join(targets)}); outputs are weighed by loss_weights"
        )
        yield Diagnostic(NAME, message, ("train", "class_weight"), "key")
