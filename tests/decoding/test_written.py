"""Tokens back to texts: what was fitted is turned round, and special tokens are left out."""

from __future__ import annotations

from typing import Any

import pytest

from yamlnet.data.place import Place
from yamlnet.data.table import Table, objects
from yamlnet.data.texts.written import beginning, texts_of, tokenize_state, unknown_parts
from yamlnet.data.transforms.tokenize import apply, fit

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

TEXTS = ["To be, or not to be:\nthat is the question.", "Naïve café – “so”!"]


def column() -> tuple[Any, Place]:
    table = Table({"text": objects(TEXTS)}, "texts")
    return table.columns["text"], Place("text", ("data",), table)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"as": "characters"}, TEXTS),
        ({"as": "bpe", "size": 300}, TEXTS),
        ({"as": "characters", "start": True, "end": True, "length": 60}, TEXTS),
        (
            {"as": "words", "lower": False},
            ["To be , or not to be : that is the question .", "Naïve café – “ so ”!"],
        ),
        (
            {"as": "wordpiece", "size": 200},
            ["to be, or not to be : that is the question.", "naïve café – “ so ”!"],
        ),
    ],
)
def test_tokens_become_the_text_again(words: dict[str, Any], expected: list[str]) -> None:
    values, place = column()
    state = fit(words, [(values, place)], ("data",))
    rows = apply(words, values, state, place)
    assert texts_of(rows, state) == expected
    assert tokenize_state([{"length": {}, "tokenize": state}]) is state
    assert tokenize_state([{"scale": {}}]) is None


def test_a_beginning_has_the_mark_of_a_start_and_none_of_an_end() -> None:
    words = {"as": "characters", "start": True, "end": True}
    values, place = column()
    state = fit(words, [(values, place)], ("data",))
    row = apply(words, values, state, place)[0].tolist()
    assert beginning(TEXTS[0], state, start=True).tolist() == row[:-1]
    assert beginning("", state, start=True).tolist() == [state["start"]]
    assert unknown_parts("To be or Xß not ßo", state) == ["X", "ß"]
