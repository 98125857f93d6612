"""Reading the wiring words of one entry: `from`, `as`, `with`, `for`, `if`, `name`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, field

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.schema.expressions import is_template
from yamlnet.schema.references import parse_reference
from yamlnet.schema.words import PREVIOUS, name_mistake

FOR = re.compile(
    r"(?:(?P<name>[A-Za-z_]\w*)\s+in\s+)?(?:range\()?(?:(?P<count>\d+)|(?P<more>\[.*\]|\$\{.*\}))\)?\Z"
)
"""`i in range(3)`, `"3"`: a loop as Python writes it."""


COMPARED = re.compile(r"[<>=%+*/-]|\b(?:not|and|or|in)\b")


class Wiring(Struct, frozen=True):
    """What the wiring words of one entry say; the fields of `Entry` of the same names."""

    reads: object = PREVIOUS
    binds: str | tuple[str, ...] | None = None
    call: Mapping[str, object] = field(default_factory=dict)
    repeat: object = None
    condition: object = True
    name: str | None = None


def read_wiring(words: Mapping[str, object], path: KeyPath, problems: Problems) -> Wiring:
    """Read and check the wiring words; a word that is wrong is reported and keeps its default."""
    return Wiring(
        reads=_reads(words.get("from", PREVIOUS), (*path, "from"), problems),
        binds=_binds(words["as"], (*path, "as"), problems) if "as" in words else None,
        call=_call(words.get("with", {}), (*path, "with"), problems),
        repeat=_repeat(words["for"], (*path, "for"), problems) if "for" in words else None,
        condition=_condition(words.get("if", True), (*path, "if"), problems),
        name=_layer_name(words["name"], (*path, "name"), problems) if "name" in words else None,
    )


def _reads(value: object, path: KeyPath, problems: Problems) -> object:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            _check_names(item, (*path, str(key)), problems)
        return value
    return value if _check_names(value, path, problems) else PREVIOUS


def _check_names(value: object, path: KeyPath, problems: Problems) -> bool:
    """Report what is no name or list of names; whether it was one at all."""
    if isinstance(value, str):
        _check_reference(value, path, problems)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            _check_names(item, (*path, index), problems)
    else:
        message = "`from` takes a name, a list of names, or a mapping of call arguments to names"
        if isinstance(value, int):
            message = "`from` takes names, not numbers: name the entry with as; _ is the one before"
        problems.add("wiring", message, path)
        return False
    return True


def _check_reference(text: str, path: KeyPath, problems: Problems) -> None:
    if is_template(text):
        return
    try:
        parse_reference(text)
    except ValueError as error:
        problems.add("reference", str(error), path)


def _binds(value: object, path: KeyPath, problems: Problems) -> str | tuple[str, ...] | None:
    if isinstance(value, list) and value:
        names = [_bound_name(item, (*path, index), problems) for index, item in enumerate(value)]
        return tuple(name for name in names if name is not None)
    return _bound_name(value, path, problems)


def _bound_name(value: object, path: KeyPath, problems: Problems) -> str | None:
    if is_template(value) or (mistake := name_mistake(value, "tensor")) is None:
        return str(value)
    problems.add("name", f'"{value}" cannot name a tensor; {mistake}', path)
    return None


def _layer_name(value: object, path: KeyPath, problems: Problems) -> str | None:
    if is_template(value) or (mistake := name_mistake(value, "layer")) is None:
        return str(value)
    problems.add("name", f'"{value}" cannot name a Keras layer; {mistake}', path)
    return None


def _call(value: object, path: KeyPath, problems: Problems) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    problems.add("wiring", "`with` takes a mapping of call arguments: with: {training: false}", path)
    return {}


def _repeat(value: object, path: KeyPath, problems: Problems) -> object:
    if is_template(value) or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    if isinstance(value, dict) and len(value) == 1:
        variable, values = next(iter(value.items()))
        if mistake := name_mistake(variable, "value"):
            message = f'"{variable}" cannot name a loop variable; {mistake}'
            problems.add("name", message, (*path, str(variable)), "key")
            return None
        if (isinstance(values, list | int) and not isinstance(values, bool)) or is_template(values):
            return value
    message = "`for` takes a count, or one variable with its values: for: {stage: [1, 2, 3]}"
    found = FOR.match(value) if isinstance(value, str) and len(value) < 100 else None
    if found is not None:
        turns = found["count"] or found["more"]
        message = f"`for` takes a count, or one variable with its values: for: {turns}"
        if found["name"]:
            message = f"`for` takes its variable as a key: for: {{{found['name']}: {turns}}}"
    problems.add("wiring", message, path)
    return None


def _condition(value: object, path: KeyPath, problems: Problems) -> object:
    if isinstance(value, bool) or is_template(value):
        return value
    example = f"${{{value}}}" if isinstance(value, str) and COMPARED.search(value) else "${depth > 18}"
    problems.add("wiring", f"`if` takes true, false, or an expression: if: {example}", path)
    return True
