"""Plain scalars by the YAML 1.2 core schema, and where PyYAML's own YAML 1.1 reads otherwise."""

from __future__ import annotations

import math

import pytest
import yaml

from yamlnet.syntax.parse import parse
from yamlnet.syntax.scalars import NumberError, plain_value

NULLS = ("", "~", "null", "Null", "NULL")
TRUE = ("true", "True", "TRUE")
FALSE = ("false", "False", "FALSE")

NUMBERS = {
    "0": 0, "-0": 0,
    "+12": 12, "-7": -7, "012": 12, "08": 8, "0o17": 15, "0x1F": 31, "0xdeadBEEF": 0xDEADBEEF,
    "1.": 1.0,
    ".5": 0.5, "-.5": -0.5, "1e3": 1000.0, "1e-3": 0.001, "1E+3": 1000.0, "3.14": 3.14, "-2.5e-2": -0.025,
    ".5e1": 5.0, "1.e2": 100.0,
    ".inf": math.inf, "+.INF": math.inf, "-.Inf": -math.inf,
}  # fmt: skip

TEXTS = (
    "no", "No", "on", "off", "yes", "y", "n", "1_000", "1:30", "190:20:30", "0b101", "0o8", "0xg", "-0x1F",
    "0X1F",
    "1e", "e3", "1e3.5", "..5", "1.2.3", "+", "-", ".", "+.", "-.nan", "inf", "nan", "NaN", "Infinity",
    "nULL", "tRUE",
    "2001-12-14", "=", "1 2", "١٢", "12px", "~x", "None", "0.5.",
)  # fmt: skip


@pytest.mark.parametrize("text", NULLS)
def test_null(text: str) -> None:
    assert plain_value(text) is None


@pytest.mark.parametrize("text", [*TRUE, *FALSE])
def test_boolean(text: str) -> None:
    assert plain_value(text) is (text in TRUE)


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_number(text: str, value: float) -> None:
    found = plain_value(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text: str) -> None:
    found = plain_value(text)
    assert isinstance(found, float) and math.isnan(found)


@pytest.mark.parametrize("text", TEXTS)
def test_text(text: str) -> None:
    assert plain_value(text) == text


@pytest.mark.parametrize("text", [*NULLS[1:], *TRUE, *FALSE, *NUMBERS, *TEXTS])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_quoted_is_text(text: str, quote: str) -> None:
    assert parse(f"{quote}{text}{quote}", "f").value == text


@pytest.mark.parametrize("text", ["no", "on", "1_000", "1:30", "012", "1e-3", "0o17", "2001-12-14", "0b101"])
def test_where_yaml_1_1_reads_otherwise(text: str) -> None:
    assert yaml.safe_load(text) != plain_value(text)


@pytest.mark.parametrize("text", ["1e309", "-1e9999", "9" * 101, "0x" + "f" * 101, "0o" + "7" * 101])
def test_numbers_that_cannot_be_held(text: str) -> None:
    with pytest.raises(NumberError):
        plain_value(text)


def test_the_longest_integer() -> None:
    assert plain_value("9" * 100) == 10**100 - 1
