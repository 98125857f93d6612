"""leaking-target: the answer is not among what is asked.

A model that reads the column which it is to tell learns to copy it, scores perfectly, and is useless on
rows that do not have it. Columns that are exactly those of the target are no mistake: an autoencoder tells
what it reads.

Fails:

    data:
      train: {Csv: rows.csv}
      inputs: {x: {columns: [height, width, kind]}}
      targets: {kind: kind}

Passes:

    data:
      train: {Csv: rows.csv}
      inputs: {x: {columns: [height, width]}}
      targets: {kind: kind}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import Plan, TensorPlan

NAME = "leaking-target"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each input that holds a target's columns beside others."""
    if plan.data is None:
        return
    for given in plan.data.inputs.values():
        for target in plan.data.targets.values():
            if {*target.columns} < {*given.columns} and _offset(target) <= _offset(given):
                column = target.columns[0]
                message = (
                    f'the input "{given.name}" reads the column "{column}", which is the target '
                    f'"{target.name}"; leave it out, or the model only learns to copy it'
                )
                path = (*given.path, "columns", given.columns.index(column))
                note = Note("the target", target.path)
                yield Diagnostic(NAME, message, path, severity="warning", notes=(note,))


def _offset(tensor: TensorPlan) -> int:
    """How far after a row a tensor reaches: what comes later is not among what is asked."""
    return tensor.window.offset if tensor.window is not None else 0
