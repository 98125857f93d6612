"""Mistakes with keys: misspelt, left out, given twice, two values exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from mutants import names
from mutants.mutant import Mutant, misspelt
from mutants.original import Original, Place, lines_using
from mutants.roles import CHOSEN

ALWAYS = frozenset(("callee", "call-argument", "block-argument", "tensor-name", "import-parameter"))
"""Roles of keys that something else of the file, or Keras, must know: no other name will do."""


def rename_key(original: Original, random: Random) -> Mutant | None:
    """`units` → `unist`."""
    place = random.choice([place for place in original.places.values() if place.key is not None])
    old = str(place.path[-1])
    new = misspelt(old, random, original.words)
    if new is None or place.key is None:
        return None
    written = original.written(place.key)
    start = original.start(place.key) + written.index(old)
    text = original.edited(start, start + len(old), new)
    uses = lines_using(text, {old}) if place.role in CHOSEN or place.role in ALWAYS else set()
    return Mutant(
        original, "rename-key", place.role, "misspelt", f'"{old}" → "{new}"', text, place.key.line,
        frozenset(uses), _is_needed(original.document, place), place.path,
    )  # fmt: skip


def _is_needed(document: Mapping[str, object], place: Place) -> bool:
    """Whether something of the file surely fails without this key."""
    path, name = place.path, place.path[-1]
    if place.role in ALWAYS:
        return True
    if place.role == "output-name":
        return path[0] == "train"
    if place.role == "variant-setting":
        return len(path) == 3
    if place.role == "parameter":
        return names.reads_parameter(document, path)
    if place.role == "loop-variable":
        return names.reads_loop_variable(document, path)
    if place.role in ("block", "model", "import"):
        return names.calls(document, name)
    if place.role == "input":
        return names.reads_tensor(document, names.graph_of(path), name)
    return False


def drop_key(original: Original, random: Random) -> Mutant | None:
    """A key with its value is left out."""
    place = random.choice([place for place in original.places.values() if place.key is not None])
    text = without(original, place)
    if text is None:
        return None
    old = str(place.path[-1])
    used = {old} if place.role in CHOSEN or place.role == "block-argument" else set()
    used |= names_inside(original, place) | ({"train"} if place.path == ("data",) else set())
    used |= _names_in(place.value) if old in ("as", "name") else set()
    if place.role == "parameter-word" and place.path[0] == "blocks":
        used |= {str(place.path[1])}  # without a default the block's users must give it
    needed = _is_needed(original.document, place) and place.role in CHOSEN - {"tensor-name", "output-name"}
    if old in ("as", "name") and place.role == "wiring":
        graph = names.graph_of(place.path)
        given = _names_in(place.value)
        needed = any(names.reads_tensor(original.document, graph, name) for name in given)
    uses = lines_using(text, used)
    if len(place.siblings) == 1:
        uses |= {place.begin[0]}  # of the empty collection that is left
    return Mutant(
        original, "drop-key", place.role, f"no {_general(place)}", f'without "{old}"', text,
        original.parent_line(place.path), frozenset(uses), needed, place.path,
    )  # fmt: skip


def _names_in(value: object) -> set[str]:
    return {str(name) for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)}


def names_inside(original: Original, place: Place) -> set[str]:
    """The names that a place gives below itself: parameters, blocks, loop variables, tensors."""
    depth = len(place.path)
    below = [
        inner for path, inner in original.places.items() if path[:depth] == place.path and len(path) > depth
    ]
    chosen = {str(inner.path[-1]) for inner in below if inner.role in CHOSEN}
    if place.path[-1] in ("inputs", "outputs"):
        chosen |= {str(inner.value) for inner in below if isinstance(inner.value, str)} | _names_in(
            place.value
        )
    given = [_names_in(inner.value) for inner in below if inner.path[-1] in ("as", "name")]
    return chosen.union(*given)


def _general(place: Place) -> str:
    """A fixed word itself; of a name, its role."""
    return place.role if place.role in CHOSEN or place.role == "block-argument" else str(place.path[-1])


def without(original: Original, place: Place) -> str | None:
    """The text without one key or item; an empty collection stays where it was the only one."""
    index = place.siblings.index(place.path)
    first = original.index(*place.begin)
    last = original.end(place.span)
    if len(place.siblings) == 1:
        return _emptied(original, place)
    if index + 1 < len(place.siblings):
        following = original.places.get(place.siblings[index + 1])
        return None if following is None else original.edited(first, original.index(*following.begin), "")
    before = original.places.get(place.siblings[index - 1])
    if before is None or (place.style in "|>" and place.style):
        return None
    return original.edited(original.end(before.span), last, "")


def _emptied(original: Original, place: Place) -> str | None:
    owner = original.places.get(place.path[:-1])
    if owner is None:
        return None
    return original.edited(
        original.start(owner.span), original.end(owner.span), "{}" if isinstance(owner.value, dict) else "[]"
    )


def duplicate_key(original: Original, random: Random) -> Mutant | None:
    """A key with its value is given once more, behind the last of its mapping or at once."""
    place = random.choice([place for place in original.places.values() if place.key is not None])
    if place.key is None or place.style in ("|", ">"):
        return None
    pair = original.text[original.start(place.key) : original.end(place.span)]
    owner = original.places.get(place.path[:-1])
    opener = original.text[original.start(owner.span)] if owner is not None else ""
    end = original.end(place.span)
    if opener == "{":
        text = original.edited(end, end, f", {pair}")
        line = place.span.end_line
    else:
        rest = original.text.find("\n", end)
        rest = len(original.text) if rest < 0 else rest
        text = original.edited(rest, rest, f"\n{' ' * (place.key.column - 1)}{pair}")
        line = place.span.end_line + 1
    lines = {place.key.line, line, line + pair.count("\n")}
    return Mutant(
        original, "duplicate-key", place.role, "given twice", f'"{place.path[-1]}" twice', text, line,
        frozenset(lines), True, place.path,
    )  # fmt: skip


def swap_values(original: Original, random: Random) -> Mutant | None:
    """Two values of one mapping change places, where they are of different types."""
    scalars = [
        place
        for place in original.places.values()
        if place.key is not None and place.span.line == place.span.end_line and place.value is not None
    ]
    one = random.choice(scalars)
    others = [
        place for place in scalars
        if place.path in one.siblings and type(place.value) is not type(one.value)
    ]  # fmt: skip
    if not others:
        return None
    first, second = sorted((one, random.choice(others)), key=lambda place: place.span)
    left, right = original.written(first.span), original.written(second.span)
    text = original.edited(original.start(second.span), original.end(second.span), left)
    text = text[: original.start(first.span)] + right + text[original.end(first.span) :]
    used = CHOSEN | {"variant-setting", "block-argument"}
    uses = {str(place.path[-1]) for place in (first, second) if place.role in used}
    uses |= names_inside(original, first) | names_inside(original, second)
    return Mutant(
        original, "swap-values", one.role, f"{kind_of(first.value)} and {kind_of(second.value)}",
        f'"{first.path[-1]}" and "{second.path[-1]}" exchanged', text, first.span.line,
        frozenset({second.span.line, *lines_using(text, uses)}), False, one.path,
    )  # fmt: skip


def kind_of(value: object) -> str:
    """What a value is, in a word."""
    if isinstance(value, str):
        return "expression" if "${" in value else "text"
    named = ((bool, "boolean"), (int, "number"), (float, "number"), (list, "list"), (dict, "mapping"))
    return next((name for type, name in named if isinstance(value, type)), "null")
