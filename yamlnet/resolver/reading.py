"""Reading tensors: what `from` and `with` say, as references to nodes."""

from __future__ import annotations

from msgspec import Struct, field

from yamlnet.catalog.values import shown
from yamlnet.diagnostics.diagnostic import KeyPath, Note
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.evaluate import Unknown
from yamlnet.resolver.filling import Filling
from yamlnet.resolver.given import source_notes
from yamlnet.resolver.left_out import notes_on
from yamlnet.resolver.names import NameMaker
from yamlnet.resolver.plan import LayerCall, Node, SliceCall, TensorRef
from yamlnet.resolver.scope import Body, Tensors
from yamlnet.schema.expressions import is_template
from yamlnet.schema.references import Reference, parse_reference
from yamlnet.schema.words import PREVIOUS, snake_case

MISSING = TensorRef("")
"""Stands for a tensor whose name does not exist, after that was reported."""


class GraphBuilder(Struct):
    """The nodes of one graph so far."""

    names: NameMaker = field(default_factory=NameMaker)
    nodes: list[Node] = field(default_factory=list)
    slices: dict[tuple[TensorRef, str], TensorRef] = field(default_factory=dict)

    def add(self, node: Node) -> TensorRef:
        """Append a node and give its output."""
        self.nodes.append(node)
        return TensorRef(node.name)


def read(reads: object, body: Body, builder: GraphBuilder, filling: Filling, path: KeyPath) -> object:
    """What `from` says with every name replaced by the tensor(s) it is bound to, in the same form."""
    if isinstance(reads, list):
        return [read(item, body, builder, filling, (*path, index)) for index, item in enumerate(reads)]
    if isinstance(reads, dict):
        return {key: read(item, body, builder, filling, (*path, key)) for key, item in reads.items()}
    if not isinstance(reads, str):
        return MISSING  # no name: that was reported
    return read_name(reads, body, builder, filling, path)


def read_name(text: str, body: Body, builder: GraphBuilder, filling: Filling, path: KeyPath) -> Tensors:
    """The tensor(s) that one reference means; an unknown name is reported and gives `MISSING`."""
    if text == PREVIOUS:
        return body.previous
    if is_template(text):
        filled = filling.value(text, body.values, path, body.notes)
        if not isinstance(filled, str):
            if not isinstance(filled, Unknown):
                message = f"a tensor is read by its name, and this is {shown(filled)}"
                notes = (*source_notes(text, body.values), *body.notes)
                filling.problems.add("reference", message, path, notes=notes)
            return MISSING
        text = filled
    try:
        reference = parse_reference(text)
    except ValueError as error:
        filling.problems.add("reference", str(error), path, notes=body.notes)
        return MISSING
    tensors = body.previous if reference.name == PREVIOUS else body.tensors.get(reference.name)
    if tensors is None:
        unknown_name(reference.name, body, builder, filling, path)
        return MISSING
    return _sliced(tensors, reference, text, body, builder, filling, path)


def unknown_name(name: str, body: Body, builder: GraphBuilder, filling: Filling, path: KeyPath) -> None:
    """Report a name that nothing above has given."""
    mend, notes = did_you_mean(name, body.tensors), (*notes_on(name, body.left_out), *body.notes)
    if not mend and (unnamed := _called(name, body, builder)) is not None:
        layer, place = unnamed
        mend = f"; name the {layer}: - {layer}: {{…, as: {snake_case(layer)}}}"
        notes = (Note(f"this {layer} has no name", place), *notes)
    if not mend:
        known = ", ".join(body.tensors) or "nothing"
        mend = f"; named above are {known}" if len(known) < 200 else "; give the tensor a name with `as`"
    message = f'no tensor is called "{name}" here{mend}'
    filling.problems.add("unknown-name", message, path, notes=notes)


def _called(name: str, body: Body, builder: GraphBuilder) -> tuple[str, KeyPath] | None:
    """The last unnamed layer of this list whose class is called what was read: `dense` for a Dense."""
    named = set(body.tensors.values())
    for node in reversed(builder.nodes):
        unnamed = TensorRef(node.name) not in named
        if isinstance(node.callee, LayerCall) and node.used_at == body.used_at and unnamed:
            layer = node.callee.layer.name
            if name.lower() in (layer.lower(), snake_case(layer)):
                return layer, node.path
    return None


def _sliced(
    tensors: Tensors,
    reference: Reference,
    text: str,
    body: Body,
    builder: GraphBuilder,
    filling: Filling,
    path: KeyPath,
) -> Tensors:
    if not reference.index or tensors is MISSING:
        return tensors
    if isinstance(tensors, tuple):
        message = f'"{reference.name}" is {len(tensors)} tensors; name them with `as: [a, b]` and slice one'
        filling.problems.add("reference", message, path, notes=body.notes)
        return MISSING
    key = (tensors, str(reference.index))
    if key not in builder.slices:
        name = builder.names.make(
            body.prefix + body.tags, f"{reference.name.lstrip('_') or 'previous'}_slice"
        )
        node = Node(name, SliceCall(reference.index), (tensors,), {}, path, body.used_at)
        builder.slices[key] = builder.add(node)
    return builder.slices[key]


def flat(found: object) -> list[Tensors]:
    """What was read as a list: one tensor, a list, a mapping's values; tuples of tensors opened."""
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list | tuple):
        return [tensor for item in found for tensor in flat(item)]
    return [found] if isinstance(found, TensorRef) else []
