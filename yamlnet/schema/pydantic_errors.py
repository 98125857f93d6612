"""From pydantic's errors to diagnostics: our words, the user's paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import ValidationError

from yamlnet.catalog.values import shown, text_mend
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import MOST, Problems
from yamlnet.diagnostics.suggest import closest, did_you_mean
from yamlnet.schema.habits import key_mend
from yamlnet.schema.rewriting import list_mend, mapping_mend, value_mend
from yamlnet.schema.sections import Document, section_keys
from yamlnet.schema.words import IMPORT, IMPORTED, NOT_YET

MISPLACED = "indentation"
"""The check that tells of a key which stands a level too deep, or not deep enough."""

GLUED_DASH = re.compile(r"-[A-Za-z]")


def report(error: ValidationError, section: type, value: object, path: KeyPath, problems: Problems) -> None:
    """Add every error of one pydantic validation, each at its place in the file."""
    found = error.errors(include_url=False)[:MOST]
    told = _tell_too_deep(found, section, value, path, problems)
    details = [one for one in found if not any(one["loc"][: len(place)] == place for place in told)]
    misspelt = {
        (*where[:-1], closest(str(where[-1]), section_keys(_section_at(section, where[:-1]))))
        for where in (detail["loc"] for detail in details if detail["type"] == "extra_forbidden")
    }
    misplaced = {
        detail["loc"]: place
        for detail in details
        if detail["type"] == "missing" and (place := _elsewhere(section, detail["loc"], value))
    }
    unknown = {detail["loc"] for detail in details if detail["type"] == "extra_forbidden"}
    misplaced |= {
        detail["loc"]: following
        for detail in details
        if detail["input"] is None and (following := _following(detail["loc"], value)) in unknown
    }
    for detail in details:
        where: KeyPath = detail["loc"]
        kind = detail["type"]
        if any(where[: len(place)] == place for place in misplaced.values()):
            continue  # it is read as something that it is not
        if where in misplaced:
            _misplaced_key(where, misplaced[where], path, problems)
            continue
        if kind == "missing" and where in misspelt:
            continue
        if kind == "extra_forbidden":
            _unknown_key(section, where, path, problems)
        elif kind == "missing":
            owner = ".".join(str(step) for step in where[:-1]) or "the blueprint"
            message = f'"{where[-1]}" is missing in {owner}{_example(str(where[-1]))}'
            problems.add("missing-key", message, (*path, *where), "key")
        elif kind in ("model_type", "dict_type", "model_attributes_type"):
            name = _name(path, where)
            got = f"{shown(detail['input'])}{mapping_mend(name, detail['input'])}"
            message = f'"{name}" must be a mapping of keys to values, got {got}'
            problems.add("wrong-type", message, (*path, *where))
        else:
            expected = detail.get("ctx", {}).get("expected", detail["msg"])
            name = _name(path, where)
            mend = _dash_mend(detail["input"], expected) or text_mend(detail["input"], expected)
            mend = mend or list_mend(name, detail["input"]) or value_mend(detail["input"], expected)
            got = f"got {shown(detail['input'])}{mend}"
            problems.add(kind, f'"{_name(path, where)}" must be {expected}, {got}', (*path, *where))


def _elsewhere(section: type, where: KeyPath, value: object) -> KeyPath | None:
    """Where a missing key stands instead: one level too deep, or beside the mapping that lacks it."""
    *owner, key = where
    inside = _at(value, owner)
    for name, child in inside.items() if isinstance(inside, Mapping) else ():
        if isinstance(child, Mapping) and key in child:
            return (*owner, name, key)
    beside = _at(value, owner[:-1])
    taken = owner[:-1] not in (["blocks"], ["models"]) and key in section_keys(
        _section_at(section, (*owner[:-1],))
    )
    return (
        (*owner[:-1], key) if owner and not taken and isinstance(beside, Mapping) and key in beside else None
    )


def _tell_too_deep(
    details: Sequence[Any], section: type, value: object, path: KeyPath, problems: Problems
) -> set[KeyPath]:
    """Tell of the file's sections that stand a level too deep, without a value of their own.

    Gives their places and those of the keys below them, which belong to them and are no news.
    """
    told: set[KeyPath] = set()
    for detail in details:
        where: KeyPath = detail["loc"]
        unknown = detail["type"] == "extra_forbidden" and detail["input"] is None
        if unknown and section is Document and len(where) == 2 and where[-1] in section_keys(Document):
            message = f'"{where[-1]}" stands inside "{where[-2]}": begin it in the first column'
            problems.add(MISPLACED, f"{message}, to belong to the blueprint", (*path, *where), "key")
            told |= {where, *_all_following(where, value)}
    return told


def _all_following(where: KeyPath, value: object) -> Iterator[KeyPath]:
    """The keys below another one in the same mapping."""
    following = _following(where, value)
    while following is not None:
        yield following
        following = _following(following, value)


def _following(where: KeyPath, value: object) -> KeyPath | None:
    """The key below another one in the same mapping."""
    beside = _at(value, where[:-1])
    keys = list(beside) if isinstance(beside, Mapping) else []
    index = keys.index(where[-1]) + 1 if where[-1:] and where[-1] in keys else len(keys)
    return (*where[:-1], keys[index]) if index < len(keys) else None


def _at(value: object, steps: Sequence[str | int]) -> object:
    for step in steps:
        value = value.get(str(step)) if isinstance(value, Mapping) else None
    return value


def _misplaced_key(where: KeyPath, found: KeyPath, path: KeyPath, problems: Problems) -> None:
    *owner, key = where
    if len(found) == len(where):
        owner, key = [*where], found[-1]
    if len(found) > len(where):
        mend = f'stands inside "{found[-2]}": begin it in the column of "{found[-2]}"'
    else:
        mend = f'stands beside "{owner[-1]}": indent it'
    message = f'"{key}" {mend}, to belong to {".".join(map(str, owner))}'
    problems.add(MISPLACED, message, (*path, *found), "key")


def _name(path: KeyPath, where: KeyPath) -> str:
    return str((*path, *where)[-1])


def _dash_mend(value: object, expected: str) -> str:
    """`-ReLU` alone below its key is a text; two such lines the parser's reader has told."""
    if isinstance(value, str) and GLUED_DASH.match(value) and "a list" in expected:
        return f"; put a space after the dash: - {value[1:]}"
    return ""


def _example(key: str) -> str:
    examples: Mapping[str, str] = {
        "yamlnet": "; begin the file with: yamlnet: 1",
        "inputs": "; name each input and its shape: inputs: {image: {shape: [28, 28, 1]}}",
        "layers": "; list the layers: layers: [Dense: 10]",
        "train": "; name the source of the training rows: train: {Sklearn: digits}",
    }
    return examples.get(key, "")


def _unknown_key(section: type, where: KeyPath, path: KeyPath, problems: Problems) -> None:
    key = str(where[-1])
    if key in NOT_YET:
        message = f'"{key}" is part of the language, but not of this version yet: {NOT_YET[key]}'
        problems.add("not-yet", message, (*path, *where), "key")
        return
    known = list(section_keys(_section_at(section, where[:-1])))
    place = in_file((*path, *where[:-1]))
    mend = key_mend(str(place[-1]) if place else "", key) or did_you_mean(key, known)
    mend = mend or f"; there are {', '.join(known)}"
    owner = ".".join(str(step) for step in in_file((*path, *where[:-1]))) or "a blueprint"
    problems.add("unknown-key", f'{owner} has no key "{key}"{mend}', (*path, *where), "key")


def in_file(path: KeyPath) -> KeyPath:
    """A path as the file that it leads into has it: an imported file stands under the `import` of another."""
    while path[:1] == (IMPORT,) and len(path) > 2 and path[2] == IMPORTED:
        path = path[3:]
    return path


def _section_at(section: type, where: KeyPath) -> type:
    """The section that a path leads to, through mappings of sections."""
    found = section
    for step in where:
        key = section_keys(found).get(str(step))
        if key is not None:
            found = key.metadata.get("section") or key.metadata.get("each") or found
    return found
