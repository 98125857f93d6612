"""What Keras's inference lets through and the first batch refuses: looked at before the call.

Recurrent layers do not look at the states they start from, attention does not compare widths, and
`einsum` does not compare the axes that it sums over.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from yamlnet.compiler.explanations.refusal import Read, Refusal, Rule, axes_text, joined, shape_text
from yamlnet.compiler.explanations.reshaping import nearest
from yamlnet.compiler.explanations.widths import missing_axis
from yamlnet.resolver.plan import ObjectSpec

STATES = {"LSTM": ("h", "c"), "GRU": ("h",), "SimpleRNN": ("h",)}
"""What each recurrent layer carries from step to step."""


def started(refusal: Refusal) -> str | None:
    """The states that a recurrent layer starts from: as many as it carries, each as wide as its units."""
    reads = refusal.call.get("initial_state")
    if not reads:
        return None
    arguments, name, times = refusal.arguments, refusal.callee, 1
    if name == "Bidirectional":
        inner = arguments.get("layer")
        if not isinstance(inner, ObjectSpec) or inner.name not in STATES:
            return None
        arguments, name, times = inner.arguments, inner.name, 2
    states, units = STATES[name] * times, arguments.get("units")
    if len(reads) != len(states):
        wanted = f"{len(states)} states" if len(states) > 1 else "one state"
        given = f"initial_state gives {len(reads)}"
        return (
            f"{refusal.callee} starts from {wanted}, {given}; with: {{initial_state: [{', '.join(states)}]}}"
        )
    fits = ((units,), (None,))
    wrong = [(read.name, read.shape) for read in reads if read.shape[1:] not in fits]
    if not wrong or not isinstance(units, int):
        return None
    told = joined(f'"{name}" is {shape_text(shape)}' for name, shape in dict(wrong).items())
    needs = f"{refusal.callee} has units: {units}, so its initial_state must be [{units}]"
    return f"{needs}, and {told}; give both as many units"


def attended(refusal: Refusal) -> str | None:
    """Dot-product attention compares queries with keys feature by feature; each key has a value."""
    reads = refusal.reads
    if len(reads) < 2 or any(len(read.shape) < 3 for read in reads[:3]):
        return None
    query, value = reads[0], reads[1]
    key = reads[2] if len(reads) > 2 else value
    if _unequal(query.shape[-1], key.shape[-1]):
        return (
            f'{refusal.callee} compares "{query.name}" with "{key.name}" feature by feature{refusal.got}: '
            f"{query.shape[-1]} and {key.shape[-1]}; give one a Dense with units: {query.shape[-1]}, or take "
            "MultiHeadAttention"
        )
    if _unequal(value.shape[1], key.shape[1]):
        shapes = f'"{value.name}" is {shape_text(value.shape)}, "{key.name}" is {shape_text(key.shape)}'
        return f"{refusal.callee} needs a key for each value: {shapes}"
    return None


def attended_steps(refusal: Refusal) -> str | None:
    """Attention goes over steps."""
    if all(len(read.shape) > 2 for read in refusal.reads):
        return None
    return f"{refusal.callee} reads sequences [steps, features]{refusal.got}; Reshape makes steps"


def summed(refusal: Refusal) -> str | None:
    """Axes of one letter in an `einsum` have one size."""
    found = clash(refusal)
    if found is None:
        return None
    letter, (one, left), (other, right) = found
    return (
        f'ops.einsum: {refusal.arguments["subscripts"]} calls two axes "{letter}"{refusal.got}: '
        f'{one.shape[left]} in "{one.name}" and {other.shape[right]} in "{other.name}"; they must be equal'
    )


def clash(refusal: Refusal) -> tuple[str, tuple[Read, int], tuple[Read, int]] | None:
    """A letter of an `einsum` that stands for two sizes, and the two axes, counted from the last."""
    subscripts, known = refusal.arguments.get("subscripts"), dict[str, tuple[Read, int]]()
    if not isinstance(subscripts, str) or "." in subscripts:
        return None
    terms = subscripts.partition("->")[0].replace(" ", "").split(",")
    for term, read in zip(terms, refusal.reads, strict=False):
        for index, (letter, size) in enumerate(zip(term, read.shape, strict=False)):
            if size is None:
                continue
            axis = index - len(read.shape)
            owner, first = known.setdefault(letter, (read, axis))
            if owner.shape[first] != size and 1 not in (owner.shape[first], size):
                return letter, (owner, first), (read, axis)
    return None


def regrouped(refusal: Refusal) -> str | None:
    """`ops.reshape` counts the batch: what is not a multiple of a row depends on how many rows come."""
    target, shape = refusal.arguments.get("newshape"), refusal.shape
    if not isinstance(target, list) or target[:1] != [-1] or shape is None or None in shape:
        return None
    row = math.prod(axis for axis in shape if axis is not None)
    wanted = math.prod(axis for axis in target[1:] if isinstance(axis, int))
    if -1 in target[1:] or wanted < 1 or row < 1 or row % wanted == 0 or wanted % row == 0:
        return None
    found = axes_text([-1, *nearest(row, target[1:])])
    return (
        f"ops.reshape to {axes_text(target)} needs a multiple of {wanted:,} numbers, "
        f"and a row {axes_text(shape)} has {row:,}; {found} would fit"
    )


def _unequal(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other


UNSEEN: Mapping[str, Rule] = {
    **dict.fromkeys((*STATES, "Bidirectional"), started),
    "Attention": attended,
    "AdditiveAttention": attended,
    "MultiHeadAttention": attended_steps,
    "ops.einsum": summed,
    "ops.reshape": regrouped,
    "Softmax": missing_axis,
}
"""By callee: the rule that looks at its calls."""
