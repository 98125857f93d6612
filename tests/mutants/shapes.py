"""Mistakes of shape: what only the layers together can say. They are judged where shapes are inferred.

A width, a window, an axis, a target shape or an input's shape becomes another. Where the change is surely a
mistake (a window larger than any image, an axis that no tensor has) the mutant says so; of a width or a
rank only Keras knows, whose refusal must then be told in our words and at our places.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mutants.mutant import Mutant
from mutants.names import at, graph_of
from mutants.original import Original, Place, lines_using

IN_GRAPHS = ("model", "models", "blocks")
WIDTHS = ("units", "filters", "output_dim", "dim")
WINDOWS = ("kernel_size", "pool_size")
PADDED = ("same", "causal")


def other_width(original: Original, random: Random) -> Mutant | None:
    """A layer is wider or narrower than it was."""
    new = random.choice(("13", "1", "97"))
    return _argument(original, random, WIDTHS, new, "other-width", breaking=False)


def huge_window(original: Original, random: Random) -> Mutant | None:
    """A kernel or a pooling window is larger than any image of the gallery."""
    return _argument(original, random, WINDOWS, "5000", "huge-window", breaking=True)


def wrong_axis(original: Original, random: Random) -> Mutant | None:
    """An axis that no tensor has."""
    return _argument(original, random, ("axis", "axes"), "9", "wrong-axis", breaking=True)


def input_rank(original: Original, random: Random) -> Mutant | None:
    """An input has an axis less; where inputs or outputs are a list of names, that has a name less."""
    shapes = [
        place
        for place in _inside_graphs(original)
        if place.role in ("input", "input-word", "graph-word")
        and isinstance(place.value, list)
        and len(place.value) > 1
        and place.span.line == place.span.end_line
    ]
    if not shapes:
        return None
    place = random.choice(shapes)
    written = original.written(place.span)
    new = f"[{written[1:-1].rpartition(',')[0]}]"
    name = next(str(step) for step in reversed(place.path) if step != "shape")
    text = original.edited(original.start(place.span), original.end(place.span), new)
    first = original.places.get((*graph_of(place.path), "layers", 0))
    uses = lines_using(text, {name}) | (_lines(first) if first is not None else set())
    assert isinstance(place.value, list)
    lost = place.value[-1]
    uses |= lines_using(text, {lost}) if isinstance(lost, str) and "${" not in lost else set()
    return Mutant(
        original, "input-rank", place.role, "an axis less", f"{written} → {new}", text, place.span.line,
        frozenset(uses), False, place.path,
    )  # fmt: skip


def _argument(
    original: Original, random: Random, names: tuple[str, ...], new: str, kind: str, breaking: bool
) -> Mutant | None:
    """One argument of a layer or an operation with another value."""
    found = [
        place
        for place in _inside_graphs(original)
        if place.role == "argument" and place.path[-1] in names and not _is_padded(original, place)
    ]
    if not found:
        return None
    place = random.choice(found)
    text = original.edited(original.start(place.span), original.end(place.span), new)
    what = f"{place.path[-1]}: {original.written(place.span)} → {new}"
    surely = breaking and _is_reached(original, place)
    return Mutant(
        original, kind, place.role, str(place.path[-1]), what, text, place.span.line,
        frozenset(_around(original, place, text)), surely, place.path,
    )  # fmt: skip


def _inside_graphs(original: Original) -> Iterator[Place]:
    return (place for place in original.places.values() if place.path[0] in IN_GRAPHS)


def _is_padded(original: Original, place: Place) -> bool:
    """Whether a window may be of any size, because the layer pads what it reads."""
    body = at(original.document, place.path[:-1])
    padding = body.get("padding") if isinstance(body, dict) else None
    return place.path[-1] in WINDOWS and isinstance(padding, str) and (padding in PADDED or "${" in padding)


def _is_reached(original: Original, place: Place) -> bool:
    """Whether the entry stands in the model itself, always, and every size is known before it."""
    model = original.document.get("model")
    sizes = str(model.get("inputs")) if isinstance(model, dict) else "None"
    body = at(original.document, place.path[:-1])
    conditional = isinstance(body, dict) and "if" in body
    return place.path[0] == "model" and len(place.path) == 5 and "None" not in sizes and not conditional


def _around(original: Original, place: Place, text: str) -> set[int]:
    """The lines of the entry, of the next one, of those that read it by name, and of uses of its block."""
    depth = max(index for index, step in enumerate(place.path) if isinstance(step, int)) + 1
    entry = original.places.get(place.path[:depth], place)
    following = entry.siblings[entry.siblings.index(entry.path) + 1 :][:1] if entry is not place else ()
    found = _lines(entry)
    for path in following:
        found |= _lines(original.places[path])
    body = at(original.document, place.path[:-1])
    given = {
        str(body[word])
        for word in ("as", "name")
        if isinstance(body, dict) and isinstance(body.get(word), str)
    }
    block = {str(place.path[1])} if place.path[0] == "blocks" else set()
    return found | lines_using(text, given | block)


def _lines(place: Place) -> set[int]:
    return set(range(place.span.line, place.span.end_line + 1))
