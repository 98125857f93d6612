"""Comments that silence warnings: on which line, of which check, and what is told of those that do not."""

from __future__ import annotations

import pytest

from yamlnet.diagnostics.diagnostic import Diagnostic, Severity, Span
from yamlnet.diagnostics.ignores import settled
from yamlnet.syntax.parse import parse

CHECKS = ("dropout-rate", "learning-rate", "wrong-type")


def told(text: str, *found: tuple[str, int], severity: Severity = "warning") -> list[tuple[str, int]]:
    """What is left of warnings at lines of a text, each as (check, line)."""
    problems = [
        Diagnostic(check, "…", span=Span(line, 1, line, 2), severity=severity) for check, line in found
    ]
    kept = settled(problems, parse(text, "x.yaml"), CHECKS)
    return [(one.check, one.span.line if one.span else 0) for one in kept]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a: 50  # yamlnet: ignore[dropout-rate]\nb: 60", [2]),
        ("# yamlnet: ignore[dropout-rate]\na: 50\nb: 60", [3]),
        ("# yamlnet: ignore[dropout-rate]\n\n# another\na: 50\nb: 60", [5]),
        ("a: 50  #yamlnet:ignore[ learning-rate,dropout-rate ]\nb: 60", [2]),
        ("a: 50  # why: yamlnet: ignore[dropout-rate]\nb: 60", [1, 2]),
        ('a: "50 # yamlnet: ignore[dropout-rate]"\nb: 60', [1, 2]),
    ],
)
def test_the_line_that_is_meant(text: str, left: list[int]) -> None:
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith(("a", "b"))]
    found = told(text, *(("dropout-rate", line) for line in lines), ("learning-rate", lines[0]))
    assert [line for check, line in found if check == "dropout-rate"] == left


def test_an_error_is_told_whatever_a_comment_says() -> None:
    text = "a: 50  # yamlnet: ignore[wrong-type]"
    assert told(text, ("wrong-type", 1), severity="error") == [("wrong-type", 1)]


def test_a_comment_that_silences_nothing_is_told() -> None:
    text = "a: 50  # yamlnet: ignore[dropout-rate, learning-rate]"
    assert told(text, ("dropout-rate", 1)) == [("unused-ignore", 1)]


@pytest.mark.parametrize("comment", ["ignore", "ignore[]", "ignore[dropout]", "silence[dropout-rate]", ""])
def test_a_comment_that_names_no_check_is_told(comment: str) -> None:
    text = f"a: 50  # yamlnet: {comment}"
    assert told(text, ("dropout-rate", 1)) == [("dropout-rate", 1), ("unknown-check", 1)]
