"""losses: what is trained has a loss, and what has a loss or a metric has data to compare with.

Fails:

    train: {epochs: 3}

Passes:

    train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}, epochs: 3}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.diagnostics.suggest import closest
from yamlnet.resolver.plan import Plan
from yamlnet.schema.words import SUPERVISED

NAME = "losses"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem when there is no loss, no data, or a loss whose output has no target."""
    if plan.train is None:
        return
    if not plan.train.loss and plan.objective.name == SUPERVISED:
        message = (
            "training needs a loss; say what to minimise: loss: mse, "
            "or loss: {SparseCategoricalCrossentropy: {from_logits: true}}"
        )
        yield Diagnostic(NAME, message, (*plan.train.path, "loss"), "key")
        return
    if plan.objective.acts:
        return  # what happens in an environment is told from what an agent meets there
    if plan.data is None and "data" in plan.sections:
        return  # its mistakes were reported
    if plan.data is None:
        message = "training needs rows; add a data section: data: {train: {Sklearn: digits}, …}"
        yield Diagnostic(NAME, message, plan.train.path, "key")
        return
    if plan.objective.name != SUPERVISED:
        return  # what is compared with what is the objective's
    outputs = plan.models["model"].outputs
    meant = {closest(name, outputs) for name in plan.data.targets if name not in outputs}
    loss = plan.train.loss
    learnt = list(loss) if isinstance(loss, Mapping) else list(outputs)
    measured = [name for name in plan.train.metrics if name not in learnt]
    for what, names in (("loss", learnt), ("metric", measured)):
        for name in names:
            if name in outputs and name not in plan.data.targets and name not in meant:
                message = f'the output "{name}" has a {what} but no target; add it: {name}: {{column: …}}'
                yield Diagnostic(NAME, message, ("data", "targets", name), "key")
