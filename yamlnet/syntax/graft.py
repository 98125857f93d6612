"""Putting parts of one tree into another: values and places together, the originals unchanged."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import KeyPath, Span
from yamlnet.syntax.tree import Branch, Positions, Tree, Value


class NoSuchPlace(Exception):
    """A path leads through something that is neither a mapping nor a list; `step` is where."""

    def __init__(self, step: str | int) -> None:
        super().__init__(str(step))
        self.step = step


def whole(tree: Tree) -> Branch:
    """A whole tree as a branch."""
    return Branch(tree.value, tree.positions)


def find(root: Branch, path: KeyPath) -> Branch | None:
    """The part of a branch at a path, or None where nothing is written."""
    for step in path:
        try:
            inner = _child(root, step)
        except NoSuchPlace:
            return None
        if inner is None:
            return None
        root = inner
    return root


def labelled(tree: Tree) -> Branch:
    """A whole tree with the name of its file in every span, ready to stand in another file's tree."""
    return Branch(tree.value, _labelled(tree.positions, tree.source))


def _labelled(positions: Positions, source: str) -> Positions:
    return replace(
        positions,
        span=_in_file(positions.span, source),
        keys={key: _in_file(span, source) for key, span in positions.keys.items()},
        children={step: _labelled(child, source) for step, child in positions.children.items()},
    )


def _in_file(span: Span, source: str) -> Span:
    return span if span.source else replace(span, source=source)


def put(root: Branch, path: KeyPath, new: Branch, key: Span | None = None) -> Branch:
    """The branch with another in place of what stands at a path; mappings on the way are made.

    Args:
        root: where to put it; it is not changed.
        path: not empty.
        new: what to put.
        key: where the last step's key is written, if it is new.

    Raises:
        NoSuchPlace: a step leads into a scalar or beyond a list.
    """
    step, *rest = path
    old = _child(root, step)
    if rest:
        inner = old if old is not None and isinstance(old.value, dict | list) else _empty(new)
        new = put(inner, tuple(rest), new, key)
    return _with_child(root, step, new, key or new.positions.span)


def _child(root: Branch, step: str | int) -> Branch | None:
    """What stands at one step; None where a mapping lacks it."""
    value, positions = root
    if isinstance(value, dict):
        name = str(step)
        return Branch(value[name], positions.children[name]) if name in value else None
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return Branch(value[step], positions.children[step])
    raise NoSuchPlace(step)


def _empty(like: Branch) -> Branch:
    return Branch({}, Positions(like.positions.span))


def replacing(old: Branch, new: Branch) -> Branch:
    """The new branch, remembering what it stands in the place of."""
    return Branch(new.value, replace(new.positions, replaced=old))


def without(mapping: Branch, names: Collection[str]) -> Branch:
    """A mapping without some of its keys, if it has them, remembering what they were."""
    if not isinstance(mapping.value, dict) or mapping.value.keys().isdisjoint(names):
        return mapping
    kept = {name: item for name, item in mapping.value.items() if name not in names}
    keys = {name: span for name, span in mapping.positions.keys.items() if name in kept}
    children = {step: child for step, child in mapping.positions.children.items() if step in kept}
    positions = replace(mapping.positions, keys=keys, children=children)
    return replacing(mapping, Branch(kept, positions))


def replaced(positions: Positions) -> Iterator[Value]:
    """Every value that another was set in the place of, at the places below and before."""
    waiting = [positions]
    while waiting:
        one = waiting.pop()
        waiting += one.children.values()
        if one.replaced is not None:
            yield one.replaced.value
            waiting.append(one.replaced.positions)


def _with_child(root: Branch, step: str | int, child: Branch, key: Span) -> Branch:
    value, positions = root
    if isinstance(value, list):
        assert isinstance(step, int)
        items = [*value[:step], child.value, *value[step + 1 :]]
        return Branch(items, replace(positions, children={**positions.children, step: child.positions}))
    assert isinstance(value, dict)
    name = str(step)
    children = {**positions.children, name: child.positions}
    keys = positions.keys if name in positions.keys else {**positions.keys, name: key}
    return Branch({**value, name: child.value}, replace(positions, keys=keys, children=children))
