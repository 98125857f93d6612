"""Whole episodes: one after another in each of several copies, with every step of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array
from yamlnet.runner.experience.copies import Copies
from yamlnet.runner.experience.world import World

TOGETHER = 16
"""Copies in which episodes are played at once."""

Choose = Callable[[Array], Array]
"""What is seen in each copy, (copies, *shape) → an action for each, (copies, …)."""


class Episode(Struct, frozen=True):
    """One episode, step by step: `terminated` tells whether the environment ended it, not a time limit."""

    seen: Array
    actions: Array
    rewards: Array
    terminated: bool

    @property
    def total(self) -> float:
        """Its return: the sum of its rewards, later ones as much as the first."""
        return float(self.rewards.sum(dtype=np.float64))


def episode_of_each(copies: Copies, choose: Choose) -> list[Episode]:
    """Play one episode to its end in every copy; in each of them the next has begun then."""
    awake = np.ones(len(copies), bool)
    steps: list[list[tuple[Array, Array, float]]] = [[] for _ in range(len(copies))]
    terminated = np.zeros(len(copies), bool)
    while awake.any():
        seen, actions = copies.seen, choose(copies.seen)
        moves = copies.step(actions, awake)
        for index in np.flatnonzero(awake):
            steps[index].append((seen[index], actions[index], float(moves.rewards[index])))
        terminated |= moves.terminated
        awake &= ~moves.over
    return [_episode(one, bool(ended)) for one, ended in zip(steps, terminated, strict=True)]


def _episode(steps: list[tuple[Array, Array, float]], terminated: bool) -> Episode:
    seen, actions, rewards = zip(*steps, strict=True)
    return Episode(np.stack(seen), np.stack(actions), np.array(rewards, np.float32), terminated)


def play_episodes(world: World, choose: Choose, count: int, seed: int) -> list[Episode]:
    """So many episodes from starts that the seed decides.

    Each copy plays as many as the others, so that long episodes are told as often as short ones.
    """
    copies = Copies(world, min(count, TOGETHER), seed)
    found: list[Episode] = []
    try:
        while len(found) < count:
            found += episode_of_each(copies, choose)
    finally:
        copies.close()
    return found[:count]


def measured(episodes: list[Episode]) -> dict[str, float]:
    """The mean and the standard deviation (NumPy's `std`) of returns, and the mean length."""
    returns = [one.total for one in episodes]
    return {
        "return": float(np.mean(returns)),
        "return_deviation": float(np.std(returns)),
        "length": float(np.mean([len(one.rewards) for one in episodes])),
    }
