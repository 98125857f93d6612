"""The JSON Schema of blueprints, for editors: `python -m yamlnet.schema.json_schema [--check]`.

Generated from the catalogue and from the sections that `validate` uses, so the three never disagree.
It holds a file's structure (keys, types, names); what needs the whole file (references, parameters,
shapes) is `yamlnet validate`'s alone. Draft-07, which the YAML language servers read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import Field
from pathlib import Path
from typing import Any

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument
from yamlnet.resources import SCHEMA_FILE, schemas_folder
from yamlnet.schema import words
from yamlnet.schema.data_forms import FRACTION
from yamlnet.schema.data_words import AUGMENTATIONS, SOURCES, SPLITS, TRANSFORMS, WINDOWS
from yamlnet.schema.json_help import HELP, IMPORT_HELP, SOURCE_HELP, SPLIT_HELP, TENSOR_HELP, helped
from yamlnet.schema.json_objects import (
    FROM_HELP,
    WITH_HELP,
    layer_definitions,
    object_definitions,
    one_of_keys,
)
from yamlnet.schema.json_train import train_keys
from yamlnet.schema.json_types import (
    EXPRESSION,
    NULL,
    Schema,
    argument_schema,
    arguments_schema,
    either,
    reference,
    type_schema,
)  # fmt: skip
from yamlnet.schema.model_inputs import INPUT_ARGUMENTS, SHAPE
from yamlnet.schema.sections import (
    BlockSection,
    DataSection,
    Document,
    GraphSection,
    ParameterSection,
    TrainSection,
    is_required,
    section_keys,
)
from yamlnet.schema.train_forms import EXPORT_FORMATS
from yamlnet.schema.words import DEFAULT_MODEL, EXTENDS, GIVEN, IMPORT, VARIANTS, VERSION

NAME = f"^(?!(?:{'|'.join(sorted(words.CALLED))})$){words.NAME}$"
VALUE_NAME = f"^(?!(?:{'|'.join(sorted(words.READ))})$){words.NAME}$"
LAYER_NAME, VARIANT_NAME = f"^{words.LAYER_NAME}$", f"^{words.VARIANT_NAME}$"
REFERENCE = r"^\s*[A-Za-z_][A-Za-z0-9_]*\s*(\[.*\])?\s*$"


def json_schema() -> Schema:
    """The schema of a whole blueprint."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "yamlnet blueprint",
        **_keys(Document, _document_keys()),
        "required": ["yamlnet"],
        # With a base, every section may say just what differs; without one, it has to be whole.
        "if": {"required": [EXTENDS]},
        "else": _whole_document(),
        "definitions": {name: _titled(name, schema) for name, schema in _definitions().items()},
    }


def _definitions() -> dict[str, Schema]:
    return {
        "expression": {"type": "string", "pattern": r"\$\{"},
        **_file_definitions(),
        **_wiring_definitions(),
        **layer_definitions(),
        **object_definitions(),
    }


def _titled(name: str, schema: Schema) -> Schema:
    """A definition under the name that users know, which editors show above its help."""
    prefix, _, last = name.partition(".")
    return {"title": f"{prefix}s.{last}" if prefix == "op" else last or name, **schema}


def _document_keys() -> dict[str, Schema]:
    return {
        "yamlnet": {"const": VERSION},
        "params": reference("params"),
        "blocks": _mapping(reference("block")),
        "models": _mapping(reference("model"), NAME.replace("^(?!(?:", f"^(?!(?:{DEFAULT_MODEL}|")),
        "model": reference("model"),
        "data": either(reference("data"), NULL),
        "train": either(reference("train"), NULL),
        "export": _export(),
        IMPORT: _mapping(_import()),
        EXTENDS: {"type": "string"},
        VARIANTS: {
            "type": "object",
            "propertyNames": {"pattern": VARIANT_NAME},
            "additionalProperties": {"type": ["object", "null"]},
        },
    }


def _import() -> Schema:
    file: Schema = {"type": "string", "minLength": 1}
    in_full: Schema = {
        "type": "object",
        "properties": helped({"from": file, GIVEN: {"type": "object"}}, IMPORT_HELP),
        "required": ["from"],
        "additionalProperties": False,
    }
    return either(file, in_full)


def _whole_document() -> Schema:
    """What a file needs that has no base: a model, or blocks and models for others; whole sections."""
    needed = {
        "model": _required(GraphSection),
        "models": {"additionalProperties": _required(GraphSection)},
        "blocks": {"additionalProperties": _required(BlockSection)},
        "data": _required(DataSection),
    }
    purposes = [{"required": [key]} for key in ("model", "models", "blocks")]
    # An objective that names its models makes of them the one that is used.
    named: Schema = {"required": ["objective"], "properties": {"objective": {"type": "object"}}}
    without_model = either(
        {"properties": dict.fromkeys(("data", "train", "export"), False)},
        {"required": ["models", "train"], "properties": {"train": named}},
    )
    return {
        "properties": needed,
        "anyOf": purposes,
        "if": {"not": {"required": ["model"]}},
        "then": without_model,
    }


def _file_definitions() -> dict[str, Schema]:
    return {
        "params": _mapping(_parameter(), VALUE_NAME),
        "layers": {"type": "array", "items": reference("entry"), "minItems": 1},
        "model": _keys(
            GraphSection, {"inputs": _inputs(), "layers": reference("layers"), "outputs": _outputs()}
        ),
        "block": _keys(
            BlockSection,
            {"params": reference("params"), "inputs": _block_inputs(), "layers": reference("layers")},
        ),
        "source": _source(),
        "tensor": _tensor(),
        "data": _data(),
        "train": _keys(TrainSection, train_keys(NAME)),
    }


def _wiring_definitions() -> dict[str, Schema]:
    tensor = either({"type": "string", "pattern": REFERENCE}, EXPRESSION)
    bound = either({"type": "string", "pattern": NAME}, EXPRESSION)
    loop = one_of_keys({}) | {
        "patternProperties": {VALUE_NAME: either({"type": ["array", "integer"]}, EXPRESSION)},
    }
    several: Schema = {"type": "array", "items": reference("wiring.from"), "minItems": 1}
    mapped: Schema = {
        "type": "object",
        "additionalProperties": reference("wiring.from"),
        "minProperties": 1,
    }
    return {
        "wiring.from": either(tensor, several) | {"description": FROM_HELP},
        "wiring.operands": either(tensor, several, mapped) | {"description": FROM_HELP},
        "wiring.as": either(bound, {"type": "array", "items": bound, "minItems": 1})
        | {"description": "The name of its output, or of each of its outputs."},
        "wiring.with": {"type": "object", "description": WITH_HELP},
        "wiring.for": either({"type": "integer", "minimum": 0}, loop, EXPRESSION)
        | {"description": "Repeats the entry: a count, or a variable with its values."},
        "wiring.if": either({"type": "boolean"}, EXPRESSION)
        | {"description": "When false, as if the entry were not written."},
        "wiring.name": either({"type": "string", "pattern": LAYER_NAME}, EXPRESSION)
        | {"description": "The Keras layer name."},
    }


def _keys(section: type, special: dict[str, Schema]) -> Schema:
    """A section's keys: the special ones as given, the others by the types that `validate` checks."""
    own = {name: _key(key) for name, key in section_keys(section).items() if name not in special}
    properties = helped({**own, **special}, HELP[section])
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _required(section: type) -> Schema:
    return {"required": [name for name, key in section_keys(section).items() if is_required(key)]}


def _key(key: Field[Any]) -> Schema:
    return type_schema(key.metadata["type"]) if "type" in key.metadata else {}


def _mapping(value: Schema, names: str = NAME) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": names}, "additionalProperties": value}


def _outputs() -> Schema:
    name: Schema = {"type": "string", "pattern": NAME}
    tensor: Schema = {"type": "string"}
    return either(name, {"type": "array", "items": name, "minItems": 1}, _mapping(tensor), NULL)


def _parameter() -> Schema:
    return {"if": {"type": "object"}, "then": _keys(ParameterSection, {})}


def _inputs() -> Schema:
    shape = type_schema(SHAPE)
    written: Schema = {
        "type": "object",
        "properties": {argument.name: argument_schema(argument) for argument in INPUT_ARGUMENTS},
        "required": ["shape"],
        "additionalProperties": False,
    }
    return either(shape, {**_mapping(either(shape, written)), "minProperties": 1})


def _block_inputs() -> Schema:
    name: Schema = {"type": "string", "pattern": NAME}
    return either(name, {"type": "array", "items": name, "minItems": 1})


def _arguments(arguments: tuple[Argument, ...]) -> Schema:
    """A source's arguments by name, or the first one's value."""
    return either(
        arguments_schema(arguments), {"allOf": [{"not": {"type": "object"}}, type_schema(arguments[0].type)]}
    )


def _source() -> Schema:
    sources = {name: _arguments(arguments) for name, arguments in SOURCES.items()}
    return either(one_of_keys(helped(sources, SOURCE_HELP)), EXPRESSION)


def _tensor() -> Schema:
    words: dict[str, Schema] = {
        "column": {"type": "string"},
        "columns": type_schema(t.ListOf(t.Text(), min_length=1)),
        **{word: type_schema(type) for word, type in {**TRANSFORMS, **WINDOWS}.items()},
    }
    by_word: Schema = {
        "type": "object",
        "properties": helped(words, TENSOR_HELP),
        "additionalProperties": False,
        "not": {"required": ["column", "columns"]},
    }
    return either({"type": ["string", "null"]}, by_word)


def _augment() -> Schema:
    """Some of the layers, written as anywhere else."""
    named = {"anyOf": [{"enum": list(AUGMENTATIONS)}, _only(AUGMENTATIONS), EXPRESSION]}
    layers: Schema = {"type": "array", "items": {"allOf": [reference("layer"), named]}}
    return either(layers, {"type": "object", "additionalProperties": layers}, NULL)


def _only(keys: tuple[str, ...]) -> Schema:
    return {"type": "object", "propertyNames": {"enum": list(keys)}}


def _data() -> Schema:
    part = either(type_schema(FRACTION), reference("source"), NULL)
    tensors = {"type": "object", "additionalProperties": reference("tensor")}
    by_column: Schema = {
        "type": "object",
        "properties": helped({word: {"type": "string"} for word in SPLITS}, SPLIT_HELP),
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return _keys(
        DataSection,
        {
            "train": reference("source"),
            "validation": part,
            "test": part,
            "split": either({"enum": ["random"]}, by_column, EXPRESSION, NULL),
            "inputs": tensors,
            "targets": tensors,
            "augment": _augment(),
        },
    )


def _export() -> Schema:
    format: Schema = {"enum": list(EXPORT_FORMATS)}
    return either(format, {"type": "array", "items": format, "uniqueItems": True}, EXPRESSION)


def text() -> str:
    """The file's text: one line for each definition, so that a difference can be read."""
    schema = json_schema()
    definitions = schema.pop("definitions")
    head = json.dumps(schema, ensure_ascii=False, indent=1)[:-2]
    lines = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(definition, ensure_ascii=False)}"
        for name, definition in definitions.items()
    )
    return f'{head},\n "definitions": {{\n{lines}\n }}\n}}\n'


def main(arguments: list[str], echo: Callable[[str], None] = print) -> int:
    """Write the file, or with `--check` compare it; gives the exit code."""
    path: Path = schemas_folder() / SCHEMA_FILE.format(version=VERSION)
    if "--check" not in arguments:
        path.write_text(text(), encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text():
        echo(f"{path} is stale: run python -m yamlnet.schema.json_schema")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
