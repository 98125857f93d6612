"""Which token comes next: what a model says of each, and how one of them is chosen.

With p the model's distribution over tokens, `temperature` T takes the softmax of log p / T; of that, `top_k`
leaves the k likeliest tokens (Fan et al. 2018, https://arxiv.org/abs/1805.04833) and `top_p` the fewest of
the likeliest whose shares together reach it (nucleus sampling: Holtzman et al. 2019,
https://arxiv.org/abs/1904.09751). Shares are made to sum to 1 after each. All is done in NumPy in float64
with its own random numbers, so a seed draws the same on every backend.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct

Array = np.ndarray[Any, np.dtype[Any]]


class Choice(Struct, frozen=True):
    """How the next token is chosen.

    Attributes:
        temperature: above 1 more is left to chance, below 1 less; at 0 it is always the likeliest token.
        top_k: chance decides among so many of the likeliest tokens.
        top_p: chance decides among the likeliest tokens whose shares together reach this.
        beams: with more than 1 the likeliest whole text is looked for, so many at a time (`beams.py`), and
            nothing is left to chance.
        seed: decides what is left to chance.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    beams: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what has no meaning.

        Raises:
            ValueError: a number is out of range.
        """
        if self.temperature < 0:
            raise ValueError(f"temperature is 0 or more. Received: {self.temperature}")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k is 1 or more. Received: {self.top_k}")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is above 0 and at most 1. Received: {self.top_p}")
        if self.beams < 1:
            raise ValueError(f"beams is 1 or more. Received: {self.beams}")


def logarithms(outputs: Array, from_logits: bool, banned: Sequence[int] = ()) -> Array:
    """The logarithm of each token's share, float64.

    Args:
        outputs: logits or probabilities, (rows, vocabulary).
        from_logits: which of the two.
        banned: tokens that are never chosen; the shares of the others sum to 1.
    """
    wide = outputs.astype(np.float64)
    with np.errstate(divide="ignore"):
        logs = wide if from_logits else np.log(np.maximum(wide, 0))
    if len(banned):
        logs = logs.copy()
        logs[:, list(banned)] = -np.inf
    return _normalised(logs)


def _normalised(logs: Array) -> Array:
    shifted = logs - logs.max(axis=1, keepdims=True)
    found: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return found


def shares(logs: Array, choice: Choice) -> Array:
    """The share of chance that each token has, (rows, vocabulary); each row sums to 1.

    Args:
        logs: log p, (rows, vocabulary).
        choice: with a temperature above 0.
    """
    kept = np.exp(_normalised(logs / choice.temperature))
    if choice.top_k is None and choice.top_p is None:
        return kept
    order = np.argsort(-kept, axis=1, kind="stable")
    ranked = np.take_along_axis(kept, order, axis=1)
    if choice.top_k is not None:
        ranked[:, choice.top_k :] = 0
        ranked /= ranked.sum(axis=1, keepdims=True)
    if choice.top_p is not None:
        before = np.cumsum(ranked, axis=1) - ranked
        ranked[before >= choice.top_p] = 0
        ranked /= ranked.sum(axis=1, keepdims=True)
    np.put_along_axis(kept, order, ranked, axis=1)
    return kept


def drawn(logs: Array, choice: Choice, numbers: np.random.Generator) -> Array:
    """A token for each row, (rows,), int32.

    Args:
        logs: log p, (rows, vocabulary).
        choice: how.
        numbers: gives one number for each row, whatever the choice.
    """
    chances = numbers.random(len(logs))
    if choice.temperature == 0:
        likeliest: Array = np.argmax(logs, axis=1).astype(np.int32)
        return likeliest
    sums = np.cumsum(shares(logs, choice), axis=1)
    places: Array = (sums <= chances[:, None] * sums[:, -1:]).sum(axis=1).astype(np.int32)
    return places
