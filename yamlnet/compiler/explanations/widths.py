"""Axes of the wrong size: unknown features, channels that cannot be grouped, weights made for others."""

from __future__ import annotations

import re

from yamlnet.compiler.explanations.ranks import WINDOWS
from yamlnet.compiler.explanations.refusal import Read, Refusal, axes_count, axes_text, joined

AXIS_ARGUMENTS = ("axis", "axes", "axis1", "axis2", "source", "destination", "shared_axes")

BUILT_FOR = re.compile(r"expected axis (-?\d+) of input shape to have value (\d+)")
WHOLE = re.compile(r"expected shape=\(([^)]*)\), found shape=")


def undefined(refusal: Refusal) -> str | None:
    """A weight is made for each feature, and how many there are is not known."""
    free = (read for read in refusal.reads if None in read.shape[1:])
    read = next(free, None)
    unknown = "fully-defined" in refusal.text or "NoneType" in refusal.text
    if read is None or not unknown or refusal.layer is None:
        return None
    which = "the last axis" if read.shape[-1] is None else "an axis"
    told = f"{refusal.callee} makes its weights for {which}, whose size is null{refusal.got}"
    return f"{told}; {_size_mend(read)}"


def _size_mend(read: Read) -> str:
    if read.callee == "Flatten":
        return f'GlobalAveragePooling1D (or 2D) instead of "{read.name}" takes any size'
    if read.callee == "Input":
        return f'write its size in the shape of the input "{read.name}"'
    return f'"{read.name}" must have one size: write it where null stands, or pool over that axis'


def missing_axis(refusal: Refusal) -> str | None:
    """An argument names an axis that is not there."""
    if not refusal.shapes:
        return None
    rank = len(refusal.shapes[0])
    for name in AXIS_ARGUMENTS:
        named = refusal.arguments.get(name)
        for axis in named if isinstance(named, list | tuple) else [named]:
            if isinstance(axis, int) and not isinstance(axis, bool) and not -rank <= axis < rank:
                return (
                    f"{refusal.callee} has {name}: {axis}{refusal.got}; with the batch, which is axis 0, "
                    f"there are {axes_count(rank)}: {axes_text(range(rank))}, or -1 for the last"
                )
    return None


def grouped(refusal: Refusal) -> str | None:
    """Groups divide the channels."""
    groups, shape = refusal.arguments.get("groups"), refusal.shape
    layer = WINDOWS.fullmatch(refusal.callee)
    if shape is None or not isinstance(groups, int) or groups < 1:
        return None
    if layer is None and refusal.callee != "GroupNormalization":
        return None
    first = refusal.arguments.get("data_format") == "channels_first" or refusal.arguments.get("axis") == 1
    channels = shape[0 if first else -1] if shape else None
    if channels is None or channels % groups == 0:
        return None
    fitting = [str(count) for count in range(1, channels + 1) if channels % count == 0]
    choices = fitting if len(fitting) <= 6 else [*fitting[:3], "…", *fitting[-2:]]
    told = f"{refusal.callee} puts the {channels} channels into groups: {groups}, which does not divide them"
    return f"{told}; {joined(choices)} do"


def built_for(refusal: Refusal) -> str | None:
    """A layer that is called again reads what it was made for."""
    axis = BUILT_FOR.search(refusal.text)
    if axis is None:
        return None
    which = "the last axis" if axis[1] == "-1" else f"axis {axis[1]}"
    built = f"{refusal.callee} was built for {axis[2]} on {which}"
    return f"{built}{refusal.got}; its weights are shared, so its inputs have one shape"


def model_input(refusal: Refusal) -> str | None:
    """A model reads what its inputs say."""
    whole = WHOLE.search(refusal.text)
    if whole is None:
        return None
    axes = [axis.strip().replace("None", "null") for axis in whole[1].split(",") if axis.strip()]
    return f"{refusal.callee} takes [{', '.join(axes[1:])}]{refusal.got}"


def missing_tensor(refusal: Refusal) -> str | None:
    """A call that reads several tensors was given fewer."""
    missing = re.search(r"missing a required argument: '(\w+)'", refusal.text)
    if missing is None:
        return None
    first = refusal.reads[0].name if refusal.reads else "_"
    if "Attention" in refusal.callee:
        mend = f"from: [{first}, {first}] attends to itself, from: [{first}, other] to another tensor"
    else:
        mend = f"from: [{first}, other]"
    return f'{refusal.callee} reads a "{missing[1]}" too; {mend}'
