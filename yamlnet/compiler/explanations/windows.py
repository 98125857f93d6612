"""Windows that are larger than what they move over, and cuts that leave nothing."""

from __future__ import annotations

from yamlnet.compiler.explanations.ranks import WINDOWS
from yamlnet.compiler.explanations.refusal import Refusal


def too_large(refusal: Refusal) -> str | None:
    """A kernel or pool that does not fit into its input."""
    layer, sides = WINDOWS.fullmatch(refusal.callee), _sides(refusal)
    if layer is None or sides is None or refusal.arguments.get("padding", "valid") != "valid":
        return None
    pools = "Pooling" in layer["kind"]
    name = "pool_size" if pools else "kernel_size"
    sizes = _each(refusal.arguments.get(name, 2 if pools else 1), len(sides))
    rates = _each(refusal.arguments.get("dilation_rate", 1), len(sides))
    if sizes is None or rates is None:
        return None
    spans = [(size - 1) * rate + 1 for size, rate in zip(sizes, rates, strict=True)]
    if all(side is None or span <= side for span, side in zip(spans, sides, strict=True)):
        return None
    smallest = min(side for side in sides if side is not None)
    spread = f", spread by dilation_rate over {_by(spans)}," if spans != sizes else ""
    smaller = f", {name}: {smallest} or less" if spans == sizes else ", a smaller dilation_rate"
    mend = f"padding: same{smaller}, or less pooling and fewer strides above"
    noun = "pool" if pools else "kernel"
    told = f"{refusal.callee} has a {noun} of {_by(sizes)}{spread} and reads only {_by(sides)}"
    return f"{told}{refusal.got}; {mend}"


def cut_away(refusal: Refusal) -> str | None:
    """A crop that leaves nothing."""
    sides = _sides(refusal)
    if not refusal.callee.startswith("Cropping") or sides is None:
        return None
    cuts = _cuts(refusal.arguments.get("cropping", 1), len(sides))
    if cuts is None:
        return None
    for (before, after), side in zip(cuts, sides, strict=True):
        if side is not None and before + after >= side:
            told = f"{refusal.callee} cuts {before} + {after} from an axis of {side}"
            return f"{told}{refusal.got}, which leaves nothing"
    return None


def _sides(refusal: Refusal) -> list[int | None] | None:
    """The axes over which the windows move."""
    layer, shape = WINDOWS.fullmatch(refusal.callee), refusal.shape
    if layer is None or shape is None or len(shape) != int(layer["axes"]) + 1:
        return None
    first = refusal.arguments.get("data_format") == "channels_first"
    return list(shape[1:] if first else shape[:-1])


def _each(value: object, axes: int) -> list[int] | None:
    """One number for each axis."""
    if isinstance(value, int):
        return [value] * axes
    if (
        isinstance(value, list | tuple)
        and len(value) == axes
        and all(isinstance(item, int) for item in value)
    ):
        return list(value)
    return None


def _cuts(value: object, axes: int) -> list[tuple[int, int]] | None:
    """What is cut off before and after each axis: a number, one for each axis, or pairs."""
    if isinstance(value, int):
        return [(value, value)] * axes
    if not isinstance(value, list | tuple):
        return None
    if axes == 1 and len(value) == 2 and all(isinstance(item, int) for item in value):
        return [(value[0], value[1])]
    found: list[tuple[int, int]] = []
    for item in value:
        pair = _each(item, 2)
        if pair is None:
            return None
        found.append((pair[0], pair[1]))
    return found if len(found) == axes else None


def _by(sizes: list[int] | list[int | None]) -> str:
    return " × ".join("null" if size is None else str(size) for size in sizes)
