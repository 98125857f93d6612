"""Agents in a chain of states whose best actions value iteration tells, and what is done with their runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import gymnasium
import numpy as np
import pytest
from click.testing import CliRunner

import yamlnet
from yamlnet.cli.main import main
from yamlnet.diagnostics.diagnostic import BlueprintError, YamlnetError

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax", "chain")]

STATES, GAMMA = 5, 0.8


class Chain(gymnasium.Env[Any, Any]):
    """States in a row: a small reward at the left end, a large one at the right, and both end an episode."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"], "render_fps": 10}
    observation_space = gymnasium.spaces.Discrete(STATES)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.state = int(self.np_random.integers(1, STATES - 1))
        return self.state, {}

    def step(self, action: int) -> Any:
        self.state, reward, ended = moved(self.state, action)
        return self.state, reward, ended, False, {}

    def render(self) -> Any:
        picture = np.zeros((8, 8 * STATES, 3), np.uint8)
        picture[:, 8 * self.state : 8 * self.state + 8] = 255
        return picture


class Aim(gymnasium.Env[Any, Any]):
    """A number is seen, x, and the best action is (x, -x / 2); each episode is one step."""

    observation_space = gymnasium.spaces.Box(-1, 1, (1,))
    action_space = gymnasium.spaces.Box(-1, 1, (2,))

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.x = self.np_random.uniform(-1, 1, 1).astype(np.float32)
        return self.x, {}

    def step(self, action: Any) -> Any:
        assert action.shape == (2,) and abs(action).max() <= 1
        return self.x, -float(np.square(action - self.x * [1, -0.5]).sum()), True, False, {}


def moved(state: int, action: int) -> tuple[int, float, bool]:
    after = state + (1 if action else -1)
    return after, {0: 0.3, STATES - 1: 1.0}.get(after, 0.0), after in (0, STATES - 1)


def best_values() -> Any:
    """Q* by value iteration: (states, actions)."""
    values = np.zeros((STATES, 2))
    for _ in range(50):
        for state in range(1, STATES - 1):
            for action in (0, 1):
                after, reward, ended = moved(state, action)
                values[state, action] = reward + (0 if ended else GAMMA * values[after].max())
    return values


@pytest.fixture
def chain() -> Iterator[None]:
    gymnasium.register("Chain-v0", Chain, max_episode_steps=50)
    gymnasium.register("Aim-v0", Aim, max_episode_steps=5)
    yield
    del gymnasium.registry["Chain-v0"], gymnasium.registry["Aim-v0"]


TABLE = """yamlnet: 1
name: table
model:
  inputs: {state: {shape: [], dtype: int32}}
  layers: [{Embedding: {input_dim: 5, output_dim: 2, as: worth}}]
train:
  objective:
    DQN:
      {environment: Chain-v0, gamma: 0.8, environments: 4, epsilon: [1.0, 1.0], warm_up: 200, train_every: 2,
       target_update: 20, replay: 2000, batch_size: 32, steps_per_epoch: 400, test_episodes: 9}
  optimizer: {Adam: {learning_rate: 0.02}}
  steps: 1200
  callbacks: [{EarlyStopping: {monitor: loss, restore_best_weights: true, patience: 3}}]
export: [keras]
"""
ACTOR = """yamlnet: 1
name: actor
model:
  inputs: {state: {shape: [], dtype: int32}}
  layers:
    - Embedding: {input_dim: 5, output_dim: 2, from: state, as: preference}
    - Embedding: {input_dim: 5, output_dim: 1, from: state, as: expected}
  outputs: [preference, expected]
train:
  objective:
    PolicyGradient:
      {environment: Chain-v0, gamma: 0.8, environments: 4, steps_per_epoch: 20, validation_episodes: 12,
       goal: 1, MORE}
  optimizer: {Adam: {learning_rate: 0.1}}
  steps: 200
"""


AIM = """yamlnet: 1
name: aim
models:
  actor: {inputs: {x: [1]}, layers: [{Dense: {units: 4, as: aim}}], outputs: aim}
  critic: {inputs: {x: [1]}, layers: [{Dense: 1}]}
train:
  objective:
    PolicyGradient:
      {environment: Aim-v0, policy: actor, value: critic, environments: 16, test_episodes: 40, MORE}
  optimizer: {Adam: {learning_rate: 0.02}}
  steps: 400
export: [keras]
"""


def trained(text: str, folder: Path) -> Any:
    (folder / "agent.yaml").write_text(text, encoding="utf-8")
    return yamlnet.load(folder / "agent.yaml").train(out=folder / "run", progress="none")


def told(*arguments: str) -> str:
    found = CliRunner().invoke(main, [*arguments, *(["--debug"] if arguments[0] != "play" else [])])
    assert found.exit_code == 0, found.output
    return found.output


def test_a_table_of_values_becomes_that_of_value_iteration(tmp_path: Path) -> None:
    """Its actions are left to chance, so it learns what the best would return without taking them."""
    run = trained(TABLE, tmp_path)
    inner = slice(1, STATES - 1)
    found = yamlnet.predict(run)["worth"]  # of all states, which are the run's own rows
    np.testing.assert_allclose(found[inner], best_values()[inner], atol=0.03)
    assert run.metrics["test"]["return"] == 1.0
    assert run.history["epsilon"] == [1.0] * 3
    assert run.history["environment_steps"] == [996, 1796, 2596]  # two batches follow the 200th step
    assert (run.folder / "curves.png").exists()
    _what_is_done_with_it(run, tmp_path)


def _what_is_done_with_it(run: Any, folder: Path) -> None:
    """The commands that take a run."""
    path = str(run.folder)
    assert json.loads(told("evaluate", path, "--format", "json")) == run.metrics["test"]
    played = told("play", path, "-n", "8", "--random", "--seed", "3")
    assert "agent   8 episodes    return 1 ± 0" in played
    assert "random  8 episodes    return 0." in played
    told("play", path, "-n", "2", "-o", str(folder / "steps.npz"))
    steps = np.load(folder / "steps.npz")
    assert steps["terminated"].sum() == 2
    assert steps["reward"].sum() == 2.0
    assert (steps["action"] == 1).all()
    seen = yamlnet.predict(run, folder / "steps.npz")["worth"]
    assert (seen.argmax(axis=1) == steps["action"]).all()
    (folder / "rows.csv").write_text("state\n3\n1\n", encoding="utf-8")
    rows = yamlnet.predict(run, folder / "rows.csv")["worth"]
    np.testing.assert_allclose(rows, yamlnet.predict(run)["worth"][[3, 1]])
    exported = yamlnet.open_export(run.folder / "export" / "model.keras")
    from yamlnet.data.given_rows import read_rows

    np.testing.assert_allclose(exported.predict(read_rows(folder / "rows.csv"))["worth"], rows)
    from PIL import Image

    told("play", path, "-o", str(folder / "play.gif"))
    with Image.open(folder / "play.gif") as picture:
        assert picture.size == (8 * STATES, 8)
    with pytest.raises(YamlnetError, match="plays no episodes"):
        yamlnet.evaluate(run, "validation")
    with pytest.raises(YamlnetError, match="generates nothing"):
        yamlnet.generate(run)


@pytest.mark.parametrize("more", ["rollout: 16, minibatches: 2", "algorithm: reinforce"])
def test_a_policy_goes_right_and_stops_at_its_goal(more: str, tmp_path: Path) -> None:
    run = trained(ACTOR.replace("MORE", more), tmp_path)
    if more.startswith("rollout"):  # the seed decides all of it
        again = yamlnet.load(tmp_path / "agent.yaml").train(out=tmp_path / "again", progress="none")
        assert again.history == run.history
    preference, expected = (yamlnet.predict(run)[name] for name in ("preference", "expected"))
    assert (preference[1:-1].argmax(axis=1) == 1).all()
    assert best_values()[1:-1].argmax(axis=1).tolist() == [1, 1, 1]
    assert expected[3, 0] > expected[1, 0]  # nearer to the end, more is to come
    assert run.history["val_return"][-1] == 1.0
    assert len(run.history["val_return"]) < 10
    assert run.metrics["validation"]["return"] == 1.0


@pytest.mark.parametrize("more", ["rollout: 8, passes: 4, minibatches: 2", "algorithm: reinforce"])
def test_a_policy_says_the_numbers_that_are_best(more: str, tmp_path: Path) -> None:
    run = trained(AIM.replace("MORE", more), tmp_path)
    assert run.metrics["test"]["return"] > -0.02  # of -0.42 for doing nothing
    (tmp_path / "rows.csv").write_text("x\n0.8\n-0.4\n", encoding="utf-8")
    said = yamlnet.predict(run, tmp_path / "rows.csv")["aim"]
    np.testing.assert_allclose(said[:, :2], [[0.8, -0.4], [-0.4, 0.2]], atol=0.1)
    told("play", str(run.folder), "-n", "3", "-o", str(tmp_path / "steps.npz"))
    steps = np.load(tmp_path / "steps.npz")
    assert steps["action"].shape == (3, 2)
    np.testing.assert_allclose(steps["action"], steps["observation"] * [1, -0.5], atol=0.15)
    assert "random" in told("play", str(run.folder), "--random")


def test_validate_asks_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(TABLE.replace("Chain-v0", "Chian-v0"), encoding="utf-8")
    found = CliRunner().invoke(main, ["validate", str(file)])
    assert found.exit_code == 1
    assert '9:21: there is no environment "Chian-v0"; did you mean "Chain-v0"? [environment]' in found.output
    file.write_text(TABLE.replace("output_dim: 2", "output_dim: 3"), encoding="utf-8")
    found = CliRunner().invoke(main, ["validate", str(file)])
    assert '"worth" gives [3] for a row; it is to be [2]' in found.output
    file.write_text(TABLE, encoding="utf-8")
    assert "ok (1 layer)" in told("validate", str(file))


def test_a_missing_gymnasium_is_told_where_it_is_needed(tmp_path: Path, monkeypatch: Any) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(TABLE, encoding="utf-8")
    monkeypatch.setitem(__import__("sys").modules, "gymnasium", None)
    with pytest.raises(BlueprintError, match="environments need Gymnasium") as refused:
        yamlnet.load(file).train(out=tmp_path / "run", progress="none")
    assert refused.value.diagnostics[0].path == ("train", "objective", "DQN", "environment")
    assert not (tmp_path / "run").exists()
