"""Texts that a trained language model writes: prompts to tokens, those that follow, and these to a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
from msgspec import Struct

from yamlnet.compiler.structure import input_names
from yamlnet.data.dataset import Dataset
from yamlnet.data.texts.written import WORD, State, beginning, texts_of, tokenize_state, unknown_parts
from yamlnet.decoding.choice import Array, Choice
from yamlnet.decoding.continue_tokens import continued, one_by_one, why_whole
from yamlnet.decoding.next_token import NextToken
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.resolver.plan import Plan
from yamlnet.runner.generate import require_generates
from yamlnet.runner.run import Run
from yamlnet.schema.data_words import in_full

OPENINGS, OPENING = 3, 16
"""How many test rows a run goes on from where nobody says how to begin, and how many tokens of each."""
LATE = "\N{REPLACEMENT CHARACTER}"
"""What a text ends with while the last bytes of a character are still to come."""


class Written(Struct, frozen=True):
    """A text that was written.

    Attributes:
        prompt: how it was told to begin.
        text: what was written after that.
    """

    prompt: str
    text: str


class TextWriter:
    """A run that writes texts. Without a tokenizer, a text is the numbers of its tokens between blanks."""

    def __init__(self, run: Run, plan: Plan, data: Callable[[], Dataset]) -> None:
        """Nothing is read yet.

        Args:
            run: trained.
            plan: of its blueprint.
            data: its rows, for a run that needs some of them.

        Raises:
            YamlnetError: the objective writes no texts.
        """
        require_generates(plan, "tokens")
        assert plan.data is not None, "a run was trained"
        self.run, self.data = run, data
        self.name, *self.others = input_names(run.model)
        self.tokenizer: State | None = tokenize_state(run.fitted[self.name])
        words = dict(plan.data.inputs[self.name].transforms).get(WORD)
        self.words = cast("Mapping[str, Any]", in_full(WORD, words)) if words is not None else {}
        self.padding = plan.objective.arguments.get("padding")

    @property
    def slow(self) -> str:
        """Why the whole text is read again for each token; "" where it is not."""
        return why_whole(self.run.model, self.name)

    @property
    def stop(self) -> int | None:
        """The token that ends a text, where rows were marked so."""
        return self.tokenizer["end"] if self.tokenizer is not None and self.words.get("end") else None

    @property
    def banned(self) -> list[int]:
        """Tokens that stand for nothing that could be written: padding, unknown ones, the mark of a start."""
        roles = (
            [] if self.tokenizer is None else [self.tokenizer[role] for role in ("pad", "unknown", "start")]
        )
        found = {token for token in (*roles, self.padding) if token is not None} - {self.stop}
        return sorted(token for token in found if token < self.run.model.outputs[0].shape[-1])

    @property
    def author(self) -> NextToken:
        """The run's model, and its tokens that end a text or are never written."""
        return NextToken(self.run.model, self.name, self.stop, self.banned)

    def unknown(self, prompt: str) -> list[str]:
        """The parts of a prompt that the run's tokenizer does not know, and that are read as such."""
        return [] if self.tokenizer is None else unknown_parts(prompt, self.tokenizer)

    def openings(self) -> list[str]:
        """How texts begin where nobody says it: with the mark of a start alone, or as some test rows do."""
        if self.tokenizer is not None and self.words.get("start"):
            return [""]
        rows = _rows(self.data())[self.name][:OPENINGS, :OPENING]
        return [self.text(row) for row in rows]

    def tokens(self, prompt: str) -> Array:
        """The tokens of a prompt, int32 (time,).

        Raises:
            YamlnetError: it has none, or is no list of numbers where that is what the run reads.
        """
        if self.tokenizer is not None:
            found = beginning(prompt, self.tokenizer, bool(self.words.get("start")))
        else:
            found = self._numbers(prompt)
        if not len(found):
            raise YamlnetError("a text begins with something: the prompt is empty")
        return found

    def _numbers(self, prompt: str) -> Array:
        vocabulary = int(self.run.model.outputs[0].shape[-1])
        parts = prompt.replace(",", " ").split()
        if not all(part.isdecimal() and int(part) < vocabulary for part in parts):
            expected = f'the run has no tokenizer, so a prompt is numbers from 0 to {vocabulary - 1}, "5 3"'
            raise YamlnetError(f"{expected}; got {prompt[:40]!r}")
        return np.array([int(part) for part in parts], dtype=np.int32)

    def text(self, tokens: Sequence[int] | Array) -> str:
        """The text of some tokens."""
        if self.tokenizer is None:
            return " ".join(str(int(token)) for token in tokens)
        return texts_of([tokens], self.tokenizer)[0]

    def write(self, prompts: Sequence[str], count: int, length: int, choice: Choice) -> list[Written]:
        """Texts after prompts, `count` each, of at most `length` tokens; prompts of one length at once."""
        beginnings = [self.tokens(prompt) for prompt in prompts]
        found: dict[int, list[Written]] = {}
        for time in dict.fromkeys(map(len, beginnings)):
            group = [index for index, tokens in enumerate(beginnings) if len(tokens) == time]
            rows = np.repeat(np.stack([beginnings[index] for index in group]), count, axis=0)
            made = continued(self.author, rows, self._given(len(rows)), length, choice)
            for place, index in enumerate(group):
                own = made[place * count : (place + 1) * count]
                found[index] = [Written(prompts[index], self._after(row[:time], row[time:])) for row in own]
        return [written for index in sorted(found) for written in found[index]]

    def stream(self, prompt: str, length: int, choice: Choice) -> Iterator[str]:
        """The text after one prompt, piece by piece as it is written."""
        before = self.tokens(prompt)
        columns = one_by_one(self.author, before[None], self._given(1), length, choice)
        tokens: list[int] = []
        told = ""
        for column in columns:
            tokens.append(int(column[0]))
            text = self._after(before, tokens)
            if not text.endswith(LATE):
                yield text[len(told) :]
                told = text
        yield self._after(before, tokens)[len(told) :]

    def _after(self, before: Array, tokens: Sequence[int] | Array) -> str:
        """The text of tokens that stand after others: a tokenizer may put a blank between both."""
        end = [index for index, token in enumerate(tokens) if int(token) == self.stop]
        tokens = tokens[: end[0]] if end else tokens
        return self.text([*before, *tokens])[len(self.text(before)) :]

    def _given(self, count: int) -> dict[str, Array]:
        """The model's other inputs: those of test rows, which begin again at their end."""
        if not self.others:
            return {}
        inputs = _rows(self.data())
        return {name: inputs[name][np.arange(count) % len(inputs[name])] for name in self.others}


def _rows(data: Dataset) -> Mapping[str, Array]:
    """Inputs of rows that were not trained on, if there are any."""
    return (data.test or data.validation or data.train).first().inputs
