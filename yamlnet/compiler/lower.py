"""From a plan's graphs to `keras.Model`s: every node is one call on symbolic tensors.

The order of the nodes is the plan's, so this room never searches. What Keras refuses is told again
in the user's words, at the entry that asked for it.
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras

from yamlnet.catalog.load import catalog
from yamlnet.compiler.deep_graphs import deep_graphs
from yamlnet.compiler.initial_weights import layer_seed, numpy_initial_weights
from yamlnet.compiler.layers import RandomDraw
from yamlnet.compiler.objects import construct, first_sentences, keras_object
from yamlnet.compiler.safe_mode import safe_mode
from yamlnet.compiler.shapes import explain, shape_text
from yamlnet.compiler.signatures import remembered_signatures
from yamlnet.compiler.without_tensorflow import without_tensorflow
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Note
from yamlnet.resolver.plan import (
    FunctionCall,
    Graph,
    LayerCall,
    ModelCall,
    Node,
    Plan,
    SliceCall,
    TensorRef,
)
from yamlnet.schema.words import DEFAULT_MODEL


def lower(plan: Plan) -> dict[str, keras.Model]:
    """Build every model of a plan, with initial weights drawn from (seed, the weight's path).

    Args:
        plan: fully known; `plan.unknown` must be empty for what the graphs use.

    Returns:
        Keras functional models by name, callees before callers. A model with one input takes a
        tensor of shape (batch, *shape), one with several a mapping by name.

    Raises:
        BlueprintError: a layer refuses its arguments or the shape of what it reads.
    """
    models: dict[str, keras.Model] = {}
    with (
        safe_mode(), _precision(plan), deep_graphs(), remembered_signatures(), without_tensorflow(),
        _collection_paused(),
    ):  # fmt: skip
        for name, graph in plan.models.items():
            with numpy_initial_weights(plan.seed, scope="" if name == DEFAULT_MODEL else name):
                models[name] = _Lowering(graph, models, plan).model()
    return models


@contextmanager
def _collection_paused() -> Iterator[None]:
    """No garbage collection meanwhile.

    A model in the making holds no garbage, and searching it takes
    a fifth of the time that building takes.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


class _precision:
    """The dtype policy of the plan, for the time in which its layers are made."""

    def __init__(self, plan: Plan) -> None:
        self.wanted = plan.train.precision if plan.train else None

    def __enter__(self) -> None:
        self.before = keras.config.dtype_policy()
        if self.wanted is not None:
            keras.config.set_dtype_policy(self.wanted)

    def __exit__(self, *exception: object) -> None:
        keras.config.set_dtype_policy(self.before)


@dataclass(slots=True)
class _Lowering:
    """Lowers one graph: tensors by node name, layers by instance name."""

    graph: Graph
    models: Mapping[str, keras.Model]
    plan: Plan
    tensors: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, Any] = field(default_factory=dict)

    def model(self) -> keras.Model:
        inputs = {given.name: self._input(given.name, given.arguments) for given in self.graph.inputs}
        self.tensors.update(inputs)
        for node in self.graph.nodes:
            self.tensors[node.name] = self._call(node)
        outputs = {name: self._output(name, ref) for name, ref in self.graph.outputs.items()}
        return self._model(inputs, outputs)

    def _model(self, inputs: dict[str, Any], outputs: dict[str, Any]) -> keras.Model:
        taken = next(iter(inputs.values())) if len(inputs) == 1 else inputs
        given: Any = outputs
        if self.graph.output_form == "single":
            given = next(iter(outputs.values()))
        elif self.graph.output_form == "list":
            given = list(outputs.values())
        name = self.plan.name if self.graph.name == DEFAULT_MODEL else self.graph.name
        try:
            return keras.Model(taken, given, name=_model_name(name))
        except ValueError as error:
            message = f"the model cannot be made: {first_sentences(str(error))}"
            raise BlueprintError([Diagnostic("keras", message, self.graph.path, "key")]) from error

    def _input(self, name: str, arguments: Mapping[str, object]) -> Any:
        return keras.Input(**{**arguments, "name": name})

    def _output(self, name: str, ref: TensorRef) -> Any:
        tensor = self._tensor(ref, None)
        if not isinstance(tensor, keras.KerasTensor):
            message = f'output "{name}" is several tensors; name them with `as: [a, b]` and give one'
            raise BlueprintError([Diagnostic("outputs", message, (*self.graph.path, "outputs"))])
        self._require_batch_axis(name, ref, tensor)
        if tensor.name in self.graph_inputs:
            return keras.layers.Identity(name=f"{name}_output")(tensor)
        return tensor

    def _require_batch_axis(self, name: str, ref: TensorRef, tensor: Any) -> None:
        """Refuse an output that is not one row for each row that goes in."""
        if any("batch_size" in given.arguments for given in self.graph.inputs):
            return
        if len(tensor.shape) and tensor.shape[0] is None:
            return
        places = {node.name: node.path for node in self.graph.nodes}
        whole = ", ".join("null" if axis is None else str(axis) for axis in tensor.shape)
        message = (
            f'output "{name}" has lost the batch axis: its whole shape is [{whole}]; '
            "operations count that axis: ops.reshape: [-1, 7, 7], ops.mean: {axis: 1}"
        )
        raise BlueprintError([Diagnostic("shape", message, places.get(ref.node, self.graph.path), "key")])

    @property
    def graph_inputs(self) -> set[str]:
        """The names of the input tensors: Keras cannot give an input back untouched in every export."""
        return {given.name for given in self.graph.inputs}

    def _call(self, node: Node) -> Any:
        args = tuple(self._filled(value, node) for value in node.args)
        kwargs = {name: self._filled(value, node) for name, value in node.kwargs.items()}
        try:
            if isinstance(node.callee, FunctionCall) and node.callee.kind == "random":
                return self._random(node, node.callee.function, args)
            called = self._callable(node)
            # A layer that holds random layers makes them when it is first called.
            with layer_seed(self.plan.seed, f"{node.name}/call"):
                return called(*args, **kwargs)
        except BlueprintError:
            raise
        except (ValueError, TypeError, IndexError, AttributeError, RuntimeError, KeyError) as error:
            raise self._refused(node, error, args, kwargs) from error

    def _callable(self, node: Node) -> Any:
        callee = node.callee
        if isinstance(callee, LayerCall):
            return self._layer(callee)
        if isinstance(callee, ModelCall):
            return self.models[callee.model]
        if isinstance(callee, SliceCall):
            return _Named(lambda x: x[callee.index], node.name)
        assert isinstance(callee, FunctionCall)
        entry = catalog().find("op", callee.function)
        assert entry is not None, f"the schema let ops.{callee.function} through"
        return _Named(keras_object(entry.path), node.name)

    def _layer(self, call: LayerCall) -> Any:
        if call.instance not in self.layers:
            with layer_seed(self.plan.seed, call.instance):
                self.layers[call.instance] = construct(call.layer, name=call.instance)
        return self.layers[call.instance]

    def _random(self, node: Node, function: str, args: tuple[Any, ...]) -> Any:
        with layer_seed(self.plan.seed, node.name):
            draw = RandomDraw(function, dict(node.kwargs), name=node.name)
        return draw(*args)

    def _filled(self, value: object, node: Node) -> Any:
        if isinstance(value, TensorRef):
            return self._tensor(value, node)
        if isinstance(value, list | tuple):
            return [self._filled(item, node) for item in value]
        if isinstance(value, Mapping):
            return {key: self._filled(item, node) for key, item in value.items()}
        return value

    def _tensor(self, ref: TensorRef, reader: Node | None) -> Any:
        whole = self.tensors[ref.node]
        if ref.output is None:
            return whole
        parts = list(whole.values()) if isinstance(whole, dict) else whole
        if isinstance(parts, list | tuple) and ref.output < len(parts):
            return parts[ref.output]
        made = next(node for node in self.graph.nodes if node.name == ref.node)
        given = len(parts) if isinstance(parts, list | tuple) else 1
        message = f'`as` names {ref.output + 1} outputs, "{made.name}" gives {given}'
        raise BlueprintError([Diagnostic("outputs", message, (*made.path, "as"))])

    def _refused(
        self, node: Node, error: Exception, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> BlueprintError:
        notes = [Note("used here", path) for path in node.used_at]
        notes += [Note(text, path) for text, path in self._sources(node)]
        message = explain(error, _callee_name(node), [*args, *kwargs.values()])
        return BlueprintError([Diagnostic("shape", message, node.path, "key", notes=tuple(notes))])

    def _sources(self, node: Node) -> list[tuple[str, tuple[str | int, ...]]]:
        """What the node reads, each with its shape, at the place where it was written."""
        places = {given.name: given.path for given in self.graph.inputs}
        places |= {other.name: other.path for other in self.graph.nodes}
        found = []
        for ref in _references([*node.args, *node.kwargs.values()]):
            tensor = self.tensors.get(ref.node)
            shape = getattr(tensor, "shape", None)
            if shape is not None:
                text = f'"{ref.node}" gives shape {shape_text(shape)}'
                found.append((text, places[ref.node]))
        return found


@dataclass(frozen=True, slots=True)
class _Named:
    """An operation's function that gives the node it makes our name, so that files are stable."""

    function: Any
    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        positional, named = _by_position(self.function, kwargs)
        result = self.function(*args, *positional, **named)
        first = result[0] if isinstance(result, list | tuple) and result else result
        history = getattr(first, "_keras_history", None)
        if history is not None:
            history.operation.name = self.name
        return result


def _by_position(function: Any, kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments that a function takes by position alone: `einsum(subscripts, *operands)`."""
    parameters = inspect.signature(function).parameters
    many = next((name for name, one in parameters.items() if one.kind is one.VAR_POSITIONAL), None)
    if many not in kwargs:
        return [], kwargs
    before = list(parameters)[: list(parameters).index(many)]
    positional = [*(kwargs[name] for name in before), *kwargs[many]]
    return positional, {name: value for name, value in kwargs.items() if name not in (*before, many)}


def _references(values: object) -> list[TensorRef]:
    if isinstance(values, TensorRef):
        return [values]
    if isinstance(values, Mapping):
        values = list(values.values())
    if isinstance(values, list | tuple):
        return [ref for value in values for ref in _references(value)]
    return []


def _callee_name(node: Node) -> str:
    callee = node.callee
    if isinstance(callee, LayerCall):
        return callee.layer.name
    if isinstance(callee, FunctionCall):
        return f"{'ops' if callee.kind == 'op' else 'random'}.{callee.function}"
    return callee.model if isinstance(callee, ModelCall) else "this slice"


def _model_name(name: str) -> str:
    """A Keras model name: letters, digits and underscores."""
    return "".join(c if c.isalnum() or c in "_-." else "_" for c in name) or "model"
