"""Who gave an axis its size: from a tensor back through a graph to the argument or the input that says it.

The walk needs no Keras: only the graph, and the shape of each tensor as far as it is known. Where it cannot
tell which axis became which, it ends: what it names is sure to have had a say.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct, field
from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import KeyPath, Note
from yamlnet.resolver.given import written_here
from yamlnet.resolver.plan import (
    FunctionCall,
    Graph,
    Input,
    LayerCall,
    ModelCall,
    Node,
    ObjectSpec,
    TensorRef,
    references,
)
from yamlnet.verdicts.passages import Axis, axes_read
from yamlnet.verdicts.verdict import Shape

MOST_STEPS = 10_000
"""Where the walk ends: a graph may have a quarter of a million nodes."""

WIDTHS = ("units", "filters", "output_dim", "embed_dim", "projection_dim")
"""Arguments that say how long the last axis is (or that of the channels)."""

SIZES: Mapping[str, tuple[str, ...]] = {"Resizing": ("height", "width"), "RepeatVector": ("n",)}
"""Layers that say how long the axes before the last one are, by an argument for each."""

WHOLE = ("target_shape", "newshape")
"""Arguments that say every axis; -1 is one that is worked out."""


class Maker(Struct, frozen=True):
    """What gave an axis its size.

    Attributes:
        name: the node's or input's.
        callee: what it calls; `Input` for an input.
        path: the argument that says the size, or the entry that works it out of what it reads.
        size: what became of the axis there; None is a free one.
        before: the shape of what it was made of, where the entry works it out.
        given: the places of what the argument's expression reads.
        axes: whether it says how many axes there are, not how long one of them is.
    """

    name: str
    callee: str
    path: KeyPath
    size: int | None
    before: Shape = ()
    given: tuple[KeyPath, ...] = ()
    axes: bool = False


ShapeOf = Callable[[TensorRef], Shape | None]
"""The shape of a tensor, with the batch axis; None where it is not known."""


class Walk(Struct):
    """One graph to walk back through, and the models that it calls."""

    graph: Graph
    shape: ShapeOf
    models: Mapping[str, Walk] = field(default_factory=dict)
    _nodes: dict[str, Node] = field(default_factory=dict)

    def node(self, name: str) -> Node | None:
        """A node by its name; an input is none."""
        if not self._nodes:
            self._nodes = {node.name: node for node in self.graph.nodes}
        return self._nodes.get(name)

    def input(self, name: str) -> Input | None:
        """An input by its name."""
        return next((given for given in self.graph.inputs if given.name == name), None)

    def makers(self, ref: TensorRef, axes: Sequence[int]) -> Iterator[Maker]:
        """What gave some axes of a tensor their sizes, the nearest first, each once.

        Args:
            ref: the tensor.
            axes: counted from the last: -1, -2, …
        """
        seen: set[tuple[int, TensorRef, int]] = set()
        told: set[tuple[KeyPath, int | None]] = set()
        waiting = deque((self, Axis(ref, axis)) for axis in axes)
        while waiting and len(seen) < MOST_STEPS:
            walk, axis = waiting.popleft()
            key = (id(walk), axis.ref, axis.index)
            if key in seen:
                continue
            seen.add(key)
            maker, before = walk._step(axis)
            waiting.extend(before)
            if maker is not None and (maker.path, maker.size) not in told:
                told.add((maker.path, maker.size))
                yield maker

    def _step(self, axis: Axis) -> tuple[Maker | None, list[tuple[Walk, Axis]]]:
        """What gave one axis its size, if that was decided here, and the axes that it was made of."""
        shape = self.shape(axis.ref)
        if shape is None or not -len(shape) < axis.index < 0:
            return None, []
        size, node = shape[axis.index], self.node(axis.ref.node)
        if node is None:
            given = self.input(axis.ref.node)
            return (_of_input(given, size) if given is not None else None), []
        if isinstance(node.callee, ModelCall):
            return None, self._into(node.callee, axis)
        said = said_by(node, axis.index, shape)
        if said is not None:
            path, given_by = said
            return Maker(node.name, callee_of(node), path, size, given=given_by), []
        reads = [(ref, self.shape(ref)) for ref in (*references(node.args), *references(node.kwargs))]
        found = axes_read(node, axis.index, shape, reads)
        shapes = dict(reads)
        made_of = [known[one.index] for one in found if (known := shapes[one.ref]) is not None]
        joined = len({one.ref for one in found}) > 1
        if joined or made_of == [size]:
            return None, [(self, one) for one in found]
        before = tuple(reversed(made_of))
        return Maker(node.name, callee_of(node), node.path, size, before), [(self, one) for one in found]

    def _into(self, callee: ModelCall, axis: Axis) -> list[tuple[Walk, Axis]]:
        """The output of a called model that an axis belongs to."""
        walk = self.models.get(callee.model)
        if walk is None:
            return []
        outputs = list(walk.graph.outputs.values())
        index = axis.ref.output or 0
        return [(walk, Axis(outputs[index], axis.index))] if index < len(outputs) else []

    def rank_maker(self, ref: TensorRef) -> Maker | None:
        """What last changed how many axes a tensor has: an entry, or an input."""
        walk = self
        for _ in range(MOST_STEPS):
            shape, node = walk.shape(ref), walk.node(ref.node)
            if shape is None:
                return None
            if node is None:
                given = walk.input(ref.node)
                return replace(_of_input(given, None), axes=True) if given is not None else None
            if isinstance(node.callee, ModelCall):
                into = walk._into(node.callee, Axis(ref, -1))
                if not into:
                    return None
                walk, ref = into[0][0], into[0][1].ref
                continue
            before = next(references([*node.args, *node.kwargs.values()]), None)
            known = walk.shape(before) if before is not None else None
            if before is None or known is None or len(known) != len(shape):
                return Maker(node.name, callee_of(node), node.path, None, axes=True)
            ref = before
        return None


def _of_input(given: Input, size: int | None) -> Maker:
    return Maker(given.name, "Input", (*given.path, "shape"), size, given=given.given)


def callee_of(node: Node) -> str:
    """What a node calls, as users write it."""
    callee = node.callee
    if isinstance(callee, LayerCall):
        return callee.layer.name
    if isinstance(callee, FunctionCall):
        return f"{'ops' if callee.kind == 'op' else 'random'}.{callee.function}"
    return callee.model if isinstance(callee, ModelCall) else "this slice"


def said_by(node: Node, axis: int, shape: Shape) -> tuple[KeyPath, tuple[KeyPath, ...]] | None:
    """The argument of a call that says how long an axis is, and the places that its value comes from."""
    if isinstance(node.callee, FunctionCall):
        path = (*node.path, "newshape")
        return (path, node.given.get("newshape", ())) if _says(node.kwargs.get("newshape"), axis) else None
    if not isinstance(node.callee, LayerCall):
        return None
    layer, outer = node.callee.layer, None
    inner = layer.arguments.get("layer")
    if isinstance(inner, ObjectSpec):  # what Bidirectional and TimeDistributed wrap
        layer, outer = inner, "layer"
    name = _naming(layer, axis, shape)
    if name is None:
        return None
    path = layer.path if name == layer.unnamed else (*layer.path, name)
    return path, node.given.get(outer or name, ())


def _naming(layer: ObjectSpec, axis: int, shape: Shape) -> str | None:
    """The argument of a layer that says how long an axis is."""
    arguments, size = layer.arguments, shape[axis]
    for name in WHOLE:
        if _says(arguments.get(name), axis):
            return name
    sizes = SIZES.get(layer.name, ())
    if -len(sizes) - 1 <= axis < -1 and (name := sizes[axis + 1]) in arguments:
        return name
    first = arguments.get("data_format") == "channels_first"
    if size is None or axis != (1 - len(shape) if first else -1):
        return None
    return next((name for name in WIDTHS if arguments.get(name) in (size, size / 2)), None)


def _says(value: object, axis: int) -> bool:
    """Whether a list of sizes has one for an axis."""
    return isinstance(value, list | tuple) and len(value) >= -axis and value[axis] != -1


def makers_told(walk: Walk, ref: TensorRef, axes: Sequence[int], most: int) -> Iterator[Note]:
    """Notes that say who gave some axes of a tensor their sizes."""
    return _told(walk, ref, list(islice(walk.makers(ref, axes), most)))


def largest_told(walk: Walk, ref: TensorRef, axes: Sequence[int], among: int) -> Iterator[Note]:
    """The same of two: the nearest, and of the next `among` the largest number that somebody wrote."""
    nearest, *others = list(islice(walk.makers(ref, axes), among + 1)) or (None,)
    largest = max(others, key=lambda maker: (not maker.before, maker.size or 0), default=None)
    return _told(walk, ref, [maker for maker in (nearest, largest) if maker is not None])


def _told(walk: Walk, ref: TensorRef, makers: Sequence[Maker]) -> Iterator[Note]:
    for maker in makers:
        yield told(ref.node, walk.shape(ref) or (), maker)
        yield from written_here(maker.given)


def told(name: str, shape: Shape, maker: Maker) -> Note:
    """What a maker did for the tensor of a name and shape."""
    if maker.before:
        sizes = ", ".join(map(_size, maker.before))
        before = f"[{sizes}]" if len(maker.before) > 1 else sizes
        return Note(f'"{maker.name}" makes {_size(maker.size)} of {before}', maker.path)
    if maker.axes:
        return Note(f'"{maker.name}" gives "{name}" its axes', maker.path)
    size = _size(maker.size)
    gets = f'"{name}" gets its {size}' if maker.size in shape[1:] else f"the {size} comes"
    return Note(f"{gets} from here", maker.path, at="value")


def _size(size: int | None) -> str:
    return "null" if size is None else str(size)
