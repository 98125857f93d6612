"""One graph of a plan on Keras's symbolic tensors: every node is one call.

The order of the nodes is the plan's, so this room never searches. What Keras refuses is told again
in the user's words, at the entry that asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import keras
from msgspec import Struct, field

from yamlnet.catalog.load import catalog
from yamlnet.compiler.explanations.explain import Explanation, explain, unseen
from yamlnet.compiler.explanations.refusal import Read, Refusal, Shape
from yamlnet.compiler.explanations.sources import source_notes
from yamlnet.compiler.explanations.unseen import UNSEEN
from yamlnet.compiler.initial_weights import layer_seed
from yamlnet.compiler.layers import RandomDraw
from yamlnet.compiler.named_operations import NamedOperation
from yamlnet.compiler.objects import construct, first_sentences, keras_object
from yamlnet.compiler.unknowns import unknown_nodes
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.resolver.plan import (
    FunctionCall,
    Graph,
    Input,
    LayerCall,
    ModelCall,
    Node,
    Plan,
    SliceCall,
    TensorRef,
)
from yamlnet.schema.words import DEFAULT_MODEL
from yamlnet.verdicts.makers import Walk, callee_of


class Lowering(Struct):
    """Lowers one graph: tensors by node name, layers by instance name.

    Attributes:
        problems: where refusals go, so that the rest is looked at too; None raises the first.
        lowered: the graphs lowered so far, this one among them: who made what it reads of them.
        waiting: the inputs and nodes whose shape the data decides.
        refused: the inputs and nodes that Keras refused, or that read one of those.
    """

    graph: Graph
    models: Mapping[str, keras.Model]
    plan: Plan
    problems: Problems | None = None
    lowered: Mapping[str, Lowering] = field(default_factory=dict)
    tensors: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, Any] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)

    def model(self) -> keras.Model | None:
        """Walk the graph and make its model; None where part of it is unknown.

        Raises:
            BlueprintError: the first refusal, where `problems` is None.
        """
        if self.plan.unknown:
            self.waiting = unknown_nodes(self.graph, self.plan.unknown)
        inputs = {given.name: self._attempt(self._input, given) for given in self.graph.inputs}
        self.tensors.update(inputs)
        for node in self.graph.nodes:
            self.tensors[node.name] = self._attempt(self._call, node)
        outputs = {name: self._attempt_output(name, ref) for name, ref in self.graph.outputs.items()}
        if not outputs or any(tensor is None for tensor in (*inputs.values(), *outputs.values())):
            return None
        found: keras.Model | None = self._guarded(lambda: self._model(inputs, outputs))
        return found

    def _attempt(self, make: Any, asked: Input | Node) -> Any:
        """A tensor, or None where what it needs is not known or Keras refuses it."""
        if self._is_unknown(asked):
            return None
        found = self._guarded(lambda: make(asked))
        if found is None:
            self.refused.add(asked.name)
            if isinstance(asked, Node) and isinstance(asked.callee, LayerCall):
                self.broken.add(asked.callee.instance)  # half built, it would refuse whatever comes
        return found

    def _attempt_output(self, name: str, ref: TensorRef) -> Any:
        if self.tensors.get(ref.node) is None:
            return None
        return self._guarded(lambda: self._output(name, ref))

    def _guarded(self, make: Any) -> Any:
        try:
            return make()
        except BlueprintError as error:
            if self.problems is None:
                raise
            for problem in error.diagnostics:
                self.problems.record(problem)
            return None

    def _is_unknown(self, asked: Input | Node) -> bool:
        """Whether something is not worth asking Keras about; notes why."""
        if asked.name in self.waiting:
            return True
        if isinstance(asked, Input):
            return False
        reads = {ref.node for ref in _references([*asked.args, *asked.kwargs.values()])}
        if reads & self.refused or self._is_broken(asked):
            self.refused.add(asked.name)
        elif reads & self.waiting:
            self.waiting.add(asked.name)
        return asked.name in self.refused or asked.name in self.waiting

    def _is_broken(self, node: Node) -> bool:
        callee = node.callee
        if isinstance(callee, ModelCall):
            return callee.model not in self.models
        return isinstance(callee, LayerCall) and callee.instance in self.broken

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

    def _input(self, given: Input) -> Any:
        try:
            return keras.Input(**{**given.arguments, "name": given.name})
        except (ValueError, TypeError, OverflowError) as error:
            message = f'Keras refuses input "{given.name}": {first_sentences(str(error))}'
            raise BlueprintError([Diagnostic("keras", message, given.path, "key")]) from error

    def _output(self, name: str, ref: TensorRef) -> Any:
        tensor = self._tensor(ref)
        if not isinstance(tensor, keras.KerasTensor):
            message = f'output "{name}" is several tensors; name them with `as: [a, b]` and give one'
            raise BlueprintError([Diagnostic("outputs", message, (*self.graph.path, "outputs"))])
        self._require_batch_axis(name, ref, tensor)
        if ref.node in {given.name for given in self.graph.inputs}:
            # Keras cannot give an input back untouched in every export.
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

    def _call(self, node: Node) -> Any:
        args = tuple(self._filled(value) for value in node.args)
        kwargs = {name: self._filled(value) for name, value in node.kwargs.items()}
        if callee_of(node) in UNSEEN and (told := unseen(refusal := self._refusal(node, ""))):
            raise self._refused(node, refusal, told)
        try:
            if isinstance(node.callee, FunctionCall) and node.callee.kind == "random":
                return self._random(node, node.callee.function, args)
            called = self._callable(node)
            # A layer that holds random layers makes them when it is first called.
            with layer_seed(self.plan.seed, f"{node.name}/call"):
                return called(*args, **kwargs)
        except BlueprintError:
            raise
        except Exception as error:  # each backend has errors of its own beside Python's
            refusal = self._refusal(node, str(error))
            raise self._refused(node, refusal, explain(refusal)) from error

    def _callable(self, node: Node) -> Any:
        callee = node.callee
        if isinstance(callee, LayerCall):
            return self._layer(callee)
        if isinstance(callee, ModelCall):
            return self.models[callee.model]
        if isinstance(callee, SliceCall):
            return NamedOperation(lambda x: x[callee.index], node.name)
        assert isinstance(callee, FunctionCall)
        entry = catalog().find("op", callee.function)
        assert entry is not None, f"the schema let ops.{callee.function} through"
        return NamedOperation(keras_object(entry.path), node.name)

    def _layer(self, call: LayerCall) -> Any:
        if call.instance not in self.layers:
            with layer_seed(self.plan.seed, call.instance):
                self.layers[call.instance] = construct(call.layer, name=call.instance)
        return self.layers[call.instance]

    def _random(self, node: Node, function: str, args: tuple[Any, ...]) -> Any:
        with layer_seed(self.plan.seed, node.name):
            draw = RandomDraw(function, dict(node.kwargs), name=node.name)
        return draw(*args)

    def _filled(self, value: object) -> Any:
        if isinstance(value, TensorRef):
            return self._tensor(value)
        if isinstance(value, list | tuple):
            return [self._filled(item) for item in value]
        if isinstance(value, Mapping):
            return {key: self._filled(item) for key, item in value.items()}
        return value

    def _tensor(self, ref: TensorRef) -> Any:
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

    def _refusal(self, node: Node, text: str) -> Refusal:
        """What the explanations know of a call."""
        layer = self.layers.get(node.callee.instance) if isinstance(node.callee, LayerCall) else None
        reads = self._reads([*node.args, *node.kwargs.values()])
        named = {name: self._reads(value) for name, value in node.kwargs.items()}
        return Refusal(callee_of(node), _arguments(node), reads, text, layer, named)

    def _refused(self, node: Node, refusal: Refusal, told: Explanation) -> BlueprintError:
        """A problem at a call, with what it reads at the places that made it."""
        notes = source_notes(node, _once(refusal.reads), told, self.walk)
        return BlueprintError([Diagnostic("shape", told.message, node.path, "key", notes=notes)])

    @property
    def walk(self) -> Walk:
        """The graph as what is traced back through it, into the models lowered before."""
        before: dict[str, Walk] = {}
        before |= {name: Walk(one.graph, one._shape, before) for name, one in self.lowered.items()}
        return Walk(self.graph, self._shape, before)

    def _shape(self, ref: TensorRef) -> Shape | None:
        """The shape of one tensor; None where there is none, or several."""
        whole = self.tensors.get(ref.node)
        parts = list(whole.values()) if isinstance(whole, dict) else whole
        if isinstance(parts, list | tuple):
            parts = parts[ref.output or 0] if (ref.output or 0) < len(parts) else None
        return tuple(parts.shape) if isinstance(parts, keras.KerasTensor) else None

    def _reads(self, values: object) -> tuple[Read, ...]:
        """What the explanations know of the tensors in some arguments."""
        return tuple(read for ref in _references(values) for read in self._read(ref))

    def _read(self, ref: TensorRef) -> Iterator[Read]:
        index, node = self.places.get(ref.node, (-1, None))
        path = node.path if node else next(one.path for one in self.graph.inputs if one.name == ref.node)
        callee, arguments = (callee_of(node), _arguments(node)) if node else ("Input", {})
        for output, tensor in enumerate(keras.tree.flatten(self._tensor(ref))):
            if isinstance(tensor, keras.KerasTensor):
                shape, dtype = tuple(tensor.shape), str(tensor.dtype)
                which = ref.output if ref.output is not None else output or None
                yield Read(ref.node, callee, arguments, shape, dtype, index, path, which)

    @property
    def places(self) -> dict[str, tuple[int, Node]]:
        """Each node with its place in the graph, by its name."""
        return {node.name: (index, node) for index, node in enumerate(self.graph.nodes)}


def _once(reads: Iterable[Read]) -> Iterator[Read]:
    """Each tensor that has a shape, once."""
    told: set[tuple[KeyPath, Shape]] = set()
    for read in reads:
        if (read.path, read.shape) not in told:
            told.add((read.path, read.shape))
            yield read


def _arguments(node: Node) -> Mapping[str, object]:
    """What a node's callee was given: a layer's constructor arguments, or an operation's own."""
    if isinstance(node.callee, LayerCall):
        return node.callee.layer.arguments
    return {name: value for name, value in node.kwargs.items() if not _references([value])}


def _references(values: object) -> list[TensorRef]:
    if isinstance(values, TensorRef):
        return [values]
    if isinstance(values, Mapping):
        values = list(values.values())
    if isinstance(values, list | tuple):
        return [ref for value in values for ref in _references(value)]
    return []


def _model_name(name: str) -> str:
    """A Keras model name: letters, digits and underscores."""
    return "".join(c if c.isalnum() or c in "_-." else "_" for c in name) or "model"
