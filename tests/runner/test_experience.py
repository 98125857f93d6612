"""What an agent meets: advantages, memories and episodes, against their definitions. No backend is needed."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.resolver.plan import ObjectivePlan
from yamlnet.runner.experience.advantages import generalized_advantages, returns_to_come
from yamlnet.runner.experience.copies import Copies, Moves
from yamlnet.runner.experience.episodes import measured, play_episodes
from yamlnet.runner.experience.replay import Replay
from yamlnet.runner.experience.world import World, find_world

GAMMA = 0.9


class Counter(gymnasium.Env[Any, Any]):
    """Counts its steps, which are its rewards, too; the second action ends the episode."""

    observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (1,), np.float32)
    action_space = gymnasium.spaces.Discrete(2, start=5)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.count = 0
        return np.zeros(1, np.float32), {}

    def step(self, action: int) -> Any:
        assert action in (5, 6)
        self.count += 1
        return np.full(1, self.count, np.float32), float(self.count), action == 6, False, {}


@pytest.fixture
def world() -> Any:
    gymnasium.register("yamlnetTest/Counter-v0", Counter, max_episode_steps=6)
    yield find_world(ObjectivePlan("DQN", arguments={"environment": "yamlnetTest/Counter-v0"}))
    del gymnasium.registry["yamlnetTest/Counter-v0"]


def recursive(
    rewards: Any, values: Any, next_values: Any, ended: Any, over: Any, decay: float
) -> list[float]:
    """GAE of one copy by its definition: A = δ + γ λ A', and nothing of the next episode."""
    if not len(rewards):
        return []
    delta = rewards[0] + (0 if ended[0] else GAMMA * next_values[0]) - values[0]
    rest = recursive(rewards[1:], values[1:], next_values[1:], ended[1:], over[1:], decay)
    return [delta + (GAMMA * decay * rest[0] if rest and not over[0] else 0.0), *rest]


@pytest.mark.parametrize("decay", [0.0, 0.7, 1.0])
def test_advantages_are_those_of_the_definition(decay: float) -> None:
    numbers = np.random.default_rng(3)
    over = numbers.random((12, 3)) < 0.3
    ended = over & (numbers.random((12, 3)) < 0.5)
    assert (over & ~ended).any() and ended.any()
    rewards, values, after = numbers.standard_normal((3, 12, 3))
    moves = [Moves(np.zeros(3), *one) for one in zip(rewards, ended, over, strict=True)]
    found = generalized_advantages(moves, values, after, GAMMA, decay)
    for copy in range(3):
        columns = (one[:, copy] for one in (rewards, values, after, ended, over))
        np.testing.assert_allclose(found[:, copy], recursive(*columns, decay), rtol=1e-5)


def test_returns_are_discounted_sums() -> None:
    rewards = np.array([1.0, -2.0, 3.0, 0.5])
    expected = [sum(GAMMA**k * reward for k, reward in enumerate(rewards[start:])) for start in range(4)]
    np.testing.assert_allclose(returns_to_come(rewards, GAMMA), expected, rtol=1e-6)


@pytest.mark.parametrize("n", [1, 3])
def test_memories_hold_the_rewards_to_come(n: int, world: World) -> None:
    """Of the counter all of it is known: at count c the rewards that follow are c + 1, c + 2, …."""
    copies = Copies(world, 2, seed=0)
    replay = Replay(copies, 1000, GAMMA, n, "float32")
    numbers = np.random.default_rng(1)
    for _ in range(60):
        seen, actions = copies.seen, (numbers.random(2) < 0.2).astype(np.int32)
        replay.add(seen, actions, copies.step(actions))
    kinds = set()
    for place in range(len(replay)):
        seen, arrived = float(replay.seen[place, 0]), float(replay.next[place, 0])
        taken = int(arrived - seen)
        expected = sum(GAMMA**k * (seen + k + 1) for k in range(taken))
        assert replay.rewards[place] == pytest.approx(expected, rel=1e-5)
        ended = replay.discounts[place] == 0
        assert ended or replay.discounts[place] == pytest.approx(GAMMA**taken, rel=1e-5)
        assert taken == n or (
            taken < n and (ended or arrived == 6)
        )  # the time limit ends nothing: 6 has a value
        kinds.add((bool(ended), arrived == 6))
    assert {(True, False), (False, False), (False, True)} <= kinds


def test_the_oldest_memories_go_first(world: World) -> None:
    copies = Copies(world, 1, seed=0)
    replay = Replay(copies, 4, GAMMA, 1, "float32")
    for _ in range(6):
        seen = copies.seen
        replay.add(seen, np.zeros(1, np.int32), copies.step(np.zeros(1, np.int32)))
    assert len(replay) == 4
    assert sorted(replay.seen[:, 0]) == [2, 3, 4, 5]
    drawn = replay.draw("x", 200, np.random.default_rng(0))
    assert set(drawn.inputs["x"][:, 0]) == {2, 3, 4, 5}
    np.testing.assert_array_equal(drawn.targets["next"], drawn.inputs["x"] + 1)


class Switches(Counter):
    action_space: Any = gymnasium.spaces.MultiBinary(3)


def test_other_actions_are_refused() -> None:
    gymnasium.register("yamlnetTest/Switches-v0", Switches, max_episode_steps=6)
    try:
        with pytest.raises(BlueprintError, match=r"are MultiBinary\(3\); an agent takes one of some"):
            find_world(ObjectivePlan("PolicyGradient", arguments={"environment": "yamlnetTest/Switches-v0"}))
    finally:
        del gymnasium.registry["yamlnetTest/Switches-v0"]


def test_episodes_are_whole_and_all_are_told(world: World) -> None:
    """An agent that ends at 3 takes three steps; one that never does is cut off at six."""
    ending = play_episodes(world, lambda seen: (seen[:, 0] == 2).astype(np.int32), 40, seed=0)
    assert measured(ending) == {"return": 6.0, "return_deviation": 0.0, "length": 3.0}
    assert all(one.terminated and one.actions.tolist() == [0, 0, 1] for one in ending)
    (cut_off,) = play_episodes(world, lambda seen: np.zeros(len(seen), np.int32), 1, seed=0)
    assert (cut_off.total, cut_off.terminated, len(cut_off.rewards)) == (21.0, False, 6)
