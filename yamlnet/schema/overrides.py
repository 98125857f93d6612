"""`--set path=value`: the command line's values over the file's, each still pointing at its own words."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

from yamlnet.catalog.values import problem
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, KeyPath, Span
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.parameters import implied_type
from yamlnet.syntax.parse import parse
from yamlnet.syntax.tree import Positions, Tree, Value

SECTIONS = ("params", "data", "train", "export")
"""What the command line may override: what a user turns, never the architecture itself."""


def apply_overrides(tree: Tree, settings: Sequence[str]) -> tuple[Tree, dict[KeyPath, Tree]]:
    """A tree with every setting put over it, and the settings' own little trees by path.

    Args:
        tree: the parsed blueprint; it is not changed.
        settings: `path=value`, e.g. `train.epochs=3`; a bare parameter's name means `params.name`.

    Raises:
        BlueprintError: a setting that does not read, or that names nothing that can be set.
    """
    overridden: dict[KeyPath, Tree] = {}
    if not settings or not isinstance(tree.value, dict):
        return tree, overridden
    value = copy.deepcopy(tree.value)
    for setting in settings:
        path, parsed = _read(setting, value)
        _put(value, path, parsed.value)
        overridden[path] = parsed
    return Tree(value, tree.positions, tree.text, tree.source), overridden


def _read(setting: str, document: dict[str, Value]) -> tuple[KeyPath, Tree]:
    """The path that a setting means in the document, and its value."""
    written, equals, text = setting.partition("=")
    steps: tuple[str | int, ...] = tuple(int(s) if s.isdecimal() else s for s in written.strip().split("."))
    if not equals or not all(str(step) for step in steps):
        raise _refused(setting, "write --set path=value, e.g. --set train.epochs=3")
    params = document.get("params")
    if steps[0] not in SECTIONS and isinstance(params, dict) and steps[0] in params:
        steps = ("params", *steps)
    if steps[0] not in SECTIONS:
        known = [*SECTIONS, *(params if isinstance(params, dict) else ())]
        mend = did_you_mean(str(steps[0]), known) or f"; it may set {', '.join(known)}"
        raise _refused(setting, f'--set cannot set "{steps[0]}"{mend}')
    if steps[0] == "params" and len(steps) == 2 and isinstance(params, dict):
        if steps[1] not in params:
            mend = did_you_mean(str(steps[1]), params) or f"; there are {', '.join(params) or 'none'}"
            raise _refused(setting, f'the blueprint has no parameter "{steps[1]}"{mend}')
        if isinstance(params[str(steps[1])], dict):
            steps = (*steps, "default")
    parsed = parse(text if text.strip() else "null", f"--set {written.strip()}")
    if steps[0] == "params" and len(steps) == 2 and isinstance(params, dict):
        _check_parameter(str(steps[1]), params[str(steps[1])], parsed)
    return steps, parsed


def _check_parameter(name: str, default: Value, setting: Tree) -> None:
    """A parameter keeps the type of the default that the file gives it."""
    expected = problem(setting.value, implied_type(default))
    if expected is None:
        return
    message = f'parameter "{name}" must be {expected}, as its default {default} is'
    error = BlueprintError([Diagnostic("wrong-type", message, source=setting.source)])
    error.trees[setting.source] = setting
    raise error


def _refused(setting: str, message: str) -> BlueprintError:
    span = Span(1, 1, 1, len(setting) + 1)
    error = BlueprintError([Diagnostic("override", message, span=span, source="--set")])
    error.trees["--set"] = Tree(None, Positions(span), setting, "--set")
    return error


def _put(document: dict[str, Value], path: KeyPath, value: Value) -> None:
    owner: Value = document
    for step in path[:-1]:
        if isinstance(owner, dict) and isinstance(step, str):
            if not isinstance(owner.get(step), dict | list):
                owner[step] = {}
            owner = owner[step]
        elif isinstance(owner, list) and isinstance(step, int) and step < len(owner):
            owner = owner[step]
        else:
            raise _refused(".".join(map(str, path)), f'there is no "{step}" to set')
    last = path[-1]
    if isinstance(owner, dict):
        owner[str(last)] = value
    elif isinstance(owner, list) and isinstance(last, int) and last < len(owner):
        owner[last] = value
    else:
        raise _refused(".".join(map(str, path)), f'there is no "{last}" to set')


def relocate(found: Diagnostic, overridden: Mapping[KeyPath, Tree]) -> Diagnostic:
    """A diagnostic about a value from the command line, pointing at the command line."""
    for path, tree in overridden.items():
        if found.path[: len(path)] == path:
            return replace(found, path=found.path[len(path) :], at="value", source=tree.source)
    return found
