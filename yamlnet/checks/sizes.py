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
from yamlnet.checks.known_shapes import Shape, shape_given
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Graph, Input, LayerCall, Node, Plan, TensorRef, references
from yamlnet.verdicts.limits import MAX_PARAMS, memory, size_problem
from yamlnet.verdicts.makers import ShapeOf, Walk
from yamlnet.verdicts.verdict import Sizes
from yamlnet.verdicts.weights import largest_layers

NAME = "max-params"

MAX_NUMBERS = 10**12
"""In one row of an input: what no machine holds."""

BYTES = 4
"""Of a number, where nothing else is known."""


def check(plan: Plan, max_params: int = MAX_PARAMS) -> Iterator[Diagnostic]:
    """Yield a problem when the arguments alone make more parameters than allowed, or an input is absurd."""
    for graph in plan.models.values():
        yield from filter(None, map(_absurd, graph.inputs))
    total = sum(lower_bounds(plan))
    if total > max_params and (problem := size_problem(_sizes(plan, total), max_params)) is not None:
        yield problem


def least(plan: Plan) -> Sizes:
    """What a plan takes at least, as far as its arguments alone tell."""
    return _sizes(plan, sum(lower_bounds(plan)))


def _sizes(plan: Plan, total: int) -> Sizes:
    first, *others = largest_layers(_with_graphs(plan)) or (None,)
    return Sizes(total, BYTES * total, 0, exact=False, heaviest=first, others=tuple(filter(None, others)))


def lower_bounds(plan: Plan) -> Iterator[int]:
    """The parameters that each layer of a plan has at least."""
    return (parameters for graph in plan.models.values() for _, parameters in _counted(graph))


def _with_graphs(plan: Plan) -> Iterator[tuple[Walk, Node, int]]:
    """Each layer with its graph, and the shapes that are known there, for tracing a width back."""
    walks: dict[str, Walk] = {}
    for name, graph in plan.models.items():
        walks[name] = Walk(graph, _shapes(graph), walks)
        yield from ((walks[name], node, parameters) for node, parameters in _counted(graph))


def _shapes(graph: Graph) -> ShapeOf:
    known = {given.name: _known(given.shape) for given in graph.inputs} | known_shapes(graph)

    def shape(ref: TensorRef) -> tuple[int | None, ...] | None:
        found = known.get(ref.node) if ref.output is None else None
        return (None, *found) if found is not None else None

    return shape


def _absurd(given: Input) -> Diagnostic | None:
    numbers = math.prod(axis for axis in given.shape or () if isinstance(axis, int))
    if numbers <= MAX_NUMBERS:
        return None
    message = (
        f'one row of the input "{given.name}" has {numbers:,} numbers and takes {memory(BYTES * numbers)}'
    )
    return Diagnostic("too-large", message, given.path)


def _counted(graph: Graph) -> Iterator[tuple[Node, int]]:
    """Each layer of a graph at its first call, with the parameters that it has at least."""
    seen: set[str] = set()
    for node, read, _ in _called(graph):
        callee = node.callee
        if isinstance(callee, LayerCall) and callee.instance not in seen:
            seen.add(callee.instance)
            yield node, parameters_at_least(callee.layer, read)


def known_shapes(graph: Graph) -> dict[str, Shape | None]:
    """The shape of what each layer of a graph gives, by its node, as far as arguments tell it."""
    return {node.name: given for node, _, given in _called(graph)}


def _called(graph: Graph) -> Iterator[tuple[Node, Shape | None, Shape | None]]:
    """Each call of a layer, with the first shape that it reads and the shape that it gives."""
    known = {given.name: _known(given.shape) for given in graph.inputs}
    for node in graph.nodes:
        if isinstance(node.callee, LayerCall):
            reads = [known.get(ref.node) if ref.output is None else None for ref in references(node.args)]
            known[node.name] = shape_given(node.callee.layer, reads)
            yield node, reads[0] if reads else None, known[node.name]


def _known(shape: tuple[object, ...] | None) -> Shape | None:
    """A shape without the lengths that only the data tell."""
    return tuple(axis if isinstance(axis, int) else None for axis in shape) if shape is not None else None
