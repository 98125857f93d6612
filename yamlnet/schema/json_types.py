"""The catalogue's types as JSON Schema (draft-07): what an editor checks one value with.

An expression fits wherever a value does, as in `catalog/values.py`. JSON Schema cannot tell `1.0`
from `1`, and YAML editors resolve scalars by their own rules; everything else means the same.
"""

from __future__ import annotations

import json
from typing import Any

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument
from yamlnet.catalog.values import DTYPES, describe

Schema = dict[str, Any]

EXPRESSION: Schema = {"$ref": "#/definitions/expression"}


def reference(name: str) -> Schema:
    """A reference to a definition of the same schema."""
    return {"$ref": f"#/definitions/{name}"}


NULL: Schema = {"type": "null"}


def either(*options: Schema) -> Schema:
    """A value that fits one of several schemas; alternatives that repeat are left out."""
    flat: list[Schema] = []
    for option in options:
        inner = option["anyOf"] if set(option) == {"anyOf"} else [option]
        flat += [one for one in inner if one not in flat]
    return flat[0] if len(flat) == 1 else {"anyOf": flat}


def type_schema(type: t.ValueType) -> Schema:
    """The schema of one type; an expression fits too."""
    if type in (t.Text(), t.Plain()):
        return _exactly(type)
    return either(_exactly(type), EXPRESSION)


def argument_schema(argument: Argument) -> Schema:
    """The schema of an argument with its help and default, which editors show."""
    schema = dict(type_schema(argument.type))
    schema["description"] = "\n\n".join(filter(None, (argument.help, _taken(argument))))
    if not argument.required and argument.default is not None:
        schema["default"] = argument.default
    return schema


def _taken(argument: Argument) -> str:
    """What an argument takes, and what it is where it is left out."""
    default = "null" if argument.default is None else json.dumps(argument.default, ensure_ascii=False)
    return f"{describe(argument.type)}; {'required' if argument.required else f'default {default}'}"


def writable(argument: Argument) -> bool:
    """Whether a blueprint can give an argument at all."""
    return not isinstance(argument.type, t.Unwritable)


def _exactly(type: t.ValueType) -> Schema:
    match type:
        case t.Integer() | t.Number():
            return _number(type)
        case t.Boolean():
            return {"type": "boolean"}
        case t.Text(pattern=pattern):
            return {"type": "string", "pattern": f"^(?:{pattern})$"} if pattern else {"type": "string"}
        case t.TokenFile():
            return {"type": "string"}
        case t.Array(booleans=booleans):
            return _array(booleans)
        case t.Null():
            return {"type": "null"}
        case t.Choice(options=options):
            return {"enum": list(options)}
        case t.ListOf(item=item):
            return _list(type, type_schema(item))
        case t.MappingOf(value=value):
            return {"type": "object", "additionalProperties": type_schema(value)}
        case t.Fields(fields=fields):
            return _fields(fields)
        case t.AnyOf(options=options):
            return either(*(_exactly(option) for option in options))
        case t.ObjectOf(kind="dtype_policy"):
            return {"enum": list(DTYPES)}
        case t.ObjectOf(kind=kind):
            return reference(kind)
        case t.Unwritable():
            return {"not": {}}
    return {}


def _fields(fields: tuple[t.Field, ...]) -> Schema:
    properties = {field.name: _field(field) for field in fields}
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [field.name for field in fields if field.required]
    return schema | ({"required": required} if required else {})


def _field(field: t.Field) -> Schema:
    """One of a word's arguments; where none has a default that is a value, its help says what is done."""
    argument = Argument(field.name, field.value, field.required, field.default, field.help)
    schema = argument_schema(argument)
    if not field.required and field.default is None:
        schema["description"] = f"{field.help}\n\n{describe(field.value)}; may be left out"
    return schema


def _array(booleans: bool) -> Schema:
    item: list[Schema] = [{"type": "number"}, {"type": "boolean"}] if booleans else [{"type": "number"}]
    inner = either(*item, {"type": "array"}, EXPRESSION)
    return either(*item, {"type": "array", "items": inner})


def _number(type: t.Integer | t.Number) -> Schema:
    schema: Schema = {"type": "integer" if isinstance(type, t.Integer) else "number"}
    bounds = {
        "minimum": type.min,
        "maximum": type.max,
        "exclusiveMinimum": getattr(type, "above", None),
        "exclusiveMaximum": getattr(type, "below", None),
    }
    return schema | {word: bound for word, bound in bounds.items() if bound is not None}


def _list(type: t.ListOf, item: Schema) -> Schema:
    schema: Schema = {"type": "array", "items": item} if item else {"type": "array"}
    if type.min_length:
        schema["minItems"] = type.min_length
    if type.max_length is not None:
        schema["maxItems"] = type.max_length
    return schema


def arguments_schema(arguments: tuple[Argument, ...]) -> Schema:
    """A mapping of arguments by name."""
    return {
        "type": "object",
        "properties": {argument.name: argument_schema(argument) for argument in arguments},
        "required": [argument.name for argument in arguments if argument.required],
        "additionalProperties": False,
    }
