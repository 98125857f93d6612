"""What expressions come to; `test_agreement.py` holds them against Python."""

from __future__ import annotations

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
        ("${open('x')}", '"open" is not a function', (2, 6)),
        ("${width.real}", "only `data.`", (2, 12)),
        ("${params.width}", "write width", (2, 14)),
        ("${math.sqrt(4)}", "write sqrt(…)", (2, 11)),
        ("${(lambda: 1)()}", "functions cannot be written", (9, 10)),
        ("${[x for x in names]}", "comprehension", (5, 8)),
        ("${width", "never closed", (0, 7)),
        ("${}", "empty", (0, 3)),
        ("${width +}", 'after "+" a value is missing', (8, 9)),
        ("${width && wide}", "write `and`", (8, 10)),
        ("${wide ? 1 : 2}", "a if x else b", (7, 8)),
        ("${data.digt.classes}", 'did you mean "digit"', (2, 11)),
        ("${10 ** 100}", "beyond", (2, 11)),
        ("${1 + range(10 ** 9)[0]}", "10,000 in all", (6, 20)),
        ("${'a' * 10 ** 9}", "1,000,000,000 characters", (2, 15)),
        ("${names + 1}", "two lists, not a list and a whole number", (2, 11)),
        ("${1 < 2 < names}", "cannot compare a whole number with a list", (6, 15)),
        ("${min(1, key=2)}", "by name", (9, 13)),
        ("${1j}", "complex", (2, 4)),
        ("${width * widht}", 'did you mean "width"', (10, 15)),
        ("${names[width]}", "there is no item [16]", (8, 13)),
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
    assert isinstance(evaluate("${steps if width else 1}", scope), Unknown)


@pytest.mark.parametrize(
    "text", ["sum(mixed)", "mixed == [1, 2]", "2 in mixed", "max(mixed)", "str(mixed)", "mixed < [1]"]
)
def test_what_looks_into_a_list_that_holds_an_unknown_is_unknown(text: str) -> None:
    scope = {"mixed": [1, Unknown("steps")]}
    assert isinstance(evaluate("${" + text + "}", scope), Unknown)
    assert isinstance(evaluate("so: ${" + text + "}", scope), Unknown)
    assert evaluate("${mixed[0] + len(mixed)}", scope) == 3


def test_what_stands_alone_is_not_computed_with() -> None:
    """A parameter may be beyond what expressions compute with, as long as they do not."""
    scope = {"seed": 2**60, "many": list(range(20_000)), "limit": float("inf"), "long": "a" * 20_000}
    for name, value in scope.items():
        assert evaluate("${" + name + "}", scope) is value
    for text in ("seed + 0", "many + []", "limit + 0", "long + ''", "int(long)", "sum(many)", "[many]"):
        with pytest.raises(ExpressionError):
            evaluate("${" + text + "}", scope)


def test_text_put_in_is_bounded() -> None:
    assert evaluate("${'a' * 5000}" * 2, {}) == "a" * 10_000
    with pytest.raises(ExpressionError, match="10,001 characters"):
        evaluate("${'a' * 5000}" * 2 + "${'a'}", {})


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_a_placed_mistake(text: str) -> None:
    try:
        parts = parse_template("${" + text + "}")
        evaluate("${" + text + "}", {})
    except ExpressionError as error:
        assert 0 <= error.start < error.end <= len(text) + 3
    else:
        assert parts
