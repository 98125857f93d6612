"""`--set path=value`: the command line's values over the file's, each still pointing at its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from yamlnet.assembly.merge import SECTIONS, check_kept_type
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, KeyPath, Span
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.syntax.graft import NoSuchPlace, find, labelled, put, replacing, whole
from yamlnet.syntax.parse import parse
from yamlnet.syntax.tree import Branch, Positions, Tree, Value


def apply_settings(tree: Tree, settings: Sequence[str]) -> Tree:
    """A tree with every setting put over it.

    Args:
        tree: the assembled blueprint; it is not changed.
        settings: `path=value`, e.g. `train.epochs=3`; a bare parameter's name means `params.name`.

    Raises:
        BlueprintError: a setting that does not read, or that names nothing that can be set.
    """
    if not isinstance(tree.value, dict):
        return tree
    root, texts = whole(tree), dict(tree.texts)
    for setting in settings:
        path, parsed = _read(setting, root)
        texts[parsed.source] = parsed.text
        new, old = labelled(parsed), find(root, path)
        try:
            root = put(root, path, new if old is None else replacing(old, new))
        except NoSuchPlace as error:
            raise _refused(".".join(map(str, path)), f'there is no "{error.step}" to set') from None
    return replace(tree, value=root.value, positions=root.positions, texts=texts)


def _read(setting: str, root: Branch) -> tuple[KeyPath, Tree]:
    """The path that a setting means in the document, and its value."""
    written, equals, text = setting.partition("=")
    steps: KeyPath = tuple(int(s) if s.isdecimal() else s for s in written.strip().split("."))
    if not equals or not all(str(step) for step in steps):
        raise _refused(setting, "write --set path=value, e.g. --set train.epochs=3")
    params = _params(root.value)
    if steps[0] not in SECTIONS and steps[0] in params:
        steps = ("params", *steps)
    if steps[0] not in SECTIONS:
        known = [*SECTIONS, *params]
        mend = did_you_mean(str(steps[0]), known) or f"; it may set {', '.join(known)}"
        raise _refused(setting, f'--set cannot set "{steps[0]}"{mend}')
    parsed = parse(text if text.strip() else "null", f"--set {written.strip()}")
    if steps[0] == "params" and len(steps) == 2:
        return _parameter(str(steps[1]), params, parsed, setting), parsed
    return steps, parsed


def _parameter(name: str, params: Mapping[str, Value], parsed: Tree, setting: str) -> KeyPath:
    """Where a parameter's value stands, after checking that it keeps its type."""
    if name not in params:
        mend = did_you_mean(name, params) or f"; there are {', '.join(params) or 'none'}"
        raise _refused(setting, f'the blueprint has no parameter "{name}"{mend}')
    if isinstance(params[name], dict):
        return ("params", name, "default")
    message = check_kept_type(name, params[name], parsed.value)
    if message is not None:
        error = BlueprintError([Diagnostic("wrong-type", message, source=parsed.source)])
        error.trees[parsed.source] = parsed
        raise error
    return ("params", name)


def _params(document: Value) -> Mapping[str, Value]:
    params = document.get("params") if isinstance(document, dict) else None
    return params if isinstance(params, dict) else {}


def _refused(setting: str, message: str) -> BlueprintError:
    span = Span(1, 1, 1, len(setting) + 1)
    error = BlueprintError([Diagnostic("override", message, span=span, source="--set")])
    error.trees["--set"] = Tree(None, Positions(span), setting, "--set")
    return error
