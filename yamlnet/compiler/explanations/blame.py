"""Which axes of what a refused call reads, and which of its arguments, a refusal is about.

Each rule that explains refusals has its line here: the reader is then shown who gave those axes their sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from yamlnet.compiler.explanations import attention, merging, ranks, reshaping, unseen, widths, windows
from yamlnet.compiler.explanations.refusal import Read, Refusal, Rule


class Blame(Struct, frozen=True):
    """One tensor and its axes in question, counted from the last; without axes how many it has is."""

    read: Read
    axes: tuple[int, ...] = ()


Blames = Callable[[Refusal], Iterable[Blame]]


def blames(refusal: Refusal, rule: Rule | None) -> tuple[list[Blame], tuple[str, ...]]:
    """The axes that a refusal is about, and the arguments of the call.

    Args:
        refusal: what was refused.
        rule: what explained it; None where Keras's own words were taken.
    """
    if rule is None:
        return list(_last(refusal)), tuple(refusal.arguments)
    find, arguments = ABOUT.get(rule, (_nothing, ()))
    return list(find(refusal)), arguments


def _nothing(refusal: Refusal) -> Iterable[Blame]:
    return ()


def _rank(refusal: Refusal) -> Iterable[Blame]:
    """How many axes the first tensor has."""
    return (Blame(read) for read in refusal.reads[:1])


def _ranks(refusal: Refusal) -> Iterable[Blame]:
    return (Blame(read) for read in refusal.reads)


def _last(refusal: Refusal) -> Iterable[Blame]:
    return (Blame(read, (-1,)) for read in refusal.reads if len(read.shape) > 1)


def _all(refusal: Refusal) -> Iterable[Blame]:
    """Every axis of the first tensor but the batch."""
    return (Blame(read, _behind_batch(read)) for read in refusal.reads[:1])


def _behind_batch(read: Read) -> tuple[int, ...]:
    return tuple(range(-1, -len(read.shape), -1))


def _first_free(refusal: Refusal) -> Iterable[Blame]:
    for read in refusal.reads:
        free = tuple(axis for axis in _behind_batch(read) if read.shape[axis] is None)
        if free:
            return (Blame(read, free),)
    return ()


def _channels(refusal: Refusal) -> Iterable[Blame]:
    first = refusal.arguments.get("data_format") == "channels_first" or refusal.arguments.get("axis") == 1
    return (Blame(read, (1 - len(read.shape) if first else -1,)) for read in refusal.reads[:1])


def _sides(refusal: Refusal) -> Iterable[Blame]:
    """The axes over which windows move."""
    first = refusal.arguments.get("data_format") == "channels_first"
    for read in refusal.reads[:1]:
        axes = _behind_batch(read)
        yield Blame(read, axes[:-1] if first else axes[1:])


def _built_for(refusal: Refusal) -> Iterable[Blame]:
    found = widths.BUILT_FOR.search(refusal.text)
    return _named(refusal.reads[:1], int(found[1])) if found is not None else ()


def _named(reads: Iterable[Read], axis: object) -> Iterable[Blame]:
    """An axis by its number, counted with the batch or from the last."""
    for read in reads:
        index = axis - len(read.shape) if isinstance(axis, int) and axis >= 0 else axis
        if isinstance(index, int) and -len(read.shape) < index < 0:
            yield Blame(read, (index,))


def _by_argument(name: str) -> Blames:
    return lambda refusal: _named(refusal.reads[:1], refusal.arguments.get(name))


def _of_model(refusal: Refusal) -> Iterable[Blame]:
    """The axes that a called model has otherwise."""
    found = widths.WHOLE.search(refusal.text)
    wanted = [axis.strip() for axis in found[1].split(",") if axis.strip()] if found is not None else []
    for read in refusal.reads:
        if len(read.shape) != len(wanted):
            yield Blame(read)
        else:
            yield Blame(read, tuple(a for a in _behind_batch(read) if str(read.shape[a]) != wanted[a]))


def _different(refusal: Refusal) -> Iterable[Blame]:
    """The axes in which two tensors that are added differ."""
    pair = merging.unlike(refusal)
    if pair is None:
        return ()
    if len(pair[0].shape) != len(pair[1].shape):
        return (Blame(read) for read in pair)
    axes = tuple(axis for axis, _, _ in merging.differing(*pair))
    return (Blame(read, axes) for read in pair)


def _beside_joined(refusal: Refusal) -> Iterable[Blame]:
    """The axes along which tensors are not joined, where they differ."""
    if len({len(read.shape) for read in refusal.reads}) > 1:
        return _ranks(refusal)
    axes = [
        axis for axis in _behind_batch(refusal.reads[0]) if len({r.shape[axis] for r in refusal.reads}) > 1
    ]
    return (Blame(read, tuple(axes)) for read in refusal.reads)


def _dotted(refusal: Refusal) -> Iterable[Blame]:
    axes = refusal.arguments.get("axes")
    pair = axes if isinstance(axes, list | tuple) else [axes, axes]
    for read, axis in zip(refusal.reads, pair, strict=False):
        yield from _named([read], axis)


def _multiplied(refusal: Refusal) -> Iterable[Blame]:
    return (Blame(read, (axis,)) for read, axis in zip(refusal.reads, (-1, -2), strict=False))


def _keys(refusal: Refusal) -> Iterable[Blame]:
    """What differs between values and keys."""
    value, key = refusal.reads[1:3]
    if len(value.shape) != len(key.shape):
        return (Blame(value), Blame(key))
    axes = tuple(axis for axis in _behind_batch(value)[1:] if value.shape[axis] != key.shape[axis])
    return (Blame(value, axes), Blame(key, axes))


def _states(refusal: Refusal) -> Iterable[Blame]:
    return (Blame(read, (-1,)) for read in refusal.call.get("initial_state", ()) if len(read.shape) == 2)


def _attended(refusal: Refusal) -> Iterable[Blame]:
    """Queries and keys by their features, keys and values by their steps."""
    query, value = refusal.reads[:2]
    key = refusal.reads[2] if len(refusal.reads) > 2 else value
    if query.shape[-1] != key.shape[-1]:
        return (Blame(query, (-1,)), Blame(key, (-1,)))
    return (Blame(value, (1 - len(value.shape),)), Blame(key, (1 - len(key.shape),)))


def _flat(refusal: Refusal) -> Iterable[Blame]:
    return (Blame(read) for read in refusal.reads if len(read.shape) < 3)


def _lettered(refusal: Refusal) -> Iterable[Blame]:
    """The two axes of one letter."""
    clash = unseen.clash(refusal)
    return (Blame(read, (axis,)) for read, axis in clash[1:]) if clash is not None else ()


WINDOWS = ("kernel_size", "pool_size", "dilation_rate", "padding", "strides")

ABOUT: Mapping[Rule, tuple[Blames, tuple[str, ...]]] = {
    widths.built_for: (_built_for, ()),
    widths.model_input: (_of_model, ()),
    ranks.windows: (_rank, ()),
    ranks.recurrent: (_rank, ()),
    ranks.repeated: (_rank, ()),
    ranks.distributed: (_rank, ()),
    ranks.scalar: (_rank, ()),
    ranks.moved: (_rank, ("dims",)),
    widths.undefined: (_first_free, ()),
    widths.grouped: (_channels, ("groups",)),
    merging.concatenated: (_beside_joined, ("axis",)),
    merging.dotted: (_dotted, ("axes",)),
    merging.multiplied: (_multiplied, ()),
    merging.elementwise: (_different, ()),
    windows.too_large: (_sides, WINDOWS),
    windows.cut_away: (_sides, ("cropping",)),
    reshaping.reshaped: (_all, ("target_shape",)),
    reshaping.squeezed: (_by_argument("axis"), ("axis",)),
    reshaping.split: (_by_argument("axis"), ("axis", "indices_or_sections")),
    reshaping.transposed: (_rank, ("axes",)),
    reshaping.sliced: (_all, ()),
    attention.keys_and_values: (_keys, ()),
    widths.missing_axis: (_rank, widths.AXIS_ARGUMENTS),
    ranks.by_keras: (_rank, ()),
    unseen.started: (_states, ("units", "layer")),
    unseen.attended: (_attended, ()),
    unseen.attended_steps: (_flat, ()),
    unseen.summed: (_lettered, ("subscripts",)),
    unseen.regrouped: (_all, ("newshape",)),
}
"""By rule: the axes that it is about, and the arguments; a count of tensors is about neither."""
