"""JSON Schema of the object form and of the entries of `layers`, from the catalogue.

Every object has one definition, `layer.Conv2D`, of what may stand under its name; a kind has one,
`initializer`, of all ways to write one of its objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from yamlnet.catalog.entry import Argument, Entry, Kind
from yamlnet.catalog.load import catalog
from yamlnet.schema.entries import random_inputs, tensor_arguments, without
from yamlnet.schema.json_types import (
    EXPRESSION,
    Schema,
    argument_schema,
    either,
    reference,
    type_schema,
    writable,
)
from yamlnet.schema.words import GROUP, WIRING

NAMED_KINDS: tuple[Kind, ...] = (
    "initializer", "regularizer", "constraint", "loss", "metric", "optimizer", "schedule", "callback",
)  # fmt: skip
FROM_HELP = "What it reads; _ is the previous output."
WITH_HELP = "The other arguments of the call."
GROUP_HELP = "Entries that are repeated, or left out, together."

NOT_ALONE = (
    "Nothing that can stand alone is called this: the name is misspelt, or it needs arguments, as in "
    '"Dense: 10".'
)
"""What the YAML language server says in place of naming the pattern; others say that."""

USE = rf"^(?!(?:{'|'.join((*WIRING, GROUP))})$|ops\.|random\.)[a-z][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"
"""A block, a model, a layer named above; an imported file's or a plugin's by a dotted name."""


def object_definitions() -> dict[str, Schema]:
    """The definitions of every kind of object and of every object of the catalogue."""
    found: dict[str, Schema] = {
        "activation": either({"enum": list(catalog().names("activation"))}, EXPRESSION)
    }
    for kind in NAMED_KINDS:
        entries = _usable(kind)
        names = [_names(entries)] if _bare(entries) else []
        found[kind] = either(*names, one_of_keys(_by_key(kind, entries)), EXPRESSION)
        found |= {f"{kind}.{entry.name}": body(entry) for entry in entries.values()}
    return found


def layer_definitions() -> dict[str, Schema]:
    """The definitions of `entry`, of a `layer` inside another, and of every layer and operation."""
    layers, operations, draws = _usable("layer"), _usable("op"), _usable("random")
    keys = {
        **_by_key("layer", layers),
        **_by_key("op", operations, "ops."),
        **_by_key("random", draws, "random."),
    }
    alone = {
        **{name: layers[name] for name in _bare(layers)},
        **{f"ops.{name}": entry for name, entry in operations.items() if not _left_to_give(entry)},
        **{f"random.{name}": entry for name, entry in draws.items()},
    }
    return {
        "entry": _entry(keys, {name: _help(entry) for name, entry in alone.items()}),
        "group": _group(),
        "use": {"anyOf": [_use(), {"not": {"type": "object"}}]},
        "layer": either(_names(layers), one_of_keys(_nested(layers)), EXPRESSION),
        **{f"layer.{entry.name}": _layer(entry) for entry in layers.values()},
        **{f"op.{entry.name}": _operation(entry) for entry in operations.values()},
        **{f"random.{entry.name}": _draw(entry) for entry in draws.values()},
    }


def body(entry: Entry) -> Schema:
    """What may stand under an object's name: its arguments, or the first one's value."""
    return _described(entry, either(*_bodies(entry, _arguments(entry), False)))


def one_of_keys(properties: dict[str, Schema]) -> Schema:
    """A mapping of exactly one key."""
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _usable(kind: Kind) -> dict[str, Entry]:
    """Each name and alias that a blueprint may write, with its entry."""
    return {
        name: entry for name in catalog().names(kind) if (entry := catalog().find(kind, name)) is not None
    }


def _by_key(kind: Kind, entries: dict[str, Entry], prefix: str = "") -> dict[str, Schema]:
    return {prefix + name: reference(f"{kind}.{entry.name}") for name, entry in entries.items()}


def _bare(entries: dict[str, Entry]) -> list[str]:
    """The names that may stand alone, because nothing is required."""
    return [name for name, entry in entries.items() if not _required(entry.arguments)]


def _names(entries: dict[str, Entry]) -> Schema:
    return {"enum": _bare(entries)}


def _required(arguments: Iterable[Argument]) -> list[str]:
    return [argument.name for argument in arguments if argument.required]


def _arguments(entry: Entry) -> dict[str, Schema]:
    return {argument.name: argument_schema(argument) for argument in entry.arguments if writable(argument)}


def _bodies(entry: Entry, properties: dict[str, Schema], wired: bool) -> list[Schema]:
    """By name; as one value when no other argument is required; as nothing when none is."""
    required = _required(entry.arguments)
    bodies = [_object_body(properties, False, wired) | ({"required": required} if required else {})]
    if entry.arguments and set(required) <= {entry.arguments[0].name}:
        bodies.append({"allOf": [{"not": {"type": "object"}}, type_schema(entry.arguments[0].type)]})
    if not required:
        bodies.append({"type": "null"})
    return bodies


def _object_body(properties: dict[str, Schema], open: bool, wired: bool = True) -> Schema:
    words = {word: reference(f"wiring.{word}") for word in WIRING} if wired else {}
    return {"type": "object", "properties": {**properties, **words}, "additionalProperties": open}


def _use() -> Schema:
    """A block's use or a model's call: any parameters, and inputs by their names or in their order."""
    use = _object_body({}, True)
    use["properties"]["from"] = reference("wiring.operands")
    return use


def _help(entry: Entry) -> str:
    return f"{entry.help} ({entry.path})"


def _described(entry: Entry, schema: Schema) -> Schema:
    return {"description": _help(entry), **schema}


def _layer(entry: Entry) -> Schema:
    bodies = _bodies(entry, _arguments(entry), True)
    call = {
        argument.name: {} if argument.tensor != "no" else argument_schema(argument) for argument in entry.call
    }
    bodies[0]["properties"] |= {
        "from": either(
            reference("wiring.from"),
            {
                "type": "object",
                "propertyNames": {"enum": list(call)},
                "additionalProperties": reference("wiring.from"),
                "minProperties": 1,
            },
        )
        | {"description": FROM_HELP},
        "with": {
            "type": "object",
            "properties": call,
            "additionalProperties": False,
            "description": WITH_HELP,
        },
    }
    return _described(entry, either(*bodies))


def _nested(layers: dict[str, Entry]) -> dict[str, Schema]:
    """A layer inside another is written as an entry is, without the wiring."""
    unwired: Schema = {"propertyNames": {"not": {"enum": list(WIRING)}}}
    return {
        name: {"description": _help(entry), "allOf": [reference(f"layer.{entry.name}"), unwired]}
        for name, entry in layers.items()
    }


def _left_to_give(entry: Entry) -> list[str]:
    """What an operation that reads one tensor still requires."""
    return _required(entry.arguments)[1:] if tensor_arguments(entry) else _required(entry.arguments)


def _operation(entry: Entry) -> Schema:
    """An operation's tensors may come from `from`, so only the others are required here."""
    given = frozenset(argument.name for argument in tensor_arguments(entry))
    by_name = _object_body(_arguments(entry), False)
    by_name["properties"].pop("with")
    by_name["properties"]["from"] = reference("wiring.operands")
    if plain := _required(without(entry, given).arguments):
        mapped: Schema = {"required": ["from"], "properties": {"from": {"type": "object"}}}
        by_name["anyOf"] = [{"required": plain}, mapped]
    first = without(entry, frozenset(one.name for one in tensor_arguments(entry)[:1])).arguments
    bodies = [by_name]
    if first and set(_required(first)) <= {first[0].name}:
        bodies.append({"allOf": [{"not": {"type": "object"}}, type_schema(first[0].type)]})
    if not _required(first):
        bodies.append({"type": "null"})
    return _described(entry, either(*bodies))


def _draw(entry: Entry) -> Schema:
    """A draw has the batch axis of what it reads, and its whole shape unless `shape` is given."""
    left = without(entry, random_inputs(entry))
    optional = tuple(
        Argument(one.name, one.type, one.required and one.name != "shape", one.default, one.help)
        for one in left.arguments
    )
    free = Entry(entry.kind, entry.name, entry.path, entry.help, optional)
    return _described(entry, either(*_bodies(free, _arguments(free), True)))


def _entry(keys: dict[str, Schema], alone: dict[str, str]) -> Schema:
    one_key: Schema = {
        **one_of_keys({**keys, GROUP: {"description": GROUP_HELP}}),  # never met, but completed
        "patternProperties": {USE: reference("use")},
    }
    return {
        "type": ["object", "string"],
        "if": {"type": "object", "required": [GROUP]},
        "then": reference("group"),
        "else": {"if": {"type": "string"}, "then": _alone(alone), "else": one_key},
    }


def _alone(names: dict[str, str]) -> Schema:
    """A name alone: each of its own with its help, which editors show; else one of the user's.

    Whether it is one of ours is asked by a pattern, since an editor would show a list of 400 names.
    """
    ours = [{"const": name, "description": help} for name, help in names.items()]
    return {
        "if": {"pattern": f"^(?:{'|'.join(map(re.escape, names))})$"},
        "then": {"anyOf": ours},
        "else": {"type": "string", "pattern": USE, "patternErrorMessage": NOT_ALONE},
    }


def _group() -> Schema:
    return {
        "type": "object",
        "description": GROUP_HELP,
        "properties": {
            GROUP: {"type": "array", "items": reference("entry"), "description": GROUP_HELP},
            "for": reference("wiring.for"),
            "if": reference("wiring.if"),
        },
        "required": [GROUP],
        "additionalProperties": False,
    }
