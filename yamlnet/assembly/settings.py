"""`--set path=value`: the command line's values over the file's, each still pointing at its own words.

Paths of files, those of parameters that are declared as paths, too, are set as on any command line, from the
folder one is in; a blueprint's own words are from the folder of the blueprint.
"""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from yamlnet.assembly.alternatives import displaced
from yamlnet.assembly.data_paths import seen_from
from yamlnet.assembly.merge import SECTIONS, check_kept_type
from yamlnet.diagnostics.diagnostic import BlueprintError, KeyPath, Span
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.syntax.graft import NoSuchPlace, find, labelled, put, replacing, whole, without
from yamlnet.syntax.parse import parse
from yamlnet.syntax.tree import Branch, Tree, Value

SOURCE = "--set"
"""What diagnostics call the command line's settings; each is a line of it."""


def apply_settings(tree: Tree, settings: Sequence[str], problems: Problems) -> Tree:
    """A tree with every setting put over it.

    Args:
        tree: the assembled blueprint; it is not changed.
        settings: `path=value`, e.g. `train.epochs=3`; a bare parameter's name means `params.name`.
        problems: where settings go that do not read, or that name nothing that can be set.
    """
    if not (settings and isinstance(tree.value, dict)):
        return tree
    lines = [" ".join(setting.split()) for setting in settings]
    root, texts = whole(tree), {**tree.texts, SOURCE: "\n".join(lines)}
    for number, setting in enumerate(settings, start=1):
        try:
            path, parsed = _read(setting, root)
            texts[parsed.source] = parsed.text
            for warning in parsed.warnings:
                problems.record(replace(warning, path=()))
            root = _with_setting(root, path, parsed, os.path.dirname(tree.source))
        except _Refused as refused:
            span = Span(number, 1, number, len(lines[number - 1]) + 1, SOURCE)
            problems.add_at(refused.check, str(refused), span)
        except BlueprintError as error:  # the value is no YAML
            texts.update({source: found.text for source, found in error.trees.items()})
            for problem in error.diagnostics:
                problems.record(problem)
    return replace(tree, value=root.value, positions=root.positions, texts=texts)


class _Refused(Exception):
    """A setting that cannot be put over the document; the message says why."""

    def __init__(self, message: str, check: str = "override") -> None:
        super().__init__(message)
        self.check = check


def _with_setting(root: Branch, path: KeyPath, parsed: Tree, folder: str) -> Branch:
    new, old, around = labelled(parsed), find(root, path), find(root, path[:-1])
    if around is not None and (gone := displaced(path[:-1], [str(path[-1])])):
        root = put(root, path[:-1], without(around, gone))
    try:
        return seen_from(put(root, path, new if old is None else replacing(old, new)), path, folder)
    except NoSuchPlace as error:
        written = ".".join(map(str, path))
        raise _Refused(f'there is no "{error.step}" to set in "{written}"') from None


def _read(setting: str, root: Branch) -> tuple[KeyPath, Tree]:
    """The path that a setting means in the document, and its value."""
    written, equals, text = setting.partition("=")
    steps: KeyPath = tuple(int(s) if s.isdecimal() else s for s in written.strip().split("."))
    if not equals or not all(str(step) for step in steps):
        raise _Refused("write --set path=value, e.g. --set train.epochs=3")
    params = _params(root.value)
    if steps[0] not in SECTIONS and steps[0] in params:
        steps = ("params", *steps)
    if steps[0] not in SECTIONS:
        known = [*SECTIONS, *params]
        mend = did_you_mean(str(steps[0]), known) or f"; it may set {', '.join(known)}"
        raise _Refused(f'--set cannot set "{steps[0]}"{mend}')
    parsed = parse(text if text.strip() else "null", f"{SOURCE} {written.strip()}")
    if steps[0] == "params" and len(steps) == 2:
        return _parameter(str(steps[1]), params, parsed), parsed
    return steps, parsed


def _parameter(name: str, params: Mapping[str, Value], parsed: Tree) -> KeyPath:
    """Where a parameter's value stands, after checking that it keeps its type."""
    if name not in params:
        mend = did_you_mean(name, params) or f"; there are {', '.join(params) or 'none'}"
        raise _Refused(f'the blueprint has no parameter "{name}"{mend}')
    if isinstance(params[name], dict):
        return ("params", name, "default")
    message = check_kept_type(name, params[name], parsed.value)
    if message is not None:
        raise _Refused(message, "wrong-type")
    return ("params", name)


def _params(document: Value) -> Mapping[str, Value]:
    params = document.get("params") if isinstance(document, dict) else None
    return params if isinstance(params, dict) else {}
