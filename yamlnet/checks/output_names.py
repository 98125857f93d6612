"""output-names: losses, metrics and weights by output name outputs that the model has.

Fails:

    train: {loss: {kidn: {SparseCategoricalCrossentropy: {from_logits: true}}}}

Passes:

    train: {loss: {kind: {SparseCategoricalCrossentropy: {from_logits: true}}}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.plan import Plan

NAME = "output-names"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem for each key of `loss`, `metrics` and `loss_weights` that is no output."""
    if plan.train is None:
        return
    outputs = plan.models["model"].outputs
    for key, value in (
        ("loss", plan.train.loss),
        ("metrics", plan.train.metrics),
        ("loss_weights", plan.train.loss_weights),
    ):
        for name in value if isinstance(value, Mapping) else ():
            if name and name not in outputs:
                mend = did_you_mean(name, outputs) or f"; it has {', '.join(outputs)}"
                message = f'the model has no output "{name}"{mend}'
                yield Diagnostic(NAME, message, ("train", key, name), "key")
