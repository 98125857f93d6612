"""Walking a plan's graphs: each call with the shapes that it reads, and the shape that it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from yamlnet.checks.shapes.call import Call, Read, shape_of
from yamlnet.checks.shapes.rules import MISFITS, given_by_function, given_by_layer
from yamlnet.checks.shapes.shape import Given, Shape
from yamlnet.checks.shapes.slices import sliced
from yamlnet.resolver.plan import FunctionCall, Graph, Input, LayerCall, ModelCall, Node, TensorRef

MOST_SHAPES = 16
"""A model that is called on tensors of more shapes than these is not walked anew for the others."""

DEEPEST = 16
"""Nor is one that is called by a model that is called by a model …, deeper than this."""


class Step(Struct, frozen=True):
    """A node of a graph: the call as rules see it (None for a model and a slice), and what it gives."""

    node: Node
    call: Call | None
    given: Given


class Walk(Struct):
    """Walks the models of a plan, a called one with the shapes that it is called on.

    Attributes:
        models: the graphs, callees before callers.
        own: by model, what its outputs are of the inputs that it declares.
        called: by model, what its outputs were of other shapes.
    """

    models: Mapping[str, Graph]
    own: dict[str, Given] = field(default_factory=dict)
    called: dict[str, dict[tuple[Shape, ...], Given]] = field(default_factory=dict)
    depth: int = 0

    def steps(self, name: str) -> Iterator[Step]:
        """Every node of a model, on the inputs that the model declares."""
        graph = self.models[name]
        known: dict[str, Given] = {given.name: declared(given) for given in graph.inputs}
        yield from self._steps(graph, known)
        self.own[name] = _outputs(graph, known)

    def _steps(self, graph: Graph, known: dict[str, Given]) -> Iterator[Step]:
        for node in graph.nodes:
            call, known[node.name] = self._called(node, known)
            yield Step(node, call, known[node.name])

    def _called(self, node: Node, known: Mapping[str, Given]) -> tuple[Call | None, Given]:
        callee, args = node.callee, tuple(filled(value, known) for value in node.args)
        kwargs = {name: filled(value, known) for name, value in node.kwargs.items()}
        if isinstance(callee, LayerCall):
            call = Call(callee.layer.name, callee.layer.arguments, args, kwargs)
            return call, given_by_layer(call)
        if isinstance(callee, FunctionCall):
            call = Call(callee.function, kwargs, args)
            return call, given_by_function(callee.kind, call)
        if isinstance(callee, ModelCall):
            return None, self._model(callee.model, args[0])
        try:
            return None, sliced(shape_of(args[0]), callee.index)
        except MISFITS:
            return None, None

    def _model(self, name: str, argument: object) -> Given:
        """What a model gives for what it is called on, as Keras infers it anew."""
        graph = self.models.get(name)
        if graph is None or not graph.inputs:
            return None
        given = argument if isinstance(argument, Mapping) else {graph.inputs[0].name: argument}
        shapes = [_read_shape(given.get(one.name)) for one in graph.inputs]
        whole = tuple(shape for shape in shapes if shape is not None)
        declared_shapes = [declared(one) for one in graph.inputs]
        if len(whole) < len(shapes):
            return None
        if shapes == declared_shapes:
            return self.own.get(name)
        told = self.called.setdefault(name, {})
        if whole not in told and len(told) < MOST_SHAPES and self.depth < DEEPEST:
            told[whole] = self._anew(graph, whole)
        fits = all(map(_fits, whole, declared_shapes))
        return told.get(whole, self.own.get(name) if fits else None)

    def _anew(self, graph: Graph, shapes: tuple[Shape, ...]) -> Given:
        known: dict[str, Given] = {one.name: shape for one, shape in zip(graph.inputs, shapes, strict=True)}
        self.depth += 1
        for _ in self._steps(graph, known):
            pass
        self.depth -= 1
        return _outputs(graph, known)


def declared(given: Input) -> Shape | None:
    """The whole shape of an input, without the lengths that only the data tell."""
    if given.shape is None:
        return None
    batch = given.arguments.get("batch_size")
    return tuple(axis if isinstance(axis, int) else None for axis in (batch, *given.shape))


def _fits(shape: Shape, other: Shape | None) -> bool:
    """Whether a shape says as much as another, or more."""
    if other is None or len(shape) != len(other):
        return False
    return all(length in (None, own) for own, length in zip(shape, other, strict=True))


def _outputs(graph: Graph, known: Mapping[str, Given]) -> Given:
    found = [_picked(ref, known) for ref in graph.outputs.values()]
    return found[0] if graph.output_form == "single" and found else found


def _read_shape(read: object) -> Shape | None:
    return read.shape if isinstance(read, Read) else None


def _picked(ref: TensorRef, known: Mapping[str, Given]) -> Given:
    """What a reference means: a shape, or several."""
    given = known.get(ref.node)
    if ref.output is None:
        return given
    return given[ref.output] if isinstance(given, list) and ref.output < len(given) else None


def filled(value: object, known: Mapping[str, Given]) -> object:
    """A call's argument with the tensors' shapes in their places."""
    if isinstance(value, TensorRef):
        return _reads(_picked(value, known))
    if isinstance(value, list | tuple):
        return [filled(item, known) for item in value]
    if isinstance(value, Mapping):
        return {key: filled(item, known) for key, item in value.items()}
    return value


def _reads(given: Given) -> object:
    return [_reads(one) for one in given] if isinstance(given, list) else Read(given)
