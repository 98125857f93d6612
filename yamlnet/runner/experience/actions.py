"""What an agent can do: take one of some actions, or say how much of each of some numbers.

A policy says the first by a logit for each action, and the second by a normal distribution of each number:
all means, and then the logarithms of all standard deviations. What is drawn there may lie beyond the
environment's bounds: it is learnt from as it was drawn, and done within them.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array


class Actions(Protocol):
    """The actions of an environment, for rows of what a policy says: (rows, width)."""

    @property
    def width(self) -> int:
        """How many numbers a policy says."""

    @property
    def meaning(self) -> str:
        """What these numbers are, for messages."""

    def none(self, rows: int) -> Array:
        """Actions that say nothing, of the shape and type of all others."""

    def by_chance(self, rows: int, numbers: np.random.Generator) -> Array:
        """Actions that nothing decides."""

    def drawn(self, said: Array, numbers: np.random.Generator) -> Array:
        """An action of each row's distribution."""

    def log_probability(self, said: Array, actions: Array) -> Array:
        """The log of the probability, or of the density, of each row's action: (rows,), float32."""

    def best(self, said: Array) -> Array:
        """The likeliest action of each row, as it is done."""

    def done(self, actions: Array) -> list[Any]:
        """What the environment is given, row by row."""


class Discrete(Struct, frozen=True):
    """One of so many actions, (rows,) int32, counted from 0; the environment's own begin with `first`."""

    count: int
    first: int = 0

    @property
    def width(self) -> int:
        """A logit, or a value, for each."""
        return self.count

    @property
    def meaning(self) -> str:
        """As the sentence about a wrong width goes on."""
        return "a number for each action"

    def none(self, rows: int) -> Array:
        """The first."""
        return np.zeros(rows, np.int32)

    def by_chance(self, rows: int, numbers: np.random.Generator) -> Array:
        """Each as often as another."""
        return numbers.integers(0, self.count, rows, dtype=np.int32)

    def drawn(self, said: Array, numbers: np.random.Generator) -> Array:
        """By the Gumbel-max trick (Maddison et al. 2014, https://arxiv.org/abs/1411.0030)."""
        return self.best(said + numbers.gumbel(size=said.shape))

    def log_probability(self, said: Array, actions: Array) -> Array:
        """Of the softmax of what is said."""
        shifted = said.astype(np.float64) - said.max(axis=-1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        found: Array = np.take_along_axis(logs, actions[:, None], axis=-1)[:, 0].astype(np.float32)
        return found

    def best(self, said: Array) -> Array:
        """The one with the greatest number."""
        found: Array = np.argmax(said, axis=-1).astype(np.int32)
        return found

    def done(self, actions: Array) -> list[Any]:
        """As the environment counts them."""
        found: list[Any] = (actions + self.first).tolist()
        return found


class Continuous(Struct, frozen=True):
    """Several numbers, (rows, numbers) float32, each between a lowest and a highest one.

    Attributes:
        shape: in which the environment takes them.
        dtype: NumPy's, in which it does.
        low, high: of each number, in the shape's order; infinite where there is no bound.
    """

    shape: tuple[int, ...]
    dtype: str
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def width(self) -> int:
        """Two for each number."""
        return 2 * len(self.low)

    @property
    def meaning(self) -> str:
        """As the sentence about a wrong width goes on."""
        numbers = len(self.low)
        if numbers == 1:
            return "the mean, and the logarithm of the deviation, of an action"
        return f"the means, and then the logarithms of the deviations, of the {numbers} numbers of an action"

    def none(self, rows: int) -> Array:
        """Zeros."""
        return np.zeros((rows, len(self.low)), np.float32)

    def by_chance(self, rows: int, numbers: np.random.Generator) -> Array:
        """Evenly between the bounds; where there is none, of a normal distribution."""
        low, high = np.array(self.low), np.array(self.high)
        ends = np.isfinite(low) & np.isfinite(high)
        evenly = numbers.uniform(np.where(ends, low, 0), np.where(ends, high, 1), (rows, len(low)))
        return self._within(np.where(ends, evenly, numbers.standard_normal((rows, len(low)))))

    def drawn(self, said: Array, numbers: np.random.Generator) -> Array:
        """The mean, and a normal number times the deviation."""
        mean, log_deviation = np.split(said, 2, axis=-1)
        drawn: Array = mean + np.exp(log_deviation) * numbers.standard_normal(mean.shape)
        return drawn.astype(np.float32)

    def log_probability(self, said: Array, actions: Array) -> Array:
        """The sum of the logs of the normal densities of all numbers."""
        mean, log_deviation = np.split(said.astype(np.float64), 2, axis=-1)
        scaled = (actions - mean) / np.exp(log_deviation)
        found: Array = (-0.5 * scaled**2 - log_deviation - 0.5 * np.log(2 * np.pi)).sum(axis=-1)
        return found.astype(np.float32)

    def best(self, said: Array) -> Array:
        """The mean."""
        return self._within(np.split(said, 2, axis=-1)[0])

    def done(self, actions: Array) -> list[Any]:
        """Within the bounds."""
        return list(self._within(actions).reshape(-1, *self.shape).astype(self.dtype))

    def _within(self, actions: Array) -> Array:
        return np.clip(actions, self.low, self.high).astype(np.float32)
