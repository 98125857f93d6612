"""Whether a mutant must be refused, said without yamlnet's parser and checks.

Two references: ruamel.yaml reads the text by YAML 1.2, and the editor's JSON schema, applied by
`jsonschema`, knows keys, arguments and types. What both let pass may still be known to be a mistake by the
kind of change: a reference to a name that nothing gives.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Literal

from jsonschema import Draft7Validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from mutants.mutant import Mutant
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.resources import schema_path
from yamlnet.syntax.parse import parse

Verdict = Literal["equivalent", "not-yaml", "not-in-schema", "known", "open"]
"""`open`: another blueprint, as far as the oracle can tell."""

OF_TEXT = ("indent", "tab", "drop-character")
BREAKING = ("not-yaml", "not-in-schema", "known")


def verdict(mutant: Mutant) -> Verdict:
    """What the references say of a mutant.

    Of a change that is made in the text alone, ruamel.yaml says what it means; the others leave YAML that
    any parser reads, and ruamel.yaml would take longer over it than everything else together.
    """
    if mutant.breaking:
        return "known"
    try:
        value = read(mutant.text) if mutant.kind in OF_TEXT else parse(mutant.text, mutant.id).value
    except (YAMLError, BlueprintError, ValueError):
        return "not-yaml"
    if mutant.kind in OF_TEXT and _same(value, _original_value(mutant.original.text)):
        return "equivalent"
    if "extends" in value and "yamlnet" not in value:
        value = {"yamlnet": 1, **value}  # the base says it
    if not _schema().is_valid(value):
        return "not-in-schema"
    return "open"


def read(text: str) -> Any:
    """A text by YAML 1.2's core schema; keys are texts, as JSON's are."""
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    return _with_text_keys(reader.load(text))


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, list) else value


@cache
def _original_value(text: str) -> Any:
    return read(text)


def _same(one: Any, other: Any) -> bool:
    """Equality that tells `1` from `true`, and the order of keys, which is that of transforms and metrics."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


@cache
def _schema() -> Draft7Validator:
    return Draft7Validator(json.loads(schema_path().read_text(encoding="utf-8")))
