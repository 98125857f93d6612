"""What is warned of: plain scalars that YAML 1.1 or Python reads otherwise, where they are values."""

from __future__ import annotations

import pytest
import yaml

from yamlnet.diagnostics.diagnostic import BlueprintError, Span
from yamlnet.pipeline import problems_of
from yamlnet.syntax.parse import parse
from yamlnet.syntax.scalars import plain_value
from yamlnet.syntax.surprises import MEANT, meant

TOLD = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), "true"),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), "false"),
    "None": "null", "inf": ".inf", "-inf": "-.inf", "nan": ".nan", "NaN": ".nan", "Infinity": ".inf",
    "1_000": "1000", "1_000.5": "1000.5", "0b101": "5", "-0x1F": "-31", "0X1f": "31", "012": "12",
    "-007": "-7", "+00": "0",
}  # fmt: skip
SILENT = (
    "y", "n", "Y", "N", "yEs", "none", "true", "~", "0", "-0", "10", "0.5", "00.5", "0o17", "0x1F", "1:30",
    "1e3", "2001-12-14", "12px", "relu", "yes please", "v1_000", "1_", "_1", "0b2", "1.2.3",
)  # fmt: skip


def warned(text: str) -> list[tuple[str, str]]:
    return [(problem.check, problem.message) for problem in parse(text, "f").warnings]


@pytest.mark.parametrize("text", TOLD)
def test_what_is_told_and_what_to_write(text: str) -> None:
    ((check, message),) = warned(f"params: {{a: {text}}}")
    assert check == ("leading-zero" if isinstance(plain_value(text), int) else "text-not-value")
    assert f"write {TOLD[text]}," in message
    assert not warned(f"params: {{a: '{text}'}}")
    assert not isinstance(plain_value(TOLD[text]), str)
    assert not warned(f"params: {{a: {TOLD[text]}}}")


@pytest.mark.parametrize("text", SILENT)
def test_what_is_not_told(text: str) -> None:
    assert not warned(f"params:\n  a: {text}\n")


@pytest.mark.parametrize("text", [word for word, value in MEANT.items() if value in ("true", "false")])
def test_the_booleans_are_those_of_yaml_1_1(text: str) -> None:
    assert yaml.safe_load(text) is plain_value(meant(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "on: 1", "012: a", "{as: on}", "{as: [a, off]}", "{name: no}", "{from: on}", "{from: {query: off}}",
        "{column: yes}", "{columns: [yes, no]}", "{targets: {no: yes}}", "description: No", "{help: on}",
    ],
)  # fmt: skip
def test_keys_and_names_are_left_alone(text: str) -> None:
    assert not warned(text)


def test_its_place() -> None:
    (problem,) = parse("params:\n  - [a, no]\n", "f").warnings
    assert (problem.path, problem.span, problem.source) == (("params", 0, 1), Span(2, 9, 2, 11), "f")


BLUEPRINT = """\
yamlnet: 1
params: {{width: {width}}}
model:
  inputs: {{x: [4]}}
  layers:
    - Dense: {{units: {units}, use_bias: {bias}, name: "d${{width}}"}}
"""


def checks(**values: str) -> list[str]:
    problems, _ = problems_of(BLUEPRINT.format(**values), "f")
    return [problem.check for problem in problems]


def test_a_warning_is_not_told_beside_an_error_at_its_place() -> None:
    assert checks(width="no", units="012", bias="true") == ["text-not-value", "leading-zero"]
    assert checks(width="8", units="3", bias="no") == ["wrong-type"]
    assert checks(width="no", units="3", bias="no") == ["text-not-value", "wrong-type"]


def test_the_error_says_what_to_write() -> None:
    problems, _ = problems_of(BLUEPRINT.format(width="8", units="1_0", bias="no"), "f")
    assert [problem.message.rpartition("; ")[2] for problem in problems] == ["write 10", "write false"]
    problems, _ = problems_of(BLUEPRINT.format(width="8", units="no", bias="1_0"), "f")
    assert not any("write" in problem.message for problem in problems)


def test_a_file_that_is_refused_has_no_tree_of_warnings() -> None:
    with pytest.raises(BlueprintError) as refused:
        parse("a: no\na: 1\n", "f")
    assert [problem.check for problem in refused.value.diagnostics] == ["duplicate-key"]
