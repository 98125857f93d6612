"""Texts that go on: after a prompt, token by token, what a model says comes next.

A model may read only so many tokens at once: the length of its input, the positions that it has learnt. A
text that grows longer goes on from its second half: what is kept is read afresh, from position 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import keras
import numpy as np

from yamlnet.compiler.layers.position_embedding import PositionEmbedding
from yamlnet.compiler.structure import named_inputs
from yamlnet.decoding.beams import likeliest
from yamlnet.decoding.choice import Array, Choice, drawn, logarithms
from yamlnet.decoding.kept_reading import KeptReading, stepper_of
from yamlnet.decoding.reading import Reading, WholeReading
from yamlnet.decoding.rules.rule import NotStepwise


def continued(
    model: keras.Model,
    tokens_input: str,
    prompts: Array,
    given: Mapping[str, Array],
    most: int,
    choice: Choice,
    stop: int | None,
    from_logits: bool,
    banned: Sequence[int] = (),
) -> Array:
    """Prompts and what the model writes after them, int32 (rows, time + at most `most`).

    Args:
        model: its output is (rows, time, vocabulary); of several outputs the first.
        tokens_input: the name of the input that reads the text.
        prompts: how each row begins, int32 (rows, time), one token or more.
        given: the model's other inputs by name, each (rows, …): a translation's source.
        most: how many tokens are written at most.
        choice: how each is chosen.
        stop: the token that ends a row; what stands after it is that token again. It ends once all have it.
        from_logits: whether the output is logits, or else probabilities.
        banned: tokens that are never written.
    """
    if choice.beams > 1:
        reading = reading_of(model, tokens_input, given, prompts.shape[1] + most)
        return likeliest(reading, prompts, most, choice.beams, stop, from_logits, banned)
    columns = one_by_one(model, tokens_input, prompts, given, most, choice, stop, from_logits, banned)
    written = [column[:, None] for column in columns]
    return np.concatenate([prompts.astype(np.int32), *written], axis=1)


def one_by_one(
    model: keras.Model,
    tokens_input: str,
    prompts: Array,
    given: Mapping[str, Array],
    most: int,
    choice: Choice,
    stop: int | None,
    from_logits: bool,
    banned: Sequence[int] = (),
) -> Iterator[Array]:
    """The tokens that `continued` writes, as they come: (rows,) each; for a choice with one beam."""
    reading = reading_of(model, tokens_input, given, prompts.shape[1] + most)
    numbers = np.random.default_rng(choice.seed)
    over = np.zeros(len(prompts), dtype=bool)
    if most < 1:
        return
    outputs = reading.begin(prompts)
    for left in reversed(range(most)):
        tokens = drawn(logarithms(outputs, from_logits, banned), choice, numbers)
        if stop is not None:
            tokens = np.where(over, np.int32(stop), tokens)
            over |= tokens == stop
        yield tokens
        if over.all() or not left:
            return
        outputs = reading.go_on(tokens)


def room(model: keras.Model, tokens_input: str) -> int | None:
    """How many tokens a model can read at once; None where any number of them."""
    fixed = named_inputs(model)[tokens_input].shape[1]
    learnt = [layer.sequence_length for layer in model.layers if isinstance(layer, PositionEmbedding)]
    return min((size for size in (fixed, *learnt) if size is not None), default=None)


def why_whole(model: keras.Model, tokens_input: str) -> str:
    """Why the whole text is read again for each token; "" where what was read is kept.

    A user is to be told: such a text takes time that grows with the square of its length.
    """
    try:
        stepper_of(model, tokens_input)
    except NotStepwise as error:
        return str(error.args[0])
    return ""


def reading_of(model: keras.Model, tokens_input: str, given: Mapping[str, Array], most: int) -> Windowed:
    """A reading of texts of at most so many tokens, the fastest that the model allows."""
    space = room(model, tokens_input)
    if why_whole(model, tokens_input):
        return Windowed(WholeReading(model, tokens_input, given), space)
    size = most if space is None else min(most, space)
    return Windowed(KeptReading(stepper_of(model, tokens_input), given, size), space)


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
