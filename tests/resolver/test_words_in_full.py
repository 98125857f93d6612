"""A word alone and the same word in full are one plan; every argument by name has its help in the editor."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yamlnet.pipeline import inspect
from yamlnet.resolver.plan import TensorPlan
from yamlnet.resources import schema_path
from yamlnet.schema.data_words import TRANSFORMS, WINDOWS, fields_of, in_full, in_short
from yamlnet.syntax.parse import parse

BLUEPRINT = """\
yamlnet: 1
model:
  inputs: {{x: [1]}}
  layers: [Dense: {{units: 1, as: y}}]
data:
  train: {{Csv: rows.csv}}
  inputs: {{x: {{column: x, {word}}}}}
  targets: {{y: y}}
train: {{loss: mse}}
"""
ALIKE = [
    ("encode: index", "encode: {as: index}"),
    ("date: month", "date: {parts: month}"),
    ("date: [month, day]", "date: {parts: [month, day]}"),
    ("tokenize: words", "tokenize: {as: words}"),
    ("length: 4", "length: {to: 4}"),
    ("resize: [4, 5]", "resize: {size: [4, 5]}"),
    ("window: 4", "window: {length: 4}"),
    ("horizon: 4", "horizon: {steps: 4}"),
]
IN_FULL = [word for word in (*TRANSFORMS, *WINDOWS) if fields_of(word)]


def tensor(word: str) -> TensorPlan:
    data = inspect(parse(BLUEPRINT.format(word=word), "b.yaml"))[1].data
    assert data is not None
    return data.inputs["x"]


@pytest.mark.parametrize(("short", "full"), ALIKE)
def test_a_word_alone_is_the_first_argument(short: str, full: str) -> None:
    assert tensor(short) == tensor(full)
    word = short.partition(":")[0]
    alone, named = (parse(f"{one}\n", "").value[word] for one in (short, full))
    assert in_full(word, alone) == in_full(word, named) == named
    assert in_short(word, named) == in_short(word, alone) == alone


def test_every_word_in_full_is_among_these() -> None:
    assert {short.partition(":")[0] for short, _ in ALIKE} == set(IN_FULL)
    assert in_full("scale", 2) == in_short("scale", 2) == 2
    longer = {"as": "hash", "size": 4}
    assert in_short("encode", longer) == in_full("encode", longer) == longer


@pytest.mark.parametrize("word", IN_FULL)
def test_editors_show_what_each_argument_is_for(word: str) -> None:
    schema: Any = json.loads(schema_path().read_text(encoding="utf-8"))
    described = schema["definitions"]["tensor"]["anyOf"][1]["properties"][word]
    (named,) = (option for option in described["anyOf"] if option.get("type") == "object")
    for field in fields_of(word):
        help, _, taken = named["properties"][field.name]["description"].partition("\n\n")
        assert help == field.help != ""
        ending = "required" if field.required else "may be left out" if field.default is None else "default"
        assert f"; {ending}" in taken
    assert named.get("required", []) == [field.name for field in fields_of(word) if field.required]
