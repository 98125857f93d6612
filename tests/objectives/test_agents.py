"""What agents minimise, against the formulas of the papers worked out with NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from scipy import stats

import yamlnet
from yamlnet import pipeline
from yamlnet.data.batches import Batch
from yamlnet.runner.steps import make_objective, make_stepper
from yamlnet.runner.steps.stepper import warm_up

pytestmark = pytest.mark.backend

ROWS = 6
NUMBERS = np.random.default_rng(0)

DQN = """yamlnet: 1
model:
  inputs: {{state: [4]}}
  layers: [{{Dense: {{units: 5, activation: tanh}}}}, {{Dense: 2}}]
train:
  objective: {{DQN: {{environment: CartPole-v1, environments: 1, {more}}}}}
  loss: mse
  optimizer: {{SGD: {{learning_rate: 0.1}}}}
  steps: 10
"""
POLICY = """yamlnet: 1
models:
  actor: {{inputs: {{state: [4]}}, layers: [{{Dense: 2}}]}}
  critic: {{inputs: {{seen: [4]}}, layers: [{{Dense: 1}}]}}
train:
  objective:
    PolicyGradient:
      {{environment: CartPole-v1, policy: actor, value: critic, entropy_weight: 0.1, {more}}}
  optimizer: {{SGD: {{learning_rate: 0.1}}}}
  steps: 10
"""


class Trial:
    """An objective with its models and a stepper, as training would have them, for batches made by hand."""

    def __init__(self, text: str, batch: Batch, folder: Path) -> None:
        (folder / "trial.yaml").write_text(text, encoding="utf-8")
        loaded = yamlnet.load(folder / "trial.yaml")
        plan = loaded.plan
        assert plan.train is not None
        pipeline._select(loaded, None)
        self.models = pipeline._lower(loaded, plan)
        self.objective = make_objective(self.models, plan.train)
        for phase in self.objective.phases:
            warm_up(self.objective, self.models, batch, phase)
        self.stepper, self.batch = make_stepper(self.objective, self.models), batch

    def measured(self) -> dict[str, float]:
        self.stepper.reset_metrics()
        self.stepper.evaluate(self.batch)
        return self.stepper.results()

    def train(self) -> None:
        self.stepper.train(self.batch)
        self.stepper.sync()

    def called(self, model: str, x: Any) -> Any:
        return keras.ops.convert_to_numpy(self.models[model](keras.ops.convert_to_tensor(x), training=False))


def states() -> Any:
    return NUMBERS.standard_normal((ROWS, 4), dtype=np.float32)


ACTIONS = np.array([0, 1, 1, 0, 1, 0], np.int32)
MET = Batch(
    {"state": states()},
    {
        "action": ACTIONS,
        "reward": NUMBERS.standard_normal(ROWS, dtype=np.float32),
        "next": 3 * states(),
        "discount": np.array([0.9, 0.9, 0, 0.9, 0.9, 0], np.float32),
    },
)


@pytest.mark.parametrize("double", [True, False])
def test_dqn_minimises_the_distance_to_its_target(double: bool, tmp_path: Path) -> None:
    """With two networks of its own weights: after a step only one of them has moved."""
    more = f"double: {str(double).lower()}, target_update: 1000"
    trial = Trial(DQN.format(more=more), MET, tmp_path)
    told, rows = MET.targets, np.arange(ROWS)
    before = trial.called("model", told["next"])
    trial.train()
    now, after = trial.called("model", MET.inputs["state"]), trial.called("model", told["next"])
    assert not np.allclose(before, after)
    chosen = (after if double else before).argmax(axis=1)
    wanted = told["reward"] + told["discount"] * before[rows, chosen]
    found = trial.measured()
    assert found["loss"] == pytest.approx(np.square(now[rows, ACTIONS] - wanted).mean(), rel=1e-4)
    assert found["value"] == pytest.approx(now[rows, ACTIONS].mean(), rel=1e-4)


@pytest.mark.parametrize(("every", "tau"), [(2, 1.0), (1, 0.25)])
def test_the_target_network_follows(every: int, tau: float, tmp_path: Path) -> None:
    """Before the steps that its turn is at it goes towards the weights that the step starts from."""
    trial = Trial(DQN.format(more=f"target_update: {every}, tau: {tau}"), MET, tmp_path)

    def weights() -> list[Any]:
        return [keras.ops.convert_to_numpy(one.value) for one in trial.models["model"].trainable_variables]

    expected = weights()
    for step in range(3):
        share = tau if step % every == 0 else 0.0
        expected = [one + share * (new - one) for one, new in zip(expected, weights(), strict=True)]
        trial.train()
    found = [keras.ops.convert_to_numpy(one.value) for one in trial.objective.variables]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    assert not all(np.allclose(one, new) for one, new in zip(found, weights(), strict=True))


def acted(weights: Any = None) -> Batch:
    targets = {
        "action": ACTIONS,
        "advantage": NUMBERS.standard_normal(ROWS, dtype=np.float32),
        "return": NUMBERS.standard_normal(ROWS, dtype=np.float32),
        "log_probability": np.log(NUMBERS.uniform(0.2, 0.9, ROWS)).astype(np.float32),
    }
    return Batch({"state": states()}, targets, weights)


@pytest.mark.parametrize("algorithm", ["ppo", "reinforce"])
def test_policies_minimise_what_the_papers_say(algorithm: str, tmp_path: Path) -> None:
    weights = np.array([1, 1, 1, 1, 0, 0], np.float32) if algorithm == "reinforce" else None
    batch = acted(weights)
    trial = Trial(POLICY.format(more=f"algorithm: {algorithm}"), batch, tmp_path)
    told, counted = batch.targets, slice(0, 4 if weights is not None else ROWS)
    logits = trial.called("actor", batch.inputs["state"]).astype(np.float64)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    log = logs[np.arange(ROWS), ACTIONS]
    entropy = -(np.exp(logs) * logs).sum(axis=1)[counted].mean()
    value = trial.called("critic", batch.inputs["state"])[:, 0]
    if algorithm == "ppo":
        ratio = np.exp(log - told["log_probability"])
        assert ((ratio < 0.8) | (ratio > 1.2)).any()
        gain = np.minimum(ratio * told["advantage"], ratio.clip(0.8, 1.2) * told["advantage"])
        divergence, clipped = (ratio - 1 - np.log(ratio)).mean(), (abs(ratio - 1) > 0.2).mean()
    else:
        gain, divergence, clipped = (told["advantage"] * log)[counted], 0.0, 0.0
    found = trial.measured()
    assert found == pytest.approx(
        {
            "policy_loss": -gain.mean(),
            "value_loss": np.square(value - told["return"])[counted].mean(),
            "entropy": entropy,
            "divergence": divergence,
            "clipped": clipped,
        },
        rel=1e-4,
        abs=1e-6,
    )


@pytest.mark.parametrize("algorithm", ["ppo", "reinforce"])
def test_numbers_are_told_by_normal_distributions(algorithm: str, tmp_path: Path) -> None:
    numbers = NUMBERS.standard_normal((ROWS, 1), dtype=np.float32)
    batch = acted()
    batch = Batch(batch.inputs, {**batch.targets, "action": numbers})
    trial = Trial(POLICY.format(more=f"algorithm: {algorithm}"), batch, tmp_path)
    told, said = batch.targets, trial.called("actor", batch.inputs["state"]).astype(np.float64)
    policy = stats.norm(said[:, 0], np.exp(said[:, 1]))
    log, gain = policy.logpdf(numbers[:, 0]), told["advantage"] * policy.logpdf(numbers[:, 0])
    if algorithm == "ppo":
        ratio = np.exp(log - told["log_probability"])
        gain = np.minimum(ratio * told["advantage"], ratio.clip(0.8, 1.2) * told["advantage"])
    found = trial.measured()
    assert found["policy_loss"] == pytest.approx(-gain.mean(), rel=1e-4)
    assert found["entropy"] == pytest.approx(policy.entropy().mean(), rel=1e-4)


def test_both_models_are_pushed_as_their_gradients_say(tmp_path: Path) -> None:
    """One step of descent on -E A log π - 0.1 E H and on 0.7 E (V - G)², by gradients worked out by hand."""
    batch = acted()
    trial = Trial(POLICY.format(more="algorithm: reinforce, value_weight: 0.7"), batch, tmp_path)
    x, told = batch.inputs["state"], batch.targets
    logits = trial.called("actor", x).astype(np.float64)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    entropy = -(chances * np.log(chances)).sum(axis=1, keepdims=True)
    of_gain = told["advantage"][:, None] * (np.eye(2)[ACTIONS] - chances)
    of_entropy = -chances * (np.log(chances) + entropy)
    of_value = -0.7 * 2 * (trial.called("critic", x) - told["return"][:, None])
    kernels = [trial.models[name].trainable_variables[0] for name in ("actor", "critic")]
    before = [np.array(keras.ops.convert_to_numpy(kernel.value)) for kernel in kernels]
    trial.train()
    for kernel, start, push in zip(kernels, before, (of_gain + 0.1 * of_entropy, of_value), strict=True):
        expected = start + 0.1 * x.T @ push / ROWS
        np.testing.assert_allclose(keras.ops.convert_to_numpy(kernel.value), expected, rtol=1e-4, atol=1e-5)
