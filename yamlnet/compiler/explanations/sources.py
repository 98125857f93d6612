"""The notes below a refused call: what it reads, and who gave the axes in question their sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from yamlnet.compiler.explanations.blame import Blame
from yamlnet.compiler.explanations.explain import Explanation
from yamlnet.compiler.explanations.refusal import Read, shape_text
from yamlnet.diagnostics.diagnostic import KeyPath, Note
from yamlnet.resolver.given import written_here
from yamlnet.resolver.plan import Node, TensorRef
from yamlnet.verdicts.makers import Maker, Walk, told

MOST_MAKERS = 3
"""Of each tensor; a joined one may be made of hundreds."""

MOST_READS = 8
"""Tensors that are traced."""


def source_notes(node: Node, reads: Iterable[Read], explanation: Explanation, walk: Walk) -> tuple[Note, ...]:
    """The uses of blocks that led to a refused call, what it reads, and where sizes come from.

    Args:
        node: the call.
        reads: what it reads, each tensor once.
        explanation: why it is refused.
        walk: the graph that it is in.
    """
    found: dict[tuple[str, KeyPath], Note] = {}
    notes = [Note("used here", path) for path in node.used_at]
    for name in explanation.arguments:
        notes += written_here(node.given.get(name, ()))
    blames = _merged(explanation.blames)
    for index, read in enumerate(reads):
        notes += _of_read(read, blames.get(_ref(read)) if index < MOST_READS else None, walk)
    for note in notes:
        found.setdefault((note.message, note.path), note)
    return tuple(found.values())


def _merged(blames: Iterable[Blame]) -> Mapping[TensorRef, Blame]:
    return {_ref(blame.read): blame for blame in blames}


def _ref(read: Read) -> TensorRef:
    return TensorRef(read.name, read.output)


def _of_read(read: Read, blame: Blame | None, walk: Walk) -> Iterator[Note]:
    """What a tensor's shape is, at the argument that gives it its size, or else who does."""
    makers = _makers(blame, walk) if blame is not None else []
    own = next((maker for maker in makers if maker.name == read.name), None)
    gives = f'"{read.name}" gives shape {shape_text(read.shape)}'
    said = own is not None and not (own.before or own.axes)
    yield Note(gives, own.path, at="value") if own is not None and said else Note(gives, read.path)
    for maker in makers:
        if maker.name != read.name:
            yield told(read.name, read.shape, maker)
        yield from written_here(maker.given)


def _makers(blame: Blame, walk: Walk) -> list[Maker]:
    ref = _ref(blame.read)
    if not blame.axes:
        maker = walk.rank_maker(ref)
        return [maker] if maker is not None else []
    found = zip(walk.makers(ref, blame.axes), range(MOST_MAKERS), strict=False)
    return [maker for maker, _ in found]
