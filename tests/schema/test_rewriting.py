"""What a mend says to write is right: every form that is told reads, every name that is told is one."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yamlnet.catalog.load import catalog
from yamlnet.pipeline import problems_of
from yamlnet.schema.habits import ARGUMENTS, KEYS, OBJECTS
from yamlnet.schema.rewriting import from_call, from_config, from_row, value_mend
from yamlnet.schema.sections import DataSection, Document, GraphSection, TrainSection, section_keys

GOLDEN = Path(__file__).parents[1] / "blueprints" / "err"
ENTRY = re.compile(r"(?:write|inside:|arguments:|module:|operations:) - (.+) \[[a-z-]+\]$", re.MULTILINE)
OBJECT = re.compile(
    r"(?P<kind>optimizer|loss|callback)\b.*(?:write|inside:) (?P<form>\{.+\}|\w+) \[[a-z-]+\]$", re.MULTILINE
)
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.out"))]

READS = {"unknown-layer", "unknown-argument", "unknown-import", "wrong-type", "entry-form", "unknown-key",
         "two-values", "missing-comma", "unclosed-bracket"}  # fmt: skip


def entry_problems(form: str) -> set[str]:
    text = f"yamlnet: 1\nmodel:\n  inputs: {{a: [8, 8, 3], b: [8, 8, 3]}}\n  layers:\n    - {form}\n"
    return {problem.check for problem in problems_of(text, "f")[0]}


FORMS = sorted({form for text in TEXTS for form in ENTRY.findall(text) if "…" not in form})


@pytest.mark.parametrize("form", FORMS)
def test_an_entry_that_is_told_reads(form: str) -> None:
    assert not entry_problems(form) & READS


def test_there_are_such_entries() -> None:
    assert len(FORMS) > 12


@pytest.mark.parametrize(
    ("kind", "form"),
    sorted({found for text in TEXTS for found in OBJECT.findall(text) if "…" not in found[1]}),
)
def test_an_object_that_is_told_reads(kind: str, form: str) -> None:
    key, value = ("callbacks", f"[{form}]") if kind == "callback" else (kind, form)
    text = f"yamlnet: 1\nmodel: {{inputs: {{x: [4]}}, layers: [Dense: 3]}}\ntrain:\n  {key}: {value}\n"
    told = {problem.check for problem in problems_of(text, "f")[0]}
    assert not {check for check in told if check.startswith(("unknown", "wrong"))}


def test_the_names_of_the_tables_are_keras_s() -> None:
    for kind, table in OBJECTS.items():
        for name in table.values():
            if name.isidentifier() and name != "null":
                assert catalog().find(kind, name) is not None, (kind, name)  # type: ignore[arg-type]
    known = {argument for kind in ("layer", "optimizer") for name in catalog().names(kind)
             for argument in (catalog().find(kind, name).by_name if catalog().find(kind, name) else ())}  # type: ignore[union-attr]  # fmt: skip
    assert {*ARGUMENTS.values()} <= known


def test_no_habit_has_the_name_of_a_key() -> None:
    sections = {"": Document, "model": GraphSection, "data": DataSection, "train": TrainSection}
    for owner, table in KEYS.items():
        assert not table.keys() & section_keys(sections[owner]).keys()


def test_rewriting() -> None:
    assert from_call("layer", "Conv2D(32, (3, 3), padding='same')") == (
        "Conv2D: {filters: 32, kernel_size: [3, 3], padding: same}"
    )
    assert from_call("layer", "tf.keras.layers.Dense(units=10, input_shape=(4,))") == "Dense: {units: 10}"
    assert from_call("layer", "Dense(units=tf.abs(x))") == "Dense: {units: …}"
    assert from_call("layer", "Foo(3)") is None
    assert from_call("layer", "Dense(10") is None
    assert from_config("optimizer", {"name": "adam", "lr": 0.01}) == "adam: {learning_rate: 0.01}"
    assert from_config("layer", {"units": 3}) is None
    assert from_row([-1, 1, "Conv", [64, 3]]) == "Conv2D: {filters: 64, kernel_size: 3}"
    assert from_row([1, 2]) is None


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("aD(),=:' \"[]{}$%x1.\n-")),
    st.sampled_from(["a list", "a number", "one of a, b"]),
)
def test_no_text_stops_it(text: str, expected: str) -> None:
    value_mend(text, expected)
    assert isinstance(from_call("layer", text), str | None)


@pytest.mark.parametrize("text", ["(" + "a," * 200_000, "a*" + " " * 500_000 + "!", "Dense(" * 100_000])
def test_a_long_text_costs_nothing(text: str) -> None:
    begun = time.perf_counter()
    value_mend(text, "a list of whole numbers")
    from_call("layer", text)
    entry_problems(f"Dense: {{units: {text}}}")
    assert time.perf_counter() - begun < 5
