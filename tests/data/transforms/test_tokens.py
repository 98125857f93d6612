"""Texts that are cut into pieces first, against the tokenizers library given whole texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, normalizers, trainers

from yamlnet.data.texts import long_texts, pieces, vocabularies
from yamlnet.data.texts import tokens as found_in
from yamlnet.data.texts.vocabularies import Recipe, learnt, opened

ODD = "aAbB 09_.,'-!é\u0301\u0300İıſßΣς日"
ODD += "\u3000\u00a0\u2028\x85\t\n\r\x0b\x1c\u200d😀\u212a\u1100\u1161\u0378\U000105d2"
TEXTS = st.lists(
    st.text(st.sampled_from(ODD) | st.characters(exclude_categories=["Cs"]), max_size=16),
    min_size=1,
    max_size=5,
)
KINDS = ("words", "characters")


def by_the_library(recipe: Recipe, texts: list[str]) -> Tokenizer:
    """The tokenizer that its own WordLevelTrainer makes of the same settings."""
    model, cuts, decoder = vocabularies._PARTS[recipe.kind]()
    tokenizer: Any = Tokenizer(model)
    steps = [normalizers.NFC(), *([normalizers.Lowercase()] if recipe.lower else [])]
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.Sequence(steps), cuts
    if decoder is not None:
        tokenizer.decoder = decoder
    trainer = trainers.WordLevelTrainer(
        vocab_size=recipe.size,
        min_frequency=recipe.min_count,
        special_tokens=recipe.special,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def rows(found: Any) -> list[list[int]]:
    return [part.tolist() for part in np.split(found.flat, np.cumsum(found.lengths)[:-1])]


@settings(max_examples=50)
@given(
    TEXTS.filter(lambda texts: any(map(str.strip, texts))),
    st.sampled_from(KINDS),
    st.booleans(),
    st.sampled_from([6, 1000]),
    st.integers(1, 2),
)
@example(["e \u0301x", "e\u0301x"], "words", False, 1000, 1)
@example(["İ\u0307 ΑΣ", " "], "characters", True, 1000, 1)
def test_words_and_characters_are_those_of_the_library(
    texts: list[str], kind: str, lower: bool, size: int, least: int
) -> None:
    recipe = Recipe(kind, size, lower, least)
    expected = by_the_library(recipe, texts)
    if expected.get_vocab_size() <= 2:
        return
    assert learnt(recipe, [texts[:2], texts[2:]], ()) == expected.to_str()
    whole = opened(expected.to_str()).encode_batch(texts, add_special_tokens=False)
    assert rows(found_in.tokens(opened(expected.to_str()), texts, True, True, ())) == [
        one.ids for one in whole
    ]


@pytest.mark.parametrize("kind", ["wordpiece", "bpe"])
@given(texts=TEXTS)
@example(texts=["a  b c d", " 's it's  ' ", "a \u0301b", "a\0 b c", "a b \n c"])
def test_pieces_of_words_are_those_of_the_library(kind: str, texts: list[str]) -> None:
    known = ["the cat, sat on a mat", "aAbB é 日 _.", "09 ßΣ"]
    tokenizer = opened(learnt(Recipe(kind, 400, True), [known], ()))
    assert pieces.cut_of(tokenizer) is not pieces.whole
    expected = [one.ids for one in tokenizer.encode_batch(texts, add_special_tokens=False)]
    assert rows(found_in.tokens(tokenizer, texts, True, True, ())) == expected


@pytest.mark.parametrize("kind", ["words", "characters", "bpe", "wordpiece"])
def test_texts_are_looked_at_in_portions(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["the cat sat\n", "", "on\nthe mat " * 5, "é the cat"] * 3
    tokenizer = opened(learnt(Recipe(kind, 300), [texts], ()))
    expected = [one.ids for one in tokenizer.encode_batch(texts, add_special_tokens=False)]
    for most in (1, 30):
        monkeypatch.setattr(found_in, "CHARACTERS", most)
        monkeypatch.setattr(long_texts, "LONG", most)
        assert rows(found_in.tokens(tokenizer, texts, True, True, ())) == expected


def test_a_tokenizer_from_elsewhere_is_given_whole_texts() -> None:
    tokenizer = by_the_library(Recipe("words", 50), ["new york is new"])
    tokenizer.add_tokens(["new york"])
    assert pieces.cut_of(tokenizer) is pieces.whole
    found = found_in.tokens(tokenizer, ["is new york new", "is new york new"], False, False, ())
    assert rows(found) == [tokenizer.encode("is new york new").ids] * 2
    assert tokenizer.token_to_id("new york") in found.flat
