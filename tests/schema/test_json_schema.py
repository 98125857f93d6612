"""The editor's schema against `validate`: what one accepts or refuses for structure, the other does."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, ValidationError

from yamlnet import pipeline
from yamlnet.catalog.load import catalog
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic
from yamlnet.resources import schema_path
from yamlnet.schema import json_schema
from yamlnet.syntax.parse import parse

ROOT = Path(__file__).parents[2]
OK = sorted((ROOT / "tests/blueprints/ok").rglob("*.yaml")) + sorted((ROOT / "blueprints").rglob("*.yaml"))
ERR = sorted((ROOT / "tests/blueprints/err").rglob("*.yaml"))
"""An editor's YAML parser refuses what is in `err-syntax` before any schema."""

STRUCTURAL = {
    "entry-form", "missing-argument", "missing-key", "not-yet", "refused", "unknown-argument",
    "unknown-format", "unknown-key", "unknown-layer", "unknown-loss", "unknown-metric",
    "unknown-objective", "unknown-operation", "unknown-optimizer", "unknown-source", "unknown-transform",
    "version", "wrong-type", "unknown-callback", "unknown-initializer", "name",
}  # fmt: skip
"""The checks that need no more than the place itself; the others need the whole file."""


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    schema = json.loads(schema_path().read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def document(path: Path) -> Any:
    return parse(path.read_text(encoding="utf-8"), str(path)).value


def test_the_file_is_fresh() -> None:
    assert json_schema.main(["--check"]) == 0


def every_schema(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all that stand in it, and whatever else is a mapping there."""
    inside = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict):
        yield schema
    for one in inside:
        yield from every_schema(one)


def test_no_list_of_alternatives_is_empty(validator: Draft7Validator) -> None:
    """Draft-07 says SHOULD; the YAML language server refuses the whole schema for one."""
    for schema in every_schema(validator.schema):
        for word in ("enum", "anyOf", "allOf", "oneOf"):
            assert not isinstance(schema.get(word), list) or schema[word], schema


def test_every_key_and_argument_has_help(validator: Draft7Validator) -> None:
    definitions = validator.schema["definitions"]
    silent = [
        f"{name}.{key}"
        for name, schema in {"": validator.schema, **definitions}.items()
        for option in (schema, *schema.get("anyOf", ()), schema.get("then", {}))
        if "additionalProperties" in option  # not a mere condition
        for key, value in option.get("properties", {}).items()
        if "description" not in {**definitions.get(value.get("$ref", "").rpartition("/")[2], {}), **value}
    ]
    assert silent == []


@pytest.mark.parametrize("path", OK, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_accepts_what_validate_accepts(path: Path, validator: Draft7Validator) -> None:
    pipeline.load(path)
    assert [error.message for error in validator.iter_errors(document(path))] == []


def structural(path: Path) -> list[Diagnostic]:
    with pytest.raises(BlueprintError) as caught:
        pipeline.load(path)
    written = document(path)
    return [
        found
        for found in caught.value.diagnostics
        if found.check in STRUCTURAL
        and found.span is None  # putting files together has places, no paths: see DOCUMENTS
        and found.path[:1] != ("import",)  # what an import's parameters may be, its file says
        and not any(note.message == "read here" for note in found.notes)  # told elsewhere
        and not needs_the_whole_file(found, written)
    ]


def needs_the_whole_file(found: Diagnostic, written: Any) -> bool:
    """An expression's value, a default against its own bounds or its use, what a user's own name means."""
    if found.path[:1] == ("params",) and found.notes:
        return True
    if "${" in json.dumps(value_at(written, found.path)) or found.path[-1:] == ("default",):
        return True
    return any(
        isinstance(index, int)
        and isinstance(name, str)
        and name[:1].islower()
        and not name.startswith(("ops.", "random."))
        for index, name in itertools.pairwise((*found.path, value_at(written, found.path)))
    )


def value_at(written: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        inside = step in written if isinstance(written, dict) else isinstance(step, int)
        written = written[step] if inside else None
    return written


def places(errors: Iterator[ValidationError] | list[ValidationError]) -> set[tuple[Any, ...]]:
    """The path of every error, those inside alternatives included."""
    found = set()
    for error in errors:
        found.add(tuple(error.absolute_path))
        found |= places(error.context or [])
    return found


@pytest.mark.parametrize(
    "path",
    [path for path in ERR if path.stem != "bomb_of_blocks"],  # seconds to see that its structure is right
    ids=lambda path: path.stem,
)
def test_it_refuses_each_structural_mistake_at_its_place(path: Path, validator: Draft7Validator) -> None:
    refused = places(validator.iter_errors(document(path)))
    missed = [
        f"{found.check} at {found.path}: {found.message}"
        for found in structural(path)
        if not any(place in refused for place in (tuple(found.path), tuple(found.path[:-1])))
    ]
    assert missed == []


def test_every_layer_and_operation_can_be_completed(validator: Draft7Validator) -> None:
    entry = validator.schema["definitions"]["entry"]["else"]["else"]["properties"]
    operations = {f"ops.{name}" for name in catalog().names("op")}
    draws = {f"random.{name}" for name in catalog().names("random")}
    assert set(entry) == {*catalog().names("layer"), *operations, *draws, "layers"}


MODEL = "model: {inputs: [4], layers: [Flatten]}"
DOCUMENTS = {
    "import: {vision: ./vision.yaml}": True,
    "import: {vision: {from: ./vision.yaml, params: {width: 3}}}": True,
    "import: [./vision.yaml]": False,
    "import: {vision: 3}": False,
    "import: {vision: {params: {width: 3}}}": False,
    "import: {vision: {from: a.yaml, as: v}}": False,
    "import: {Vision: a.yaml}": False,
    "extends: base.yaml:small": True,
    "extends: [base.yaml]": False,
    "variants: {small: {width: 3}, 50: {train: {epochs: 3}}, plain: }": True,
    "variants: [small]": False,
    "variants: {small: [3]}": False,
    'variants: {"no spaces": {width: 3}}': False,
}


@pytest.mark.parametrize("text", DOCUMENTS)
def test_what_other_files_and_variants_may_say(text: str, validator: Draft7Validator) -> None:
    blueprint = parse(f"yamlnet: 1\n{text}\n{MODEL}\n", "document.yaml").value
    assert validator.is_valid(blueprint) is DOCUMENTS[text]


@pytest.mark.parametrize(
    "text", ["train: {epochs: 3}", "model: {layers: [Flatten]}", "data: {validation: 0.1}"]
)
def test_a_file_with_a_base_says_what_differs(text: str, validator: Draft7Validator) -> None:
    assert validator.is_valid(parse(f"yamlnet: 1\nextends: base.yaml\n{text}", "child.yaml").value)
    assert not validator.is_valid(parse(f"yamlnet: 1\n{text}", "alone.yaml").value)


ENTRIES = {
    "- vision.unit: {filters: 3, from: {query: a, value: b}}": True,
    "- acme.Gated": True,
    "- vision.unit: {fro: 3, from: {}}": False,
    "- Conv2D: {filters: 8, kernel_size: 3}": True,
    "- Conv2D: {filters: 8, kernel_size: 3, kernal_initializer: zeros}": False,
    "- Conv2D: {filters: 0, kernel_size: 3}": False,
    "- Conv2D: {kernel_size: 3}": False,
    "- Conv2D": False,
    '- Conv2D: {filters: "${n}", kernel_size: 3, from: _, as: a}': True,
    "- Conv2d: {filters: 8, kernel_size: 3}": False,
    "- Lambda: {function: x}": False,
    "- Flatten": True,
    "- Dense: 10": True,
    "- Dense: ten": False,
    "- Dense: {units: 10, kernel_initializer: {HeNormal: {sed: 3}}}": False,
    "- Dense: {units: 10, kernel_initializer: {HeNormal: {seed: 3}}}": True,
    "- Bidirectional: {layer: {LSTM: 4}}": True,
    "- Bidirectional: {layer: {LSTM: {units: 4, from: x}}}": False,
    "- Bidirectional: {layer: {LSTN: 4}}": False,
    "- ops.reshape: [4, 4]": True,
    "- ops.reshape": False,
    "- ops.matmul: {from: [a, b]}": True,
    "- ops.matmull: {from: [a, b]}": False,
    "- ops.relu": True,
    "- random.normal": True,
    "- some_block: {depth: 3, from: [a, b], as: c}": True,
    "- some_block: {from: 3}": False,
    "- MultiHeadAttention: {num_heads: 2, key_dim: 4, from: [x, x], with: {use_causal_mask: true}}": True,
    "- MultiHeadAttention: {num_heads: 2, key_dim: 4, from: [x, x], with: {causal: true}}": False,
    "- MultiHeadAttention: {num_heads: 2, key_dim: 4, from: {query: x, value: x}}": True,
    "- MultiHeadAttention: {num_heads: 2, key_dim: 4, from: {quary: x, value: x}}": False,
    "- {layers: [Flatten], for: 3}": True,
    "- {layers: [Flatten], fro: 3}": False,
    "- {Dense: 3, as: x}": False,
    "- Dense: {units: 3, for: {i: [1, 2]}, if: true, name: Head}": True,
    "- Dense: {units: 3, for: yes}": False,
    "- Dense: {units: 3, if: yes}": False,
    "- Dense: {units: 3, as: Big}": False,
    "- 3": False,
}


@pytest.mark.parametrize("text", ENTRIES)
def test_an_entry(text: str, validator: Draft7Validator) -> None:
    blueprint = parse(f"yamlnet: 1\nmodel:\n  inputs: [4]\n  layers:\n  {text}\n", "entry.yaml").value
    assert validator.is_valid(blueprint) is ENTRIES[text]
