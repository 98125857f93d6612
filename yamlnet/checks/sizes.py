"""max-params: the models have no more parameters than `--max-params` allows, 10⁹ unless it says otherwise.

It is told at once, before Keras is imported: shapes follow from arguments through every layer and operation,
and parameters from shapes. A length that only the data or a plugin knows counts as one, so the number is a
lower bound; the exact one comes with the shapes, in `validate` and `build`, and before any memory is taken.
The option raises the limit: `yamlnet build gpt2.yaml:xl --max-params 2G`.

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
import re
from collections import Counter
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

FLOAT = "float32"
"""The type of a number, where nothing else is said."""


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
    by_type: Counter[str] = Counter()
    for one, dtype in _weighed(plan):
        total += one.parameters
        by_type[dtype] += one.parameters * _bytes(dtype)
        heaviest = heavier(heaviest, one)
    most = max(by_type, key=by_type.__getitem__, default=FLOAT)
    return Sizes(total, sum(by_type.values()), 0, most, exact=False, heaviest=heaviest)


def lower_bounds(plan: Plan) -> Iterator[Heaviest]:
    """Each layer of a plan with the parameters that it has at least."""
    yield from (one for one, _ in _weighed(plan))


def _weighed(plan: Plan) -> Iterator[tuple[Heaviest, str]]:
    """Each layer of a plan with its parameters, and the type of its weights."""
    walk, precision = Walk(plan.models), plan.train.precision if plan.train else None
    for name in plan.models:
        for node, parameters in _counted(walk, name):
            assert isinstance(node.callee, LayerCall)
            layer = node.callee.layer
            policy = layer.arguments.get("dtype") or precision
            yield Heaviest(layer.name, parameters, node.path, node.used_at), _weight_type(policy)


def _weight_type(policy: object) -> str:
    """The type in which a policy keeps weights: a mixed one computes in half of it."""
    return FLOAT if not isinstance(policy, str) or policy.startswith("mixed_") else policy


def _bytes(dtype: str) -> int:
    """Bytes of one number of a type: 4 of `float32`, 1 of `bool`."""
    digits = re.search(r"\d+", dtype)
    return max(int(digits[0]) // 8, 1) if digits else 1


def _absurd(given: Input) -> Diagnostic | None:
    numbers = math.prod(axis for axis in given.shape or () if isinstance(axis, int))
    if numbers <= MAX_NUMBERS:
        return None
    held = memory(_bytes(FLOAT) * numbers)
    message = f'one row of the input "{given.name}" has {numbers:,} numbers and takes {held}'
    return Diagnostic("too-large", message, given.path)


def _counted(walk: Walk, name: str) -> Iterator[tuple[Node, int]]:
    """Each layer of a model at its first call, with the parameters that it has at least."""
    seen: set[str] = set()
    for step in walk.steps(name):
        callee = step.node.callee
        if step.call is not None and isinstance(callee, LayerCall) and callee.instance not in seen:
            seen.add(callee.instance)
            yield step.node, parameters_at_least(step.call)
