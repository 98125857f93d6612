"""A model's graph, walked one new place of a text at a time.

What does not depend on the text (an encoder of a source) is computed once. Every other call has a rule
(`rules/`) for what it keeps and how it goes on; a model within the model is walked likewise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
from keras.src.models.functional import Functional
from msgspec import Struct

from yamlnet.decoding.rules import rule_of
from yamlnet.decoding.rules.rule import Call, GoesOn, NotStepwise, Step

Values = dict[int, Any]
"""Real tensors by the ids of the symbolic ones that they stand for."""


class Visit(Struct, frozen=True):
    """A node of the graph, and how it is read when the text grows."""

    node: Any
    goes_on: GoesOn


class Walk(Struct, frozen=True):
    """How a graph is read.

    Attributes:
        graph: a functional model.
        still: the nodes that do not depend on the text, in order.
        visits: the others, in order.
        axes: of the tensors that depend on the text, the axis of its places, by the tensors' ids.
    """

    graph: Functional
    still: Sequence[Any]
    visits: Sequence[Visit]
    axes: Mapping[int, int | None]

    def read_still(self, values: Values) -> None:
        """Compute what does not depend on the text."""
        for node in self.still:
            _put(node, _plainly(node, values), values)

    def read(self, step: Step, values: Values) -> None:
        """Read new places; the tensors that do not depend on the text are there."""
        for visit in self.visits:
            args, kwargs = visit.node.arguments.fill_in(values)
            _put(visit.node, visit.goes_on.read(step, args, _told(visit.node, kwargs)), values)

    @property
    def border(self) -> list[Any]:
        """The symbolic tensors that do not depend on the text, and are read by what does."""
        read = [tensor for visit in self.visits for tensor in visit.node.input_tensors]
        found = {id(tensor): tensor for tensor in read if id(tensor) not in self.axes}
        return list(found.values())


def walk_of(graph: Functional, axes: Mapping[int, int | None], key: str = "") -> Walk:
    """Plan a walk.

    Args:
        graph: a functional model.
        axes: of its inputs that depend on the text, the axis of its places, by their ids.
        key: begins the names of what is kept.

    Raises:
        NotStepwise: a call has no rule, or not as it is written; the message names its layer.
    """
    known, still, visits = dict(axes), [], []
    for index, node in enumerate(_nodes(graph)):
        if not any(id(tensor) in known for tensor in node.input_tensors):
            still.append(node)
            continue
        goes_on = _goes_on(node, known, f"{key}{index}")
        known.update(zip(map(id, node.outputs), goes_on.axes, strict=True))
        visits.append(Visit(node, goes_on))
    return Walk(graph, still, visits, known)


def _nodes(graph: Functional) -> Iterator[Any]:
    """The nodes in an order in which each follows what it reads, as Keras goes through them."""
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        yield from (node for node in graph._nodes_by_depth[depth] if not node.is_input)


def _goes_on(node: Any, axes: Mapping[int, int | None], key: str) -> GoesOn:
    operation = node.operation
    arguments = node.arguments
    call = Call(operation, arguments.args, arguments.kwargs, node.outputs, axes, key)
    try:
        if isinstance(operation, Functional):
            return _within(call)
        if not call.moving and type(operation).__name__ != "Parameter":
            return GoesOn((None,) * len(call.outputs), lambda step, args, kwargs: operation(*args, **kwargs))
        return rule_of(operation)(call)
    except NotStepwise as error:
        if error.args[1:]:
            raise
        raise NotStepwise(
            f'"{operation.name}" ({type(operation).__name__}) {error}', operation.name
        ) from None


def _within(call: Call) -> GoesOn:
    """A model within the model: its own walk, where its inputs are what it is called with."""
    graph = call.operation
    given = dict(zip(graph.inputs, keras.tree.flatten(call.args[0]), strict=True))
    axes = {id(own): call.axis(tensor) for own, tensor in given.items() if id(tensor) in call.axes}
    walk = walk_of(graph, axes, f"{call.key}/")

    def read(step: Step, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        values = dict(zip(map(id, graph.inputs), keras.tree.flatten(args[0]), strict=True))
        walk.read_still(values)
        walk.read(step, values)
        return [values[id(tensor)] for tensor in graph.outputs]

    return GoesOn(tuple(walk.axes.get(id(tensor)) for tensor in graph.outputs), read)


def _plainly(node: Any, values: Values) -> Any:
    args, kwargs = node.arguments.fill_in(values)
    return node.operation(*args, **_told(node, kwargs))


def _told(node: Any, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """A call's arguments; whoever asks is told that nothing is learnt, as `Functional.call` does."""
    asks = "training" in getattr(node.operation, "_call_context_args", {})
    return {**kwargs, "training": False} if asks else dict(kwargs)


def _put(node: Any, found: Any, values: Values) -> None:
    values.update(zip(map(id, node.outputs), keras.tree.flatten(found), strict=True))
