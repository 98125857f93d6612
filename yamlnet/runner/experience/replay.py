"""What is remembered of steps that were taken, and drawn from at random (Lin 1992; Mnih et al. 2015).

With several rewards to a step (Sutton 1988), what is remembered of the step at t is

    reward   = r(t) + γ r(t+1) + … + γⁿ⁻¹ r(t+n-1)
    next     = what is seen at t+n
    discount = γⁿ, or 0 where the environment ended the episode meanwhile

with fewer than n rewards where the episode is over before.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from yamlnet.data.batches import Batch
from yamlnet.data.table import Array
from yamlnet.runner.experience.copies import Copies, Moves


class Replay:
    """The last steps of all copies, the oldest of which the newest replaces."""

    def __init__(self, copies: Copies, size: int, gamma: float, n_step: int, dtype: str) -> None:
        shape = copies.world.shape
        self.size, self.gamma, self.n_step = size, gamma, n_step
        self.seen, self.next = np.zeros((size, *shape), dtype), np.zeros((size, *shape), dtype)
        self.actions, self.rewards = np.zeros(size, np.int32), np.zeros(size, np.float32)
        self.discounts = np.zeros(size, np.float32)
        self.count = 0
        self.waiting: list[list[list[Any]]] = [[] for _ in range(len(copies))]

    def __len__(self) -> int:
        return min(self.count, self.size)

    def add(self, seen: Array, actions: Array, moves: Moves) -> None:
        """Remember a step of each copy; one with rewards still to come waits for them."""
        if self.n_step == 1:
            discounts = self.gamma * ~moves.terminated
            self._keep(seen, actions, moves.rewards, moves.arrived, discounts)
            return
        for index, waiting in enumerate(self.waiting):
            for step in waiting:
                step[2] += step[3] * float(moves.rewards[index])
                step[3] *= self.gamma
            waiting.append([seen[index], actions[index], float(moves.rewards[index]), self.gamma])
            ready = len(waiting) if moves.over[index] else max(len(waiting) - self.n_step + 1, 0)
            for first, action, reward, discount in waiting[:ready]:
                ahead = 0.0 if moves.terminated[index] else discount
                self._keep(first[None], [action], [reward], moves.arrived[index][None], [ahead])
            del waiting[:ready]

    def _keep(self, seen: Any, actions: Any, rewards: Any, arrived: Any, discounts: Any) -> None:
        places = (self.count + np.arange(len(actions))) % self.size
        self.seen[places], self.next[places] = seen, arrived
        self.actions[places], self.rewards[places], self.discounts[places] = actions, rewards, discounts
        self.count += len(actions)

    def draw(self, name: str, rows: int, numbers: np.random.Generator) -> Batch:
        """Steps drawn at random; `name` is what the model calls what it sees."""
        places = numbers.integers(0, len(self), rows)
        targets = {
            "action": self.actions[places],
            "reward": self.rewards[places],
            "next": self.next[places],
            "discount": self.discounts[places],
        }
        return Batch({name: self.seen[places]}, targets)
