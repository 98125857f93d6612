"""Choices against their definitions: shares by hand, frequencies of draws, every text tried for beams."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from yamlnet.decoding.beams import likeliest
from yamlnet.decoding.choice import Choice, drawn, logarithms, shares
from yamlnet.decoding.next_token import NextToken

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

CHANCES = np.array([[0.1, 0.4, 0.05, 0.3, 0.15]])


def shared(**words: Any) -> Any:
    return shares(np.log(CHANCES), Choice(**words))[0]


def test_temperature_is_a_power_of_the_shares() -> None:
    np.testing.assert_allclose(shared(), CHANCES[0])
    np.testing.assert_allclose(shared(temperature=0.5), CHANCES[0] ** 2 / (CHANCES[0] ** 2).sum())


def test_the_likeliest_few_are_left() -> None:
    np.testing.assert_allclose(shared(top_k=2), np.array([0, 4, 0, 3, 0]) / 7)
    np.testing.assert_allclose(shared(top_p=0.69), np.array([0, 4, 0, 3, 0]) / 7)
    np.testing.assert_allclose(shared(top_p=0.71), np.array([0, 40, 0, 30, 15]) / 85)
    np.testing.assert_allclose(shared(top_p=0.01), [0, 1, 0, 0, 0])
    np.testing.assert_allclose(shared(top_k=3, top_p=0.8), np.array([0, 4, 0, 3, 0]) / 7)
    np.testing.assert_allclose(shared(top_k=99, top_p=1.0), CHANCES[0])


def test_a_nucleus_is_drawn_as_often_as_its_shares_say() -> None:
    logs = np.repeat(np.log(CHANCES), 20_000, axis=0)
    tokens = drawn(logs, Choice(top_p=0.71), np.random.default_rng(5))
    found = np.bincount(tokens, minlength=5) / len(tokens)
    np.testing.assert_allclose(found, np.array([0, 40, 0, 30, 15]) / 85, atol=0.012)
    assert found[0] == found[2] == 0


def test_logits_and_probabilities_say_the_same_and_what_is_banned_is_never_chosen() -> None:
    logits = np.log(CHANCES).astype("float32") + 3
    np.testing.assert_allclose(logarithms(logits, True), np.log(CHANCES), atol=1e-6)
    np.testing.assert_allclose(logarithms(CHANCES, False), np.log(CHANCES))
    without = np.exp(logarithms(logits, True, banned=[1]))
    np.testing.assert_allclose(without[0], np.array([10, 0, 5, 30, 15]) / 60, atol=1e-6)
    coldest = drawn(logarithms(logits, True, [1]), Choice(temperature=0), np.random.default_rng(0))
    assert coldest.tolist() == [3]


@pytest.mark.parametrize(
    "words", [{"temperature": -1}, {"top_k": 0}, {"top_p": 0}, {"top_p": 1.1}, {"beams": 0}]
)
def test_what_has_no_meaning_is_refused(words: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(words))):
        Choice(**words)


class Table:
    """A reading of a toy model: the chances of the next token by the last two."""

    def __init__(self, seed: int, tokens: int) -> None:
        self.chances = np.random.default_rng(seed).dirichlet(np.full(tokens, 0.5), (tokens, tokens))
        self.last: Any = None

    def begin(self, tokens: Any) -> Any:
        self.last = tokens[:, -2:]
        return self._told()

    def go_on(self, tokens: Any) -> Any:
        self.last = np.stack([self.last[:, 1], tokens], axis=1)
        return self._told()

    def keep(self, rows: Any) -> None:
        self.last = self.last[rows]

    def _told(self) -> Any:
        return self.chances[self.last[:, 0], self.last[:, 1]]

    def best(self, prompt: Any, most: int, stop: int) -> list[int]:
        """Every text tried: the best mean of log p."""
        found = []
        for length in range(1, most + 1):
            for text in itertools.product(range(len(self.chances)), repeat=length):
                if stop in text[:-1] or (length < most and text[-1] != stop):
                    continue
                places = [*prompt, *text]
                logs = [
                    np.log(self.chances[a, b, c])
                    for a, b, c in zip(places, places[1:], places[2:], strict=False)
                ]
                found.append((np.mean(logs), list(text)))
        return max(found)[1]


def chances(stop: int | None) -> NextToken:
    """What is known of a table's tokens; it is read without a model."""
    return NextToken(None, "tokens", stop, from_logits=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(4))
def test_enough_beams_find_the_best_of_all_texts(seed: int) -> None:
    table, prompts = Table(seed, tokens=4), np.array([[0, 1], [2, 3]], dtype=np.int32)
    found = likeliest(chances(stop=3), table, prompts, most=4, beams=64)
    for row, prompt in zip(found, prompts, strict=True):
        best = table.best(prompt, most=4, stop=3)
        assert row[2 : 2 + len(best)].tolist() == best
        assert set(row[2 + len(best) :]) <= {3}


def test_one_beam_takes_the_likeliest_at_each_step() -> None:
    table, prompts = Table(9, tokens=6), np.array([[0, 1]], dtype=np.int32)
    found = likeliest(chances(stop=None), table, prompts, most=8, beams=1)[0].tolist()
    for at in range(2, 10):
        assert found[at] == int(table.chances[found[at - 2], found[at - 1]].argmax())
