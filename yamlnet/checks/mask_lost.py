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

from msgspec import Struct

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


class Way(Struct, frozen=True):
    """A mask's way up to some tensor: where it began, and where it was lost, if it was."""

    begun: Node
    lost: Node | None = None


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each layer that would have used a mask which was lost before it."""
    for graph in plan.models.values():
        found, told = ways(graph), set[str]()
        for node in graph.nodes:
            layer = layer_of(node)
            if layer is None or layer.name not in READ_MASKS or set(MASKS) & set(node.kwargs):
                continue
            for way in _before(node, found):
                if way is not None and way.lost is not None and way.lost.name not in told:
                    told.add(way.lost.name)
                    yield _explained(way, way.lost, node)


def ways(graph: Graph) -> dict[str, Way]:
    """For each call after which there still are steps: whether their mask is there, or where it was lost."""
    found: dict[str, Way] = {}
    for node in graph.nodes:
        after = _after(node, layer_of(node), _before(node, found))
        if after is not None:
            found[node.name] = after
    return found


def _before(node: Node, found: dict[str, Way]) -> list[Way | None]:
    """The ways of what a call reads, the tensor whose mask it gives on first."""
    query = node.kwargs.get("query")
    given = [query] if isinstance(query, TensorRef) else []
    return [found.get(ref.node) for ref in (*given, *reads(node))]


def _after(node: Node, layer: ObjectSpec | None, before: list[Way | None]) -> Way | None:
    """The mask's way up to what a call gives; None where there is none, or the steps are gone."""
    if layer is not None and _begins(layer):
        return Way(node)
    if not any(before) and "mask" not in node.kwargs:
        return None
    if layer is not None and layer.name in READ_MASKS and not _gives_on(layer):
        return None
    if layer is not None and "mask" in node.kwargs:
        return Way(node) if _passes(layer) else None
    if layer is not None and _passes(layer):
        return _merged(node, layer, before)
    known = [way for way in before if way is not None]
    if not known or not _keeps_steps(node, layer):
        return None
    lost = next((way for way in known if way.lost is not None), None)
    return lost or Way(known[0].begun, node)


def _merged(node: Node, layer: ObjectSpec, before: list[Way | None]) -> Way | None:
    """What a layer that gives masks on makes of those that it gets."""
    known = [way for way in before if way is not None]
    masked = [way for way in known if way.lost is None]
    if layer.name == "Dot" or not known:
        return None
    if layer.name == "Concatenate":
        return next(iter(masked), known[0])
    if layer.name in MERGING:
        lost = next((way for way in known if way.lost is not None), None)
        return lost or (known[0] if len(masked) == len(before) else Way(masked[0].begun, node))
    return before[0]


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
        return node.callee.function in ELEMENTWISE
    if layer is None:
        return False
    if layer.name == "Reshape":
        shape = layer.arguments.get("target_shape")
        return isinstance(shape, list) and len(shape) == 2
    return layer.name in KEEP_STEPS


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
