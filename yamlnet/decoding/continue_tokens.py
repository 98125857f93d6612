"""Texts that go on: after a prompt, token by token, what a model says comes next.

A model may read only so many tokens at once: the length of its input, the positions that it has learnt. A
text that grows longer goes on from its second half: what is kept is read afresh, from position 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import keras
import numpy as np

from yamlnet.compiler.layers.position_embedding import PositionEmbedding
from yamlnet.compiler.structure import named_inputs
from yamlnet.decoding.beams import likeliest
from yamlnet.decoding.choice import Array, Choice, drawn
from yamlnet.decoding.kept_reading import KeptReading, stepper_of
from yamlnet.decoding.next_token import NextToken
from yamlnet.decoding.reading import Reading, WholeReading
from yamlnet.decoding.walk import ReadsWhole


def continued(
    author: NextToken, prompts: Array, given: Mapping[str, Array], most: int, choice: Choice
) -> Array:
    """Prompts and what a model writes after them, int32 (rows, time + at most `most`).

    Args:
        author: the model, and what is known of its tokens. What stands after its stop token is that token
            again, and nothing more is written once all rows have it.
        prompts: how each row begins, int32 (rows, time), one token or more.
        given: the model's other inputs by name, each (rows, …): a translation's source.
        most: how many tokens are written at most.
        choice: how each is chosen.
    """
    if choice.beams > 1:
        reading = reading_of(author.model, author.reads, given, prompts.shape[1] + most)
        return likeliest(author, reading, prompts, most, choice.beams)
    written = [column[:, None] for column in one_by_one(author, prompts, given, most, choice)]
    return np.concatenate([prompts.astype(np.int32), *written], axis=1)


def one_by_one(
    author: NextToken, prompts: Array, given: Mapping[str, Array], most: int, choice: Choice
) -> Iterator[Array]:
    """The tokens that `continued` writes, as they come: (rows,) each; for a choice with one beam."""
    reading = reading_of(author.model, author.reads, given, prompts.shape[1] + most)
    numbers = np.random.default_rng(choice.seed)
    over = np.zeros(len(prompts), dtype=bool)
    if most < 1:
        return
    outputs = reading.begin(prompts)
    for left in reversed(range(most)):
        tokens = drawn(author.logarithms(outputs), choice, numbers)
        if author.stop is not None:
            tokens = np.where(over, np.int32(author.stop), tokens)
            over |= tokens == author.stop
        yield tokens
        if over.all() or not left:
            return
        outputs = reading.go_on(tokens)


def why_whole(model: keras.Model, tokens_input: str) -> str:
    """Why the whole text is read again for each token; "" where what was read is kept.

    A user is to be told: such a text takes time that grows with the square of its length.
    """
    try:
        stepper_of(model, tokens_input)
    except ReadsWhole as error:
        return str(error)
    return ""


def reading_of(model: keras.Model, tokens_input: str, given: Mapping[str, Array], most: int) -> Windowed:
    """A reading of texts of at most so many tokens, the fastest that the model allows."""
    fixed = named_inputs(model)[tokens_input].shape[1]
    if why_whole(model, tokens_input):
        layers = model._flatten_layers(include_self=False)
        learnt = [layer.sequence_length for layer in layers if isinstance(layer, PositionEmbedding)]
        return Windowed(WholeReading(model, tokens_input, given), _least(fixed, *learnt))
    stepper = stepper_of(model, tokens_input)
    room = _least(fixed, stepper.walk.room)
    return Windowed(KeptReading(stepper, given, most if room is None else min(most, room)), room)


def _least(*rooms: int | None) -> int | None:
    return min((room for room in rooms if room is not None), default=None)


class Windowed:
    """A reading that has room for so many tokens, and goes on from the second half of a longer text."""

    def __init__(self, reading: Reading, room: int | None) -> None:
        self.reading, self.room = reading, room
        self.text: Array = np.zeros((0, 0), dtype=np.int32)

    def begin(self, tokens: Array) -> Array:
        """Read texts from their start, or the end of those that are too long."""
        self.text = tokens if self.room is None else tokens[:, -self.room :]
        return self.reading.begin(self.text)

    def go_on(self, tokens: Array) -> Array:
        """Read one more token of each row."""
        self.text = np.concatenate([self.text, tokens[:, None]], axis=1)
        if self.room is None or self.text.shape[1] <= self.room:
            return self.reading.go_on(tokens)
        self.text = self.text[:, -max(self.room // 2, 1) :]
        return self.reading.begin(self.text)

    def keep(self, rows: Array) -> None:
        """Go on with these rows."""
        self.text = self.text[rows]
        self.reading.keep(rows)
