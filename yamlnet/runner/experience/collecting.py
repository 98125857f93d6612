"""Acting while training: three ways to meet an environment, each an endless row of batches to learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from msgspec import Struct, convert

from yamlnet.data.batches import Batch
from yamlnet.data.table import Array
from yamlnet.runner.experience.advantages import generalized_advantages, normalized, returns_to_come
from yamlnet.runner.experience.copies import Copies, Moves
from yamlnet.runner.experience.episodes import episode_of_each
from yamlnet.runner.experience.replay import Replay
from yamlnet.runner.experience.world import World

Predict = Callable[[Array], Any]
"""What is seen, (rows, *shape) → what the objective's models say of it now, as NumPy arrays."""


class Seen(Struct, frozen=True):
    """How observations go into batches: under the name of the model's input, in its type."""

    name: str
    dtype: str


class Collector(Protocol):
    """Acts with the weights that are being trained, and gives what it meets."""

    copies: Copies

    def example(self) -> Batch:
        """A batch of the shapes to come."""

    def batches(self, predict: Predict) -> Iterator[Batch]:
        """Batches without an end; between two of them weights may change."""

    def told(self) -> dict[str, float]:
        """How it fares."""


def make_collector(name: str, arguments: Mapping[str, Any], world: World, seen: Seen, seed: int) -> Collector:
    """The way in which an objective meets its environment."""
    if name == "DQN":
        return Replaying(convert(dict(arguments), ReplaySettings), world, seen, seed)
    policy = convert(dict(arguments), PolicySettings)
    return (Rolling if policy.algorithm == "ppo" else WholeEpisodes)(policy, world, seen, seed)


class ReplaySettings(Struct, frozen=True):
    """The arguments of DQN that decide what is met and remembered."""

    environments: int
    gamma: float
    replay: int
    warm_up: int
    batch_size: int
    train_every: int
    epsilon: tuple[float, float]
    epsilon_steps: int
    n_step: int


class Replaying:
    """The best action, or now and then any; every step is remembered, and some of all are learnt from."""

    def __init__(self, settings: ReplaySettings, world: World, seen: Seen, seed: int) -> None:
        self.settings, self.seen = settings, seen
        self.copies = Copies(world, settings.environments, seed)
        self.numbers = np.random.default_rng([seed, 1])
        self.replay = Replay(self.copies, settings.replay, settings.gamma, settings.n_step, seen.dtype)

    def example(self) -> Batch:
        """Empty memories."""
        replay, rows = self.replay, slice(0, 1)
        targets = {
            "action": replay.actions[rows],
            "reward": replay.rewards[rows],
            "next": replay.next[rows],
            "discount": replay.discounts[rows],
        }
        return Batch({self.seen.name: replay.seen[rows]}, targets)

    def batches(self, predict: Predict) -> Iterator[Batch]:
        """One for every so many steps."""
        settings, owed = self.settings, 0.0
        while True:
            seen = self.copies.seen.astype(self.seen.dtype)
            actions = self._actions(predict, seen)
            self.replay.add(seen, actions, self.copies.step(actions))
            if self.copies.steps < settings.warm_up or not len(self.replay):
                continue
            owed += len(self.copies) / settings.train_every
            while owed >= 1:
                owed -= 1
                yield self.replay.draw(self.seen.name, settings.batch_size, self.numbers)

    def _actions(self, predict: Predict, seen: Array) -> Array:
        """Nothing is asked of the model while every action is left to chance."""
        by_chance = self.copies.world.actions.by_chance(len(seen), self.numbers)
        epsilon = self.epsilon
        if epsilon >= 1 or self.copies.steps < self.settings.warm_up:
            return by_chance
        best = self.copies.world.actions.best(predict(seen))
        return np.where(self.numbers.random(len(seen)) < epsilon, by_chance, best)

    @property
    def epsilon(self) -> float:
        """The share of actions that is left to chance now."""
        first, last = self.settings.epsilon
        return first + (last - first) * min(1.0, self.copies.steps / self.settings.epsilon_steps)

    def told(self) -> dict[str, float]:
        """Episodes, and what is left to chance."""
        return {**self.copies.told(), "epsilon": self.epsilon, "environment_steps": float(self.copies.steps)}


class PolicySettings(Struct, frozen=True):
    """The arguments of PolicyGradient that decide what is met; whole episodes do without the last four."""

    algorithm: str
    environments: int
    gamma: float
    normalize_advantages: bool
    rollout: int = 0
    passes: int = 0
    minibatches: int = 0
    gae_lambda: float = 0.0


class _Policy:
    """What rollouts and whole episodes share: actions are drawn from the policy."""

    def __init__(self, settings: PolicySettings, world: World, seen: Seen, seed: int) -> None:
        self.settings, self.seen = settings, seen
        self.copies, self.actions = Copies(world, settings.environments, seed), world.actions
        self.numbers = np.random.default_rng([seed, 1])

    def example(self) -> Batch:
        """What is seen at first, with nothing learnt from it."""
        seen = self.copies.seen.astype(self.seen.dtype)
        zeros = np.zeros(len(seen), np.float32)
        return self._batch(seen, self.actions.none(len(seen)), zeros, zeros, zeros)

    def told(self) -> dict[str, float]:
        """Episodes."""
        return {**self.copies.told(), "environment_steps": float(self.copies.steps)}

    def _batch(self, seen: Array, action: Array, advantage: Array, to_come: Array, log: Array) -> Batch:
        targets = {"action": action, "advantage": advantage, "return": to_come, "log_probability": log}
        return Batch({self.seen.name: seen}, targets)

    def _scaled(self, advantages: Array) -> Array:
        return normalized(advantages) if self.settings.normalize_advantages else advantages


class Rolling(_Policy):
    """Proximal policy optimization: some steps in every copy, learnt from several times."""

    def batches(self, predict: Predict) -> Iterator[Batch]:
        """The minibatches of a rollout, in a new order at each pass; then the next rollout."""
        rows = self.settings.environments * self.settings.rollout
        while True:
            columns = self._rollout(predict)
            for _ in range(self.settings.passes):
                order = self.numbers.permutation(rows)
                for part in np.split(order, self.settings.minibatches):
                    yield self._batch(*(column[part] for column in columns))

    def _rollout(self, predict: Predict) -> tuple[Array, ...]:
        """What is seen, actions, advantages, returns and log probabilities: (steps · copies, …) each."""
        seen, actions, logs, values = [], [], [], []
        moves: list[Moves] = []
        for _ in range(self.settings.rollout):
            seen.append(self.copies.seen.astype(self.seen.dtype))
            said = predict(seen[-1])
            actions.append(self.actions.drawn(said["policy"], self.numbers))
            logs.append(self.actions.log_probability(said["policy"], actions[-1]))
            values.append(said["value"])
            moves.append(self.copies.step(actions[-1]))
        arrived = np.concatenate([move.arrived for move in moves]).astype(self.seen.dtype)
        next_values = predict(arrived)["value"].reshape(len(moves), -1)
        told = generalized_advantages(
            moves, np.stack(values), next_values, self.settings.gamma, self.settings.gae_lambda
        )
        to_come = (told + np.stack(values)).reshape(-1)
        flat = (np.concatenate(one) for one in (seen, actions, logs))
        observations, chosen, log = flat
        return observations, chosen, self._scaled(told.reshape(-1)), to_come, log


class WholeEpisodes(_Policy):
    """REINFORCE: one step from an episode of each copy, then all of them are forgotten (Williams 1992)."""

    def batches(self, predict: Predict) -> Iterator[Batch]:
        """All steps of an episode of each copy, filled up to one of few sizes with rows that do not count."""
        while True:
            episodes = episode_of_each(self.copies, lambda seen: self._drawn(predict, seen))
            seen = np.concatenate([one.seen for one in episodes]).astype(self.seen.dtype)
            actions = np.concatenate([one.actions for one in episodes])
            to_come = np.concatenate([returns_to_come(one.rewards, self.settings.gamma) for one in episodes])
            said = predict(_filled(seen))
            expected = said["value"][: len(seen)] if "value" in said else 0.0
            columns = (seen, actions, self._scaled(to_come - expected), to_come, np.zeros_like(to_come))
            batch = self._batch(*(_filled(column) for column in columns))
            yield Batch(batch.inputs, batch.targets, _filled(np.ones(len(seen), np.float32)))

    def _drawn(self, predict: Predict, seen: Array) -> Array:
        return self.actions.drawn(predict(seen.astype(self.seen.dtype))["policy"], self.numbers)

    def example(self) -> Batch:
        """The same, with a weight for each row."""
        batch = super().example()
        return Batch(batch.inputs, batch.targets, np.ones(batch.rows, np.float32))


def _filled(rows: Array) -> Array:
    """Rows and as many zeros as make their number a power of two: each size is compiled once."""
    more = (1 << (len(rows) - 1).bit_length()) - len(rows)
    return np.concatenate([rows, np.zeros((more, *rows.shape[1:]), rows.dtype)])
