"""The values of parameters: the blueprint's own, and those of each file that it imports."""

from __future__ import annotations

from collections.abc import Mapping

from yamlnet.catalog.values import shown
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.evaluate import Scope, Unknown
from yamlnet.resolver.filling import Filling
from yamlnet.resolver.given import Values, places, source_notes
from yamlnet.schema.forms import Library, Parameter
from yamlnet.schema.parameters import check_parameter
from yamlnet.schema.words import GIVEN

Facts = Mapping[str, object]
"""What the data knows: `steps`, and `data` as nested mappings (`data.digit.classes`)."""


def file_values(blueprint: Library, facts: Facts | None, filling: Filling) -> dict[KeyPath, Values]:
    """Parameters and facts by name, for each file by its path in the document.

    A file sees its own parameters only; what an import gives is computed by the file that gives it.
    """
    known: dict[str, object] = dict(facts or {"steps": Unknown("steps"), "data": Unknown("data")})
    found: dict[KeyPath, Values] = {}
    _add(blueprint, {}, known, filling, found)
    return found


def _add(
    library: Library,
    outer: Scope,
    facts: Facts,
    filling: Filling,
    found: dict[KeyPath, Values],
) -> None:
    values = found[library.path] = Values(facts)
    for name, parameter in library.params.items():
        values[name] = _value(parameter, library, outer, values, filling)
        written = library.arguments.get(name, parameter.default)
        values.given[name] = places(
            written, outer if name in library.arguments else values, _place(parameter, library)
        )
    for inner in library.imports.values():
        _add(inner, values, facts, filling, found)


def _value(parameter: Parameter, library: Library, outer: Scope, own: Scope, filling: Filling) -> object:
    path = _place(parameter, library)
    if parameter.broken:
        return Unknown("")
    if parameter.name in library.arguments:
        written, scope = library.arguments[parameter.name], outer
    elif parameter.required:
        message = _missing(parameter, library)
        place = library.path[:-1] if library.label else parameter.path
        filling.problems.add("missing-parameter", message, place, "key")
        return Unknown("")
    else:
        written, scope = parameter.default, own
    value = filling.value(written, scope, path)
    problem = check_parameter(parameter, value)
    if problem is not None and not isinstance(value, Unknown):
        message, notes = f"{problem}, got {shown(value)}", source_notes(written, scope)
        filling.problems.add("wrong-type", message, path, notes=notes)
        return Unknown("")  # reported: what it would break further on is no news
    return value


def _place(parameter: Parameter, library: Library) -> KeyPath:
    """Where a parameter's value is written: by whoever imports the file, or as its default."""
    given = parameter.name in library.arguments
    return (*library.path[:-1], GIVEN, parameter.name) if given else parameter.default_path


def _missing(parameter: Parameter, library: Library) -> str:
    name = parameter.name
    if library.label:
        return f'the imported file needs its parameter "{name}": {{from: …, params: {{{name}: …}}}}'
    return f'parameter "{name}" has no value; give it a default, or --set params.{name}=…'
