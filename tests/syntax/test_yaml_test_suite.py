"""The YAML test suite: whatever is accepted means what YAML 1.2 says, and the rest is refused with its place.

https://github.com/yaml/yaml-test-suite; `yaml_test_suite/README.md` says where the cases come from. The suite
knows nothing of blueprints' own rules (no tags, one document, keys are words), so much that is valid YAML is
refused here; each such case is counted under the check that refuses it.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.lines import split_lines
from yamlnet.syntax.parse import parse

FILE = Path(__file__).parent / "yaml_test_suite" / "cases.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]

LENIENT = {
    "9C9N": "lines in brackets that are not indented: everybody closes a bracket below its key",
    "DK95/01": "a tab before a continued line of a quoted text; it is folded into one space either way",
    "QB6E": "lines of a quoted text that are not indented; each break is folded into one space either way",
    "S98Z": "a block scalar that begins with too many spaces and holds a comment alone: an empty text",
    "Y79Y/03": "a tab before a continued line of brackets, which separates values and nothing else",
}
"""What is accepted though the suite calls it an error: libyaml reads it, and it can mean but one thing."""

OUR_RULES = {
    "tag": "a blueprint is data: no tags",
    "bad-key": "keys are words: no lists, mappings, aliases, anchors or nothing",
    "several-documents": "a file holds one blueprint",
    "empty-document": "a file holds a blueprint",
    "directive": "blueprints are YAML 1.2",
    "indentation": "an item that is swallowed by the text above it was never meant so",
    "missing-space": "`-foo: 1` was to be an item",
}
PARSER = {
    "tab": "libyaml takes no tab between a dash and its item, nor on a line of its own",
    "missing-comma": "libyaml wants a key in braces and its colon on one line",
    "needs-quotes": "libyaml knows no other directives than %YAML, anchors of letters alone, and ends at a %",
    "missing-value": "libyaml wants a space or a text after a colon in braces",
    "missing-colon": "libyaml indents the text of a block scalar below three dashes",
    "unclosed-quote": "a quoted key over two lines",
    "alias": "libyaml ends the name of an anchor at a colon",
}
"""Why valid YAML is refused: the language's own rules, and what libyaml does not read."""

COUNTS = {"equal": 176, "error, refused": 89, "error, accepted": 5, "our rules": 96, "parser": 36}


def values(text: str) -> list[Any]:
    """The documents of a case's JSON, one after the other."""
    decoder, found, index = json.JSONDecoder(), [], 0
    text = text.strip()
    while index < len(text):
        value, index = decoder.raw_decode(text, index)
        found.append(value)
        index += len(text[index:]) - len(text[index:].lstrip())
    return found


def outcome(case: dict[str, Any]) -> str:
    """What becomes of a case; asserts that a refusal has its place and that what is accepted is equal."""
    text = case["yaml"]
    try:
        value = parse(text, "case.yaml").value
    except BlueprintError as refused:
        lines = split_lines(text)
        for problem in refused.diagnostics:
            assert problem.span is not None
            assert 1 <= problem.span.line <= len(lines)
            assert 1 <= problem.span.column <= len(lines[problem.span.line - 1]) + 1
        if "error" in case:
            return "error, refused"
        check = refused.diagnostics[0].check
        assert check in OUR_RULES or check in PARSER, check
        return "our rules" if check in OUR_RULES else "parser"
    if "error" in case:
        assert case["case"] in LENIENT
        return "error, accepted"
    (expected,) = values(case["json"])
    assert alike(value, expected)
    return "equal"


def alike(value: Any, expected: Any) -> bool:
    """Whether two values are equal, and of one kind all through; JSON writes 450.00 as 450."""
    if isinstance(value, bool) or isinstance(expected, bool) or value is None or expected is None:
        return value is expected
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(alike, value, expected))
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(alike(value[key], expected[key]) for key in value)
    return bool(value == expected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_what_is_accepted_means_what_the_suite_says(case: dict[str, Any]) -> None:
    outcome(case)


def test_counts() -> None:
    assert len(CASES) == 402
    assert Counter(map(outcome, CASES)) == COUNTS


def test_no_leniency_is_out_of_date() -> None:
    accepted = {case["case"] for case in CASES if "error" in case and outcome(case) == "error, accepted"}
    assert accepted == set(LENIENT)
