"""activation-twice: no activation follows right upon another that makes it useless or wrong.

ReLU of ReLU is ReLU. Softmax of softmax, or sigmoid of sigmoid, squeezes an answer that was sure into one
that hardly prefers anything: softmax twice over three classes never gives more than 0.58. And after relu no
logit is negative, so that softmax cannot make a class unlikely. Keep one of the two.

Fails:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 3, activation: relu}
        - Softmax

Passes:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: 3
        - Softmax
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.checks.answers import FUNCTION_LAYERS, FUNCTIONS, SAME_VALUES, activation_of
from yamlnet.checks.tracing import layer_of, reads
from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import FunctionCall, Graph, Node, Plan

NAME = "activation-twice"

IDEMPOTENT = ("relu",)
SQUEEZING = ("softmax", "sigmoid", "hard_sigmoid")


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each activation that reads what another gave."""
    for graph in plan.models.values():
        nodes = {node.name: node for node in graph.nodes}
        for node in graph.nodes:
            second = _function(node, alone=True)
            before = _before(node, nodes, graph) if second is not None else None
            first = _function(before, alone=False) if before is not None else None
            if second is None or first is None or before is None or before.path == node.path:
                continue
            answers = any(ref.node == node.name for ref in graph.outputs.values())
            if (said := _said(first, second, answers)) is not None:
                note = Note(f"{first} is here", before.path)
                yield Diagnostic(NAME, said, node.path, "key", severity="warning", notes=(note,))


def _before(node: Node, nodes: dict[str, Node], graph: Graph) -> Node | None:
    """What a node reads, behind layers that only drop values."""
    found: Node | None = node
    for _ in range(len(graph.nodes)):
        given = reads(found) if found is not None else []
        found = nodes.get(given[0].node) if len(given) == 1 and given[0].output is None else None
        layer = layer_of(found) if found is not None else None
        if layer is None or layer.name not in SAME_VALUES:
            return found
    return None


def _function(node: Node, alone: bool) -> str | None:
    """The function that a call applies last; `alone`, only where it does nothing else."""
    layer = layer_of(node)
    if layer is None:
        callee = node.callee
        function = callee.function if isinstance(callee, FunctionCall) else None
        return function if function in FUNCTIONS and node.kwargs.get("axis", -1) == -1 else None
    if alone and layer.name not in (*FUNCTION_LAYERS, "Activation"):
        return None
    if layer.name == "ReLU" and set(layer.arguments) - {"trainable", "dtype"}:
        return None  # with a limit or a slope of its own it is another function
    return activation_of(layer)


def _said(first: str, second: str, answers: bool) -> str | None:
    """What two functions in a row do; `answers` where the second gives an output, and no weights inside."""
    if first == second and first in IDEMPOTENT:
        return f"{second} of what went through {first} changes nothing; remove one of them"
    if first in SQUEEZING and second in SQUEEZING:
        return f"{second} of what went through {first} squeezes the answers together; remove one of them"
    if first == "relu" and second in SQUEEZING and answers:
        return f"{second} reads values from -∞ to ∞, and relu took the negative ones; remove the relu"
    return None
