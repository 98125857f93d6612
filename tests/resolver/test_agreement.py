"""Expressions held against Python's own parser and `eval`, on random text.

`python_oracle.py` says how; `benchmarks/expressions.py` runs the same over a million texts.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from yamlnet.resolver import expression_operators

sys.path.insert(0, str(Path(__file__).parent))
from python_judge import judge
from python_oracle import disagreement
from random_expressions import FUNCTIONS, SCOPE, Generator

TEXTS = 1_500


@pytest.mark.parametrize("seed", range(6))
def test_random_expressions_agree_with_python(seed: int) -> None:
    generator = Generator(seed)
    for _ in range(TEXTS):
        text = generator.text()
        assert disagreement(text, SCOPE) == "", repr(text)


def test_the_random_expressions_are_worth_it() -> None:
    """Of a few thousand, many have a value, and every function and operator occurs among those."""
    generator = Generator(100)
    texts = [generator.text() for _ in range(3_000)]
    outcomes = Counter(judge(text, SCOPE).outcome for text in texts)
    assert outcomes["value"] > 1_200
    assert outcomes["raises"] > 300
    assert outcomes["syntax"] > 300
    assert outcomes["far"] > 20
    good = "\n".join(text for text in texts if judge(text, SCOPE).outcome == "value")
    words = [f"{name}(" for name in FUNCTIONS]
    words += ["**", "//", "%", " if ", "not in", " and ", " or ", "not ", "::", "data.", "<=", "!=", "'''"]
    assert [word for word in words if word not in good] == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("2 ** 3 + 1", "**"),
        ("'a' + 'b'", "+"),
        ("7 // 2 - 1", "//"),
        ("-7 % 3", "%"),
        ("7 / 2 * 2", "/"),
    ],
)
def test_a_wrong_operator_is_noticed(text: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge judges: an operator that computes something else is a disagreement."""
    assert disagreement(text, SCOPE) == ""
    right = expression_operators.BINARY[what]
    monkeypatch.setitem(expression_operators.BINARY, what, lambda work, a, b: right(work, b, a))
    assert disagreement(text, SCOPE) != ""


@pytest.mark.parametrize(
    "text",
    [
        "[range(1000)] * 1000", "str([range(1000)] * 1000)", "2 ** 10000",
        "10 ** 400", "10.0 ** 400", "9 ** 9 ** 9", "(-8) ** (1 / 3)", "0 ** -1",
        "round(5, -10 ** 9)",
        "'a' * 10 ** 9", "10 ** 9 * [1]", "range(10 ** 9)", "sum(range(9000))", "prod(range(1, 9000))",
        "sum([[1]] * 3000, [])", "prod(['a', 10 ** 9])", "'%1000000d' % 3", "int('9' * 5000)",
        "1e308 * 10 - 1e308 * 10",
        "[[range(99)] * 99] * 9 == [[range(99)] * 99] * 9",
        "float('inf')", "float('nan')", "1e999", "9007199254740992 + 1", "-9007199254740992 - 1",
        "'\\ud800'", "min(5000 * ['a'])", "[] * 10 ** 15", "'' * 10 ** 15",
    ],
)  # fmt: skip
def test_what_would_take_long_agrees_too(text: str) -> None:
    assert disagreement(text, SCOPE) == ""
