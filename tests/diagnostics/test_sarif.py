"""SARIF against its schema, and against what a reader of it needs.

`sarif-schema-2.1.0.json` is OASIS's own (errata 01), from
https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft4Validator

from yamlnet import __version__
from yamlnet.cli.main import main
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Note, Span
from yamlnet.diagnostics.report import render, render_plainly
from yamlnet.pipeline import load
from yamlnet.syntax.parse import parse

GOLDEN = Path(__file__).parents[1] / "blueprints"
SCHEMA = Draft4Validator(json.loads(Path(__file__).with_name("sarif-schema-2.1.0.json").read_text("utf-8")))
TREE = parse("name: né\nmodel:\n  layers: [1,\n    2]\n", "a folder/né.yaml")


def log(text: str) -> Any:
    """The one run of a log, after the schema's own check."""
    found = json.loads(text)
    assert [error.message for error in SCHEMA.iter_errors(found)] == []
    (run,) = found["runs"]
    return run


def test_a_result() -> None:
    note = Note("see", ("name",))
    problem = Diagnostic("x-y", "wrong {0}", ("model", "layers"), severity="warning", notes=(note,))
    run = log(render([problem], TREE, "sarif", explain=lambda check: (f"{check} is wrong", "its page")))
    assert run["tool"]["driver"] == {
        "name": "yamlnet",
        "semanticVersion": __version__,
        "rules": [
            {
                "id": "x-y",
                "shortDescription": {"text": "x-y is wrong"},
                "help": {"text": "its page", "markdown": "its page"},
            }
        ],
    }
    (result,) = run["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("x-y", 0, "warning")
    assert result["message"] == {"text": "wrong {0}"}
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a%20folder/n%C3%A9.yaml"},
                "region": {"startLine": 3, "startColumn": 11, "endLine": 4, "endColumn": 7},
            }
        }
    ]
    (related,) = result["relatedLocations"]
    assert related["message"] == {"text": "see"}
    assert related["physicalLocation"]["region"]["startLine"] == 1
    assert run["columnKind"] == "unicodeCodePoints"  # as ours are counted, not in UTF-16


def test_rules_are_told_once_and_found_by_their_index() -> None:
    found = [Diagnostic(check, check, span=Span(line, 1, line, 2)) for line, check in enumerate("baab", 1)]
    run = log(render(found, TREE, "sarif"))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["b", "a"]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == list("baab")


@pytest.mark.parametrize(
    ("source", "uri"),
    [
        ("/home/me/net 1.yaml", "file:///home/me/net%201.yaml"),
        ("../net.yaml", "../net.yaml"),
        ("https://host/a/net.yaml", "https://host/a/net.yaml"),
        ("git+https://host/nets@v2#b.yaml", "git+https://host/nets@v2#b.yaml"),
        ("pkg:acme/a.yaml", "pkg:acme/a.yaml"),
    ],
)
def test_files_and_addresses(source: str, uri: str) -> None:
    problem = Diagnostic("x", "m", span=Span(1, 1, 1, 1), source=source)
    (result,) = log(render([problem], {}, "sarif"))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_an_option_of_the_command_line_is_no_file() -> None:
    problem = Diagnostic("x", "m", span=Span(1, 1, 1, 1), source="--set")
    (result,) = log(render([problem], {}, "sarif"))["results"]
    assert result["locations"] == [{"logicalLocations": [{"name": "--set", "kind": "parameter"}]}]


def test_nothing_wrong_is_a_log_without_results() -> None:
    assert log(render([], {}, "sarif"))["results"] == []


def test_what_has_no_place_is_a_notification() -> None:
    run = log(render_plainly("there is no backend", "install one", "sarif"))
    (ended,) = run["invocations"]
    assert ended["executionSuccessful"] is False
    assert ended["toolExecutionNotifications"][0]["message"]["text"] == "there is no backend; install one"
    assert run["results"] == []


@pytest.mark.parametrize("kind", ["err", "err-syntax"])
def test_every_golden_mistake_is_valid(kind: str) -> None:
    for path in sorted((GOLDEN / kind).glob("*.yaml")):
        if path.stem == "bomb_of_blocks":
            continue  # it takes seconds to say in one line what others say: tests/test_golden.py
        with pytest.raises(BlueprintError) as refused:
            load(path)
        run = log(render(refused.value.diagnostics, refused.value.trees, "sarif"))
        listed = json.loads(render(refused.value.diagnostics, refused.value.trees, "json"))
        assert [result["message"]["text"] for result in run["results"]] == [one["message"] for one in listed]


def test_the_command_explains_its_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text("yamlnet: 1\nmodel:\n  inputs: [4]\n  layers: [Dense: {unit: 3}]\n")
    told = CliRunner().invoke(main, ["validate", "net.yaml", "missing.yaml", "--format", "sarif"])
    assert told.exit_code == 1
    run = log(told.stdout)
    assert {result["ruleId"] for result in run["results"]} == {"file", "unknown-argument"}
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["shortDescription"]["text"]
        assert "Fails:" in rule["help"]["text"] and "Passes:" in rule["help"]["text"]
