"""Beam search: the likeliest text of those that a few beginnings lead to, step by step.

At each step every beginning is continued by every token, and the likeliest `beams` go on. A text is over at
the stop token or at the last step. Its score is the mean of log p over the tokens that were written, the stop
token among them: log p of the whole divided by its length, so that a short text has no advantage (the length
normalisation of Graves 2012 and Sutskever et al. 2014; Wu et al. 2016, https://arxiv.org/abs/1609.08144,
equation 14, with lp(Y) = |Y|). It ends when no beginning can come to a better score than what is over.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from yamlnet.decoding.choice import Array
from yamlnet.decoding.next_token import NextToken
from yamlnet.decoding.reading import Reading


class Text(Struct, frozen=True):
    """What was written in one row, and the mean of its log p."""

    tokens: Array
    score: float


def likeliest(author: NextToken, reading: Reading, prompts: Array, most: int, beams: int) -> Array:
    """Prompts and the best text found after each, int32 (rows, time + at most `most`), filled with the stop.

    Args: as of `continued`; `reading` is of the author's model, and of nothing yet.
    """
    stop = author.stop
    search = Search(reading, len(prompts), beams, stop)
    logs = author.logarithms(reading.begin(prompts))
    reading.keep(np.repeat(np.arange(len(prompts)), beams))
    logs = np.repeat(logs, beams, axis=0)
    for step in range(1, most + 1):
        tokens = search.step(logs, last=step == most)
        if step == most or search.is_over(most):
            break
        logs = author.logarithms(reading.go_on(tokens))
    found = search.best()
    longest = max((len(text) for text in found), default=0)
    filled = np.full((len(prompts), longest), 0 if stop is None else stop, dtype=np.int32)
    for row, text in enumerate(found):
        filled[row, : len(text)] = text
    return np.concatenate([prompts.astype(np.int32), filled], axis=1)


class Search:
    """The beginnings that go on, and the texts that are over, of all rows side by side."""

    def __init__(self, reading: Reading, rows: int, beams: int, stop: int | None) -> None:
        """One beginning a row at first, so that the others do not repeat it."""
        self.reading, self.rows, self.beams, self.stop = reading, rows, beams, stop
        self.sums: Array = np.full((rows, beams), -np.inf)
        self.sums[:, 0] = 0.0
        self.texts: Array = np.zeros((rows * beams, 0), dtype=np.int32)
        self.over: list[list[Text]] = [[] for _ in range(rows)]

    def step(self, logs: Array, last: bool) -> Array:
        """Choose what goes on: the token of each beginning, (rows · beams,).

        Args:
            logs: log p of each token after each beginning, (rows · beams, vocabulary).
            last: whether every text is over with this token.
        """
        vocabulary = logs.shape[1]
        sums = (self.sums[:, :, None] + logs.reshape(self.rows, self.beams, vocabulary)).reshape(
            self.rows, -1
        )
        origins, tokens = np.zeros((2, self.rows, self.beams), dtype=np.int64)
        for row in range(self.rows):
            going = self._end(row, sums[row], vocabulary, last)
            chosen = going[: self.beams]
            self.sums[row] = -np.inf
            self.sums[row, : len(chosen)] = sums[row, chosen]
            origins[row, : len(chosen)], tokens[row, : len(chosen)] = divmod(chosen, vocabulary)
        kept = (origins + np.arange(self.rows)[:, None] * self.beams).reshape(-1)
        self.texts = np.concatenate([self.texts[kept], tokens.reshape(-1, 1).astype(np.int32)], axis=1)
        self.reading.keep(kept)
        return self.texts[:, -1]

    def _end(self, row: int, sums: Array, vocabulary: int, last: bool) -> Array:
        """Put away the texts of a row that are over; the others, the likeliest first, by place in `sums`."""
        places = np.argsort(-sums, kind="stable")[: 2 * self.beams]
        places = places[np.isfinite(sums[places])]
        ends = (places % vocabulary == self.stop) | last
        for place in places[ends]:
            origin, token = divmod(int(place), vocabulary)
            tokens = np.append(self.texts[row * self.beams + origin], np.int32(token))
            self.over[row].append(Text(tokens, float(sums[place]) / len(tokens)))
        self.over[row] = sorted(self.over[row], key=lambda text: -text.score)[: self.beams]
        going: Array = places[~ends]
        return going

    def is_over(self, most: int) -> bool:
        """Whether no beginning can become better than what is over: at best all that follows is certain."""
        return all(
            len(over) > 0 and over[0].score >= sums.max() / most
            for over, sums in zip(self.over, self.sums, strict=True)
        )

    def best(self) -> list[Array]:
        """The best text of each row."""
        return [over[0].tokens for over in self.over]
