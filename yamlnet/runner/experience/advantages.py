"""How much better actions turned out than what was expected, and the returns that followed them."""

from __future__ import annotations

import numpy as np

from yamlnet.data.table import Array
from yamlnet.runner.experience.copies import Moves

TINY = 1e-8


def generalized_advantages(
    moves: list[Moves], values: Array, next_values: Array, gamma: float, gae_lambda: float
) -> Array:
    """Generalized advantage estimation (Schulman et al. 2016, https://arxiv.org/abs/1506.02438).

        δ(t) = r(t) + γ V(s(t+1)) - V(s(t))
        A(t) = δ(t) + γ λ A(t+1)

    where V(s(t+1)) is 0 if the environment ended the episode, and A(t+1) if it is over for whatever reason.

    Args:
        moves: steps one after another in each copy.
        values: V of what was seen before each: (steps, copies).
        next_values: V of what was seen after it, the last observation of an episode too: (steps, copies).
        gamma: what a reward is worth one step later.
        gae_lambda: 0 trusts the next value alone, 1 the rewards alone.

    Returns:
        (steps, copies), float32.
    """
    found = np.zeros_like(values, dtype=np.float64)
    ahead = np.zeros(values.shape[1])
    for step in reversed(range(len(moves))):
        move = moves[step]
        delta = move.rewards + gamma * next_values[step] * ~move.terminated - values[step]
        ahead = delta + gamma * gae_lambda * ahead * ~move.over
        found[step] = ahead
    return found.astype(np.float32)


def returns_to_come(rewards: Array, gamma: float) -> Array:
    """G(t) = r(t) + γ G(t+1) of one whole episode: (steps,) → (steps,), float32."""
    found, ahead = np.zeros(len(rewards)), 0.0
    for step in reversed(range(len(rewards))):
        found[step] = ahead = float(rewards[step]) + gamma * ahead
    return found.astype(np.float32)


def normalized(advantages: Array) -> Array:
    """The same with mean 0 and deviation 1."""
    found: Array = (advantages - advantages.mean()) / (advantages.std() + TINY)
    return found
