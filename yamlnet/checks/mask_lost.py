"""mask-lost: what should be passed over still is where it matters.

Embedding with mask_zero: true, and Masking, say which steps of a sequence are padding. Recurrent layers,
attention and GlobalAveragePooling1D pass over them, if every layer on the way gives the mask on. Keras's
operations, slices, convolutions and poolings do not, and adding a tensor that has no mask drops it: the
layer behind them reads the padding as if it were text. Use the layer (Add) for the operation (ops.add), let
both sides have a mask, or give the mask by hand: with: {mask: NAME}.

Fails:

    model:
      inputs: {words: {shape: [20], dtype: int32}}
      layers:
        - Embedding: {input_dim: 1000, output_dim: 16, mask_zero: true}
        - Conv1D: {filters: 16, kernel_size: 3, padding: same}
        - LSTM: 32
        - Dense: 2

Passes:

    model:
      inputs: {words: {shape: [20], dtype: int32}}
      layers:
        - Embedding: {input_dim: 1000, output_dim: 16, mask_zero: true}
        - LSTM: 32
        - Dense: 2
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yamlnet.catalog.load import catalog
from yamlnet.checks.tracing import argument, layer_of, reads
from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import FunctionCall, Graph, Node, ObjectSpec, Plan, SliceCall, TensorRef

NAME = "mask-lost"

RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")
ATTENTION = ("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention")
READ_MASKS = (*RECURRENT, *ATTENTION, "GlobalAveragePooling1D")
"""Layers whose result is another with the mask than without it."""

MASKS = ("mask", "query_mask", "value_mask", "key_mask", "attention_mask", "use_causal_mask")

MERGING = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
"""Layers that give a mask on only where all that they read has one."""

KEEP_STEPS = (
    "Conv1D", "SeparableConv1D", "DepthwiseConv1D", "MaxPooling1D", "AveragePooling1D", "UpSampling1D",
    "ZeroPadding1D", "Cropping1D", "EinsumDense", "RMSNormalization",
)  # fmt: skip
"""Layers without a mask after which there are still steps, so that it was lost and not used up."""

ELEMENTWISE = (
    "add", "subtract", "multiply", "divide", "true_divide", "maximum", "minimum", "relu", "gelu", "silu",
    "tanh", "sigmoid", "cast", "sqrt", "square", "negative", "where", "concatenate", "leaky_relu",
    "elu", "softplus",
)  # fmt: skip
"""Operations that keep the steps as they are."""


@dataclass(frozen=True, slots=True)
class Way:
    """A mask's way up to some tensor: where it began, and where it was lost, if it was."""

    begun: Node
    lost: Node | None = None


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each layer that would have used a mask which was lost before it."""
    for graph in plan.models.values():
        yield from _lost(graph)


def _lost(graph: Graph) -> Iterator[Diagnostic]:
    ways: dict[str, Way] = {}
    told: set[str] = set()
    for node in graph.nodes:
        before = [ways.get(ref.node) for ref in reads(node)]
        layer = layer_of(node)
        if layer is not None and layer.name in READ_MASKS and not set(MASKS) & set(node.kwargs):
            for way in before:
                if way is not None and way.lost is not None and way.lost.name not in told:
                    told.add(way.lost.name)
                    yield _explained(way, way.lost, node)
        after = _after(node, layer, before)
        if after is not None:
            ways[node.name] = after


def _after(node: Node, layer: ObjectSpec | None, before: list[Way | None]) -> Way | None:
    """The mask's way up to what a node gives; None where it has none, or what becomes of it is not known."""
    if layer is not None and _begins(layer):
        return Way(node)
    ways = [way for way in before if way is not None]
    if not ways or (layer is not None and layer.name in READ_MASKS and not _gives_on(layer)):
        return None
    masked = [way for way in ways if way.lost is None]
    if not masked:
        return ways[0] if _keeps_steps(node, layer) else None
    if layer is not None and layer.name in MERGING and len(masked) < len(before):
        return Way(masked[0].begun, node) if len(ways) == len(before) or _all_known(before) else None
    if layer is not None and _passes(layer):
        return (
            masked[0]
            if layer.name in (*ATTENTION, *MERGING) and before[0] is None
            else before[0] or masked[0]
        )
    return Way(masked[0].begun, node) if _keeps_steps(node, layer) else None


def _all_known(before: list[Way | None]) -> bool:
    return len(before) > 1


def _begins(layer: ObjectSpec) -> bool:
    return layer.name == "Masking" or (
        layer.name in ("Embedding", "ReversibleEmbedding") and argument(layer, "mask_zero") is True
    )


def _passes(layer: ObjectSpec) -> bool:
    entry = catalog().find("layer", layer.name)
    return entry is not None and entry.masking


def _gives_on(layer: ObjectSpec) -> bool:
    """Whether a layer that uses a mask gives its steps on, with it."""
    inner = layer.arguments.get("layer")
    if layer.name == "Bidirectional" and isinstance(inner, ObjectSpec):
        layer = inner
    if layer.name in RECURRENT:
        return argument(layer, "return_sequences") is True
    return layer.name in ATTENTION


def _keeps_steps(node: Node, layer: ObjectSpec | None) -> bool:
    """Whether what a node gives still has the steps that the mask is about."""
    if isinstance(node.callee, SliceCall):
        kept = node.callee.index[:2]
        return all(part is Ellipsis or isinstance(part, slice) for part in kept)
    if isinstance(node.callee, FunctionCall):
        return node.callee.function in ELEMENTWISE and _one_tensor_of_steps(node)
    if layer is None:
        return False
    if layer.name == "Reshape":
        shape = layer.arguments.get("target_shape")
        return isinstance(shape, list) and len(shape) == 2
    return layer.name in KEEP_STEPS or _passes(layer)


def _one_tensor_of_steps(node: Node) -> bool:
    return any(isinstance(ref, TensorRef) for ref in reads(node))


def _explained(way: Way, lost: Node, user: Node) -> Diagnostic:
    what, layer = _name(user), layer_of(lost)
    if layer is not None and layer.name in MERGING:
        said = f"{_name(lost)} reads one tensor with a mask and one without, and gives none on"
        mend = "let both have one"
    else:
        said = f"{_name(lost)} gives no mask on"
        mend = f"use the layer instead, or give {what} the mask by hand: with: {{mask: NAME}}"
        if not isinstance(lost.callee, FunctionCall):
            mend = f"give {what} the mask by hand: with: {{mask: NAME}}"
    message = f"{said}, and {what} would pass over what it hides; {mend}"
    notes = (Note("the mask begins here", way.begun.path), Note(f"{what} reads on without it", user.path))
    return Diagnostic(NAME, message, lost.path, "key", severity="warning", notes=notes)


def _name(node: Node) -> str:
    """What a node calls, as the file names it."""
    layer = layer_of(node)
    if layer is not None:
        return layer.name
    return f"ops.{node.callee.function}" if isinstance(node.callee, FunctionCall) else "a slice"
