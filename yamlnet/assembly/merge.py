"""One document over another: `extends`, and the variants of a file.

Mapping by mapping; a list, a scalar, or another object in the place of an object replaces what stood there,
and so does one of several words of which a place has one (`alternatives`). A parameter is set by its value
alone, whichever way it was declared.
"""

from __future__ import annotations

from msgspec.structs import replace

from yamlnet.assembly.alternatives import displaced
from yamlnet.catalog.values import problem
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.parameters import implied_type
from yamlnet.syntax.graft import replacing, without
from yamlnet.syntax.tree import Branch, Positions, Value

SECTIONS = ("params", "data", "train", "export")
"""What a setting or a variant may change: what a user turns, never the architecture itself."""

PARAMS: KeyPath = ("params",)
IMPORT: KeyPath = ("import",)


def merge(base: Branch, over: Branch, problems: Problems, path: KeyPath = ()) -> Branch:
    """The base with everything that `over` says in the place of what it said.

    Args:
        base: a whole document's branch, or at `path` a part of one.
        over: what goes over it.
        problems: where a parameter that the base lacks is told, at its place in `over`.
        path: where both stand.
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)) or _is_whole(base, over, path):
        return replacing(base, over)
    base = without(base, displaced(path, over.value))
    assert isinstance(base.value, dict)
    value: dict[str, Value] = dict(base.value)
    children, keys = dict(base.positions.children), dict(base.positions.keys)
    for name, item in over.value.items():
        new = Branch(item, over.positions.children[name])
        if path == PARAMS:
            new = _parameter(name, base, new, over.positions, problems)
        elif name in base.value:
            new = merge(Branch(base.value[name], children[name]), new, problems, (*path, name))
        value[name], children[name] = new
        if path != PARAMS or name not in keys or isinstance(item, dict):
            keys[name] = over.positions.keys.get(name, new.positions.span)
    positions = replace(over.positions, keys=keys, children=children, replaced=base.positions.replaced)
    return Branch(value, positions)


def _is_whole(base: Branch, over: Branch, path: KeyPath) -> bool:
    """Whether the two are things that replace each other: objects of different names, imports."""
    if path[:1] == IMPORT and len(path) == 2:
        return True
    objects = [_object_name(base.value), _object_name(over.value)]
    return None not in objects and objects[0] != objects[1]


def _object_name(value: Value) -> str | None:
    """The name of an object in object form: Keras's and ours begin upper-case, users' names do not."""
    if isinstance(value, dict) and len(value) == 1:
        name = next(iter(value))
        return name if name[:1].isupper() else None
    return None


def _parameter(name: str, base: Branch, new: Branch, over: Positions, problems: Problems) -> Branch:
    """A parameter's declaration with its value set, or a declaration in the place of another."""
    assert isinstance(base.value, dict)
    if name not in base.value:
        if not isinstance(new.value, dict):
            mend = did_you_mean(name, base.value) or "; a new one is declared in full: {default: …}"
            _at(problems, "unknown-parameter", f'there is no parameter "{name}" to set{mend}', over, name)
        return new
    old = Branch(base.value[name], base.positions.children[name])
    if not isinstance(old.value, dict):
        message = check_kept_type(name, old.value, new.value) if not isinstance(new.value, dict) else None
        if message is not None:
            problems.add_at("wrong-type", message, new.positions.span)
            return old  # what it would break further on is no news
        return replacing(old, new)
    if isinstance(new.value, dict):
        return replacing(old, new)
    if "default" in old.value:
        new = replacing(Branch(old.value["default"], old.positions.children["default"]), new)
    keys = {**old.positions.keys, "default": new.positions.span}
    children = {**old.positions.children, "default": new.positions}
    return Branch({**old.value, "default": new.value}, replace(old.positions, keys=keys, children=children))


def check_kept_type(name: str, default: Value, value: Value) -> str | None:
    """What is wrong with a value for a parameter that is declared by its default alone, or None."""
    expected = problem(value, implied_type(default))
    return None if expected is None else f'parameter "{name}" must be {expected}, as its default {default} is'


def _at(problems: Problems, check: str, message: str, positions: Positions, key: str) -> None:
    problems.add_at(check, message, positions.keys.get(key, positions.span))
