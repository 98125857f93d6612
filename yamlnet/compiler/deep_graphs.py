"""Keras models of any depth.

Keras sorts a model's graph by a recursion that ends at about 1,000 chained layers with a
`RecursionError`, and checks its names in quadratic time. While `deep_graphs` is active, the two
functions that do this (`keras.src.ops.function.map_graph` and its `_build_map`, used by the `Function`
and `Functional` constructors) are replaced by ones of the same results, order and errors that neither
recurse nor slow down. Nothing else of Keras changes: outside the context, and in the saved file, there
is no trace of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
from keras.src.models import functional
from keras.src.ops import function

from yamlnet.compiler.seams import Seam

Tensor = Any
Node = Any
Operation = Any


@contextmanager
def deep_graphs() -> Iterator[None]:
    """Let models be constructed and loaded at any depth, in time linear in the number of layers.

    Wrap `keras.Model(…)`, `keras.models.load_model` and what else constructs functional models
    (`clone_model`, `Model.from_config`). Contexts nest; all threads see the replacement while one is open.
    """
    with _SEAM:
        yield


def map_graph(
    inputs: list[Tensor], outputs: list[Tensor]
) -> tuple[set[str], dict[int, list[Node]], list[Operation], dict[int, list[Operation]]]:
    """Check a graph and collect its nodes and operations, as Keras's `map_graph` does.

    Args:
        inputs: flat list of the tensors that the graph starts from.
        outputs: flat list of the tensors that it computes.

    Returns:
        The keys of the nodes; the nodes by depth (their longest distance from an output); the
        operations, deepest first and then in the order in which they were met; the operations by depth.

    Raises:
        ValueError: the graph has a cycle, an output needs a tensor that is not an input, or two
            operations have one name.
    """
    nodes, order = build_map(inputs, outputs)
    keys = _NodeKeys()
    network = {keys[node] for node in nodes}
    node_depths, operation_depths = _depths(nodes)
    for tensor in inputs:
        operation, index, _ = tensor._keras_history
        # An input that no output needs still belongs to the model: losses and metrics may use it.
        if operation and operation not in operation_depths and operation._inbound_nodes[index].is_input:
            node = operation._inbound_nodes[index]
            operation_depths[operation] = node_depths[node] = 0
            order[operation] = -1
            network.add(function.make_node_key(operation, index))
    nodes_by_depth = _by_depth(node_depths)
    operations_by_depth = _by_depth(operation_depths)
    for same_depth in operations_by_depth.values():
        same_depth.sort(key=order.__getitem__)
    operations = list(_deepest_first(operations_by_depth))
    _check_computable(inputs, _deepest_first(nodes_by_depth))
    _check_names(operations)
    return network, nodes_by_depth, operations, operations_by_depth


def build_map(inputs: Any, outputs: Any) -> tuple[list[Node], dict[Operation, int]]:
    """Sort the nodes that lead to `outputs` so that each follows what it needs (depth first).

    Returns:
        The nodes, and for each operation the number under which the search first met it.

    Raises:
        ValueError: a tensor depends on itself.
    """
    search = _Search(keras.tree.flatten(inputs))
    for output in keras.tree.flatten(outputs):
        search.run(output)
    return search.finished, search.order


class _Search:
    """A depth-first search with a stack of its own instead of Python's."""

    def __init__(self, inputs: Iterable[Tensor]) -> None:
        self.inputs = {id(tensor) for tensor in inputs}
        self.finished: list[Node] = []
        self.order: dict[Operation, int] = {}
        self.done: set[Node] = set()
        self.open: dict[Node, Iterator[Tensor]] = {}

    def run(self, output: Tensor) -> None:
        """Finish every node that `output` needs."""
        stack: list[Node] = []
        self._enter(output, stack)
        while stack:
            node = stack[-1]
            needed = next(self.open[node], None)
            if needed is not None:
                self._enter(needed, stack)
                continue
            stack.pop()
            del self.open[node]
            self.done.add(node)
            self.finished.append(node)

    def _enter(self, tensor: Tensor, stack: list[Node]) -> None:
        operation, index, _ = tensor._keras_history
        if not operation:
            return
        node = operation._inbound_nodes[index]
        if node in self.done:
            return
        if not node.is_input and id(tensor) in self.inputs:
            self.done.add(node)  # a model may start in the middle of another: what is before is not its own
            return
        if node in self.open:
            raise ValueError(f"Tensor {tensor} from operation '{operation.name}' is part of a cycle.")
        self.order.setdefault(operation, len(self.order))
        self.open[node] = iter(() if node.is_input else node.input_tensors)
        stack.append(node)


class _NodeKeys(dict[Node, str]):
    """Keras's key of each node; a shared layer's calls are numbered once, not searched each time."""

    def __missing__(self, node: Node) -> str:
        for index, call in enumerate(node.operation._inbound_nodes):
            self[call] = function.make_node_key(node.operation, index)
        return self[node]


def _depths(nodes: list[Node]) -> tuple[dict[Node, int], dict[Operation, int]]:
    """How far each node and operation is from the outputs, on the longest way.

    A shared operation counts at its deepest call so far, and so do its calls that come after in the
    walk from the outputs to the inputs.
    """
    known = set(nodes)
    node_depths: dict[Node, int] = {}
    operation_depths: dict[Operation, int] = {}
    for node in reversed(nodes):
        depth = max(node_depths.setdefault(node, 0), operation_depths.get(node.operation, 0))
        operation_depths[node.operation] = node_depths[node] = depth
        for parent in node.parent_nodes:
            if parent in known:
                node_depths[parent] = max(depth + 1, node_depths.get(parent, 0))
    return node_depths, operation_depths


def _by_depth(depths: Mapping[Any, int]) -> dict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for item, depth in depths.items():
        found[depth].append(item)
    return found


def _deepest_first(by_depth: Mapping[int, list[Any]]) -> Iterator[Any]:
    for depth in sorted(by_depth, reverse=True):
        yield from by_depth[depth]


def _check_computable(inputs: list[Tensor], nodes: Iterable[Node]) -> None:
    """Raise where a node needs a tensor that neither `inputs` nor the nodes before it give."""
    computable = set(inputs)
    accessed: list[str] = []
    for node in nodes:
        for tensor in keras.tree.flatten(node.input_tensors):
            if tensor not in computable:
                raise ValueError(
                    f"Graph disconnected: cannot find parent for tensor {tensor} at operation "
                    f"'{node.operation}'. The following previous operations were accessed without "
                    f"issue: {accessed}"
                )
            accessed.append(node.operation.name)
        computable.update(keras.tree.flatten(node.outputs))


def _check_names(operations: list[Operation]) -> None:
    """Raise where two operations have one name: saved nodes refer to operations by it."""
    for name, count in Counter(operation.name for operation in operations).items():
        if count != 1:
            raise ValueError(
                f'The name "{name}" is used {count} times in the model. All operation names should be unique.'
            )


# Where Keras looks the functions up; `functional` imports one of them by name.
_SEAM = Seam(
    (function, "map_graph", map_graph),
    (function, "_build_map", build_map),
    (functional, "_build_map", build_map),
)
