"""Expressions, held against Python itself where both have the same meaning."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamlnet.resolver.evaluate import Unknown, evaluate
from yamlnet.schema.expressions import ExpressionError, parse_template

SCOPE = {"width": 16, "rate": 0.5, "names": ["a", "b"], "wide": True, "data": {"digit": {"classes": 10}}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${width * 2}", 32),
        ("${width // 3}", 5),
        ("${width / 4}", 4.0),
        ("${2 ** 10}", 1024),
        ("${-width}", -16),
        ("${width if wide else 1}", 16),
        ("${1 if not wide else 2}", 2),
        ("${width > 3 and rate < 1}", True),
        ("${1 < width <= 16}", True),
        ("${names[1]}", "b"),
        ("${names[0:1]}", ["a"]),
        ("${[1, width]}", [1, 16]),
        ("${range(3)}", [0, 1, 2]),
        ("${prod([2, 3])}", 6),
        ("${log2(8)}", 3.0),
        ("${floor(2.7) + ceil(2.1)}", 5),
        ("${data.digit.classes}", 10),
        ("${true}", True),
        ("${null}", None),
        ("${'a' in names}", True),
        ("stage${width}_${rate}", "stage16_0.5"),
        ("${wide}!", "true!"),
        ("price $${x}", "price ${x}"),
        ("plain", "plain"),
        ("${'}'}", "}"),
    ],
)
def test_values(text: str, value: object) -> None:
    found = evaluate(text, SCOPE)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "part", "place"),
    [
        ("${widht}", 'did you mean "width"', (2, 7)),
        ("n: ${width / 0}", "divides by zero", (5, 14)),
        ("${open('x')}", '"open" is not a function', (2, 11)),
        ("${width.real}", "only `data.`", (2, 12)),
        ("${(lambda: 1)()}", "is not a function", (2, 15)),
        ("${[x for x in names]}", "comprehension", (2, 20)),
        ("${width", "never closed", (0, 7)),
        ("${}", "empty", (0, 3)),
        ("${width +}", "does not read", (8, 9)),
        ("${data.digt.classes}", 'did you mean "digit"', (2, 11)),
        ("${10 ** 100}", "beyond", (2, 11)),
        ("${range(10 ** 9)}", "limit", (2, 16)),
        ("${'a' * 10 ** 9}", "limit", (2, 15)),
        ("${names + 1}", "cannot be computed", (2, 11)),
        ("${min(1, key=2)}", "by name", (2, 15)),
        ("${1j}", "numbers, strings", (2, 4)),
    ],
)
def test_mistakes_are_placed(text: str, part: str, place: tuple[int, int]) -> None:
    with pytest.raises(ExpressionError) as refused:
        evaluate(text, SCOPE)
    assert part in str(refused.value)
    assert (refused.value.start, refused.value.end) == place


def test_unknown_facts_spread() -> None:
    scope = {"steps": Unknown("steps"), "width": 2}
    assert isinstance(evaluate("${steps * width}", scope), Unknown)
    assert isinstance(evaluate("half of ${steps}", scope), Unknown)
    assert evaluate("${width or steps}", scope) == 2


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_a_placed_mistake(text: str) -> None:
    try:
        parts = parse_template("${" + text + "}")
        evaluate("${" + text + "}", {})
    except ExpressionError as error:
        assert 0 <= error.start < error.end
    else:
        assert parts


numbers = st.integers(-50, 50).map(str) | st.floats(-50, 50, allow_subnormal=False).filter(
    lambda x: x == 0 or abs(x) > 1e-6
).map(repr)
expressions = st.recursive(
    numbers,
    lambda inner: st.tuples(
        inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "<", "==", "and", "or"]), inner
    ).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=8,
)


@given(expressions)
def test_agrees_with_python(text: str) -> None:
    try:
        expected = eval(text, {"__builtins__": {}})
    except ZeroDivisionError:
        with pytest.raises(ExpressionError):
            evaluate("${" + text + "}", {})
        return
    if (isinstance(expected, float) and not math.isfinite(expected)) or (
        isinstance(expected, int) and abs(expected) > 2**53
    ):
        return
    assert evaluate("${" + text + "}", {}) == expected
