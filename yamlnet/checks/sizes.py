"""max-params: the models have no more parameters than `--max-params` allows, 10⁹ unless it says otherwise.

What the arguments alone say is told at once, before Keras is imported: a lower bound, with every width that
is not written near the layer counted as one. The exact number comes with the shapes, in `validate` and
`build`, and before any memory is taken. The option raises the limit:
`yamlnet build gpt2.yaml:xl --max-params 2G`.

A variant above the limit is a warning where the file is checked and refused where it is chosen:
`# yamlnet: ignore[max-params]` on its line says that it is meant.

Fails:

    model:
      inputs: {x: [1000]}
      layers:
        - Dense: 1000000000

Passes:

    model:
      inputs: {x: [1000]}
      layers:
        - Dense: 1000
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from yamlnet.checks.known_parameters import parameters_at_least
from yamlnet.checks.shapes.walk import Walk
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Input, LayerCall, Node, Plan
from yamlnet.verdicts.limits import MAX_PARAMS, heavier, memory, size_problem
from yamlnet.verdicts.verdict import Heaviest, Sizes

NAME = "max-params"

MAX_NUMBERS = 10**12
"""In one row of an input: what no machine holds."""

BYTES = 4
"""Of a number, where nothing else is known."""


def check(plan: Plan, max_params: int = MAX_PARAMS) -> Iterator[Diagnostic]:
    """Yield a problem when the arguments alone make more parameters than allowed, or an input is absurd."""
    for graph in plan.models.values():
        yield from filter(None, map(_absurd, graph.inputs))
    problem = size_problem(least(plan), max_params)
    if problem is not None:
        yield problem


def least(plan: Plan) -> Sizes:
    """What a plan takes at least, as far as its arguments alone tell."""
    total, heaviest = 0, None
    for one in lower_bounds(plan):
        total += one.parameters
        heaviest = heavier(heaviest, one)
    return Sizes(total, BYTES * total, 0, exact=False, heaviest=heaviest)


def lower_bounds(plan: Plan) -> Iterator[Heaviest]:
    """Each layer of a plan with the parameters that it has at least."""
    walk = Walk(plan.models)
    for name in plan.models:
        for node, parameters in _counted(walk, name):
            assert isinstance(node.callee, LayerCall)
            yield Heaviest(node.callee.layer.name, parameters, node.path, node.used_at)


def _absurd(given: Input) -> Diagnostic | None:
    numbers = math.prod(axis for axis in given.shape or () if isinstance(axis, int))
    if numbers <= MAX_NUMBERS:
        return None
    message = (
        f'one row of the input "{given.name}" has {numbers:,} numbers and takes {memory(BYTES * numbers)}'
    )
    return Diagnostic("too-large", message, given.path)


def _counted(walk: Walk, name: str) -> Iterator[tuple[Node, int]]:
    """Each layer of a model at its first call, with the parameters that it has at least."""
    seen: set[str] = set()
    for step in walk.steps(name):
        callee = step.node.callee
        if step.call is not None and isinstance(callee, LayerCall) and callee.instance not in seen:
            seen.add(callee.instance)
            yield step.node, parameters_at_least(step.call)
