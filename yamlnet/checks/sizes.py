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
from collections.abc import Iterator, Mapping

from yamlnet.checks.known_parameters import parameters_at_least
from yamlnet.checks.shapes.shape import Given
from yamlnet.checks.shapes.walk import Walk, declared
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Input, LayerCall, Node, ObjectSpec, Plan, TensorRef
from yamlnet.verdicts import makers
from yamlnet.verdicts.limits import MAX_PARAMS, memory, size_problem
from yamlnet.verdicts.verdict import Sizes
from yamlnet.verdicts.weights import largest_layers

NAME = "max-params"

MAX_NUMBERS = 10**12
"""In one row of an input: what no machine holds."""

FLOAT = "float32"
"""The type of a number, where nothing else is said."""

Counted = tuple[str, Node, ObjectSpec, int]
"""A layer of a model at its first call, with the parameters that it has at least."""


def check(plan: Plan, max_params: int = MAX_PARAMS) -> Iterator[Diagnostic]:
    """Yield a problem when the arguments alone make more parameters than allowed, or an input is absurd."""
    for graph in plan.models.values():
        yield from filter(None, map(_absurd, graph.inputs))
    counted = [*_counted(plan)]
    if sum(parameters for *_, parameters in counted) > max_params:
        yield from filter(None, [size_problem(_sizes(plan, counted), max_params)])


def least(plan: Plan) -> Sizes:
    """What a plan takes at least, as far as its arguments alone tell."""
    return _sizes(plan, [*_counted(plan)])


def lower_bounds(plan: Plan) -> Iterator[int]:
    """The parameters that each layer of a plan has at least."""
    return (parameters for *_, parameters in _counted(plan))


def _counted(plan: Plan) -> Iterator[Counted]:
    walk = Walk(plan.models)
    for name in plan.models:
        seen: set[str] = set()
        for step in walk.steps(name):
            callee = step.node.callee
            if step.call is not None and isinstance(callee, LayerCall) and callee.instance not in seen:
                seen.add(callee.instance)
                yield name, step.node, callee.layer, parameters_at_least(step.call)


def _sizes(plan: Plan, counted: list[Counted]) -> Sizes:
    precision = plan.train.precision if plan.train else None
    by_type: Counter[str] = Counter()
    for _, _, layer, parameters in counted:
        dtype = _weight_type(layer.arguments.get("dtype") or precision)
        by_type[dtype] += parameters * _bytes(dtype)
    graphs = traced(plan)
    layers = ((graphs[name], node, parameters) for name, node, _, parameters in counted)
    first, *others = largest_layers(layers) or (None,)
    return Sizes(
        parameters=sum(parameters for *_, parameters in counted),
        weight_bytes=sum(by_type.values()),
        activation_bytes=0,
        dtype=max(by_type, key=by_type.__getitem__, default=FLOAT),
        exact=False,
        heaviest=first,
        others=tuple(filter(None, others)),
    )


def traced(plan: Plan) -> dict[str, makers.Walk]:
    """Each graph with the shapes that are known in it, for tracing a width back to who gave it."""
    walk, traces = Walk(plan.models), dict[str, makers.Walk]()
    for name, graph in plan.models.items():
        known: dict[str, Given] = {given.name: declared(given) for given in graph.inputs}
        known |= {step.node.name: step.given for step in walk.steps(name)}
        traces[name] = makers.Walk(graph, _shapes(known), traces)
    return traces


def _shapes(known: Mapping[str, Given]) -> makers.ShapeOf:
    def shape(ref: TensorRef) -> tuple[int | None, ...] | None:
        found = known.get(ref.node)
        if isinstance(found, list):
            found = found[ref.output] if ref.output is not None and ref.output < len(found) else None
        return found if isinstance(found, tuple) else None

    return shape


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
