"""Parameters of a file or a block: `width: 16`, or `{default: 16, type: int, min: 1, help: …}`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic_core import ValidationError

from yamlnet.catalog import types as t
from yamlnet.catalog.values import describe, problem
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import closest
from yamlnet.schema.expressions import is_template
from yamlnet.schema.forms import Parameter
from yamlnet.schema.pydantic_errors import report
from yamlnet.schema.sections import ParameterSection, read_section
from yamlnet.schema.words import name_mistake


def meant_parameters(section: Mapping[str, object], keys: Collection[str]) -> object:
    """What a section has under `params`, or under a misspelling of it, which is one mistake and told as it.

    `keys` are the section's other words, none of which it can be.
    """
    if "params" in section:
        return section["params"]
    found = (key for key in section if key not in keys and closest(key, ["params"]) is not None)
    return section.get(next(found, "params"))


def read_parameters(values: object, path: KeyPath, problems: Problems) -> dict[str, Parameter]:
    """Read a `params` mapping; mistakes are reported and their parameters take anything."""
    if not isinstance(values, dict):
        return {}
    return {
        str(name): _parameter(str(name), value, (*path, str(name)), problems)
        for name, value in values.items()
    }


def _parameter(name: str, value: object, path: KeyPath, problems: Problems) -> Parameter:
    if mistake := name_mistake(name, "value"):
        problems.add("name", f'"{name}" cannot name a parameter; {mistake}', path, "key")
    if not isinstance(value, dict):
        return Parameter(name, implied_type(value), value, value is None, "", path, path)
    try:
        section = read_section(ParameterSection, value)
    except ValidationError as error:
        report(error, ParameterSection, value, path, problems)
        return Parameter(name, t.Plain(), None, False, "", path, path, broken=True)
    if _computed(name, section, path, problems):
        return Parameter(name, t.Plain(), None, False, "", path, path, broken=True)
    type = _declared(section)
    if section.default is not None and not is_template(section.default):
        expected = problem(section.default, type)
        if expected is not None:
            problems.add("wrong-type", f'parameter "{name}" must be {expected}', (*path, "default"))
    required = section.default is None
    return Parameter(name, type, section.default, required, section.help or "", path, (*path, "default"))


def _computed(name: str, section: ParameterSection, path: KeyPath, problems: Problems) -> bool:
    """Report what a declaration leaves to be computed: there is nothing yet to compute it from."""
    found = False
    for word in ("type", "min", "max", "choices"):
        if has_expression(getattr(section, word)):
            message = f'"{word}" of parameter "{name}" is written out; only its default may be an expression'
            problems.add("wrong-type", message, (*path, word))
            found = True
    return found


def _declared(section: ParameterSection) -> t.ValueType:
    if section.choices is not None:
        texts = tuple(choice for choice in section.choices if isinstance(choice, str))
        return t.Choice(texts) if len(texts) == len(section.choices) else implied_type(section.choices[0])
    if section.type == "int":
        return t.Integer(_whole(section.min), _whole(section.max))
    if section.type == "float" or section.min is not None or section.max is not None:
        if section.type is None and isinstance(section.default, int):
            return t.Integer(_whole(section.min), _whole(section.max))
        return t.Number(section.min, section.max)
    named: Mapping[str | None, t.ValueType] = {
        "bool": t.Boolean(),
        "str": t.Text(),
        "path": t.Text(),
        "list": t.ListOf(t.Plain()),
        "any": t.Plain(),
        None: implied_type(section.default),
    }
    return named[section.type]


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def has_expression(value: object) -> bool:
    """Whether a value, or an item of it, is an expression."""
    return is_template(value) or (isinstance(value, list) and any(map(is_template, value)))


def implied_type(value: object) -> t.ValueType:
    """The type that a default implies; an expression or `null` implies none."""
    if isinstance(value, bool):
        return t.Boolean()
    if isinstance(value, int):
        return t.Integer()
    if isinstance(value, float):
        return t.Number()
    if isinstance(value, str) and not is_template(value):
        return t.Text()
    return t.ListOf(t.Plain()) if isinstance(value, list) else t.Plain()


def check_parameter(parameter: Parameter, value: object) -> str | None:
    """What was expected when a value does not fit a parameter, else None."""
    expected = problem(value, parameter.type)
    return None if expected is None else f'parameter "{parameter.name}" must be {describe(parameter.type)}'
