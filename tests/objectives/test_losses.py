"""What objectives minimise, against the formulas of their papers worked out with NumPy."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet import pipeline
from yamlnet.data.batches import Batch
from yamlnet.objectives.objective import Models, Objective
from yamlnet.runner.steps import make_objective, make_stepper
from yamlnet.runner.steps.stepper import Stepper, warm_up

pytestmark = pytest.mark.backend

IMAGES = """
data:
  train: {Sklearn: digits}
  inputs: {image: {column: image, reshape: [64], scale: 0.0625}}
  batch_size: 32
"""

AUTOENCODER = """yamlnet: 1
models:
  encoder:
    inputs: {image: [64]}
    layers:
      - Dense: {units: 5, from: image, as: mean}
      - Dense: {units: 5, from: image, as: log_variance}
    outputs: [mean, log_variance]
  decoder:
    inputs: {code: [5]}
    layers: [{Dense: {units: 64, activation: sigmoid}}]
"""

GAN = """yamlnet: 1
models:
  generator:
    inputs: {noise: [3]}
    layers: [{Dense: {units: 64, activation: sigmoid}}]
  critic:
    inputs: {image: [64]}
    layers: [{Dense: 1}]
"""


class Trial:
    """An objective with its models and a stepper, as training would have them."""

    def __init__(self, text: str, folder: Path) -> None:
        (folder / "trial.yaml").write_text(text, encoding="utf-8")
        loaded = yamlnet.load(folder / "trial.yaml")
        plan, dataset = pipeline._with_data(loaded)
        assert plan.train is not None
        self.models: Models = pipeline._lower(loaded, plan)
        self.batch: Batch = next(dataset.train.batches(32))
        self.objective: Objective = make_objective(self.models, plan.train, plan.seed)
        for phase in self.objective.phases:
            warm_up(self.objective, self.models, self.batch, phase)
        self.stepper: Stepper = make_stepper(self.objective, self.models, plan.seed)

    def measured(self, batch: Batch | None = None) -> dict[str, float]:
        self.stepper.reset_metrics()
        self.stepper.evaluate(batch or self.batch)
        return self.stepper.results()

    def called(self, model: str, x: Any) -> Any:
        found = self.models[model](keras.tree.map_structure(keras.ops.convert_to_tensor, x), training=False)
        return keras.tree.map_structure(keras.ops.convert_to_numpy, found)


def softplus(x: Any) -> Any:
    return np.logaddexp(0, x)


def test_the_evidence_lower_bound(tmp_path: Path) -> None:
    train = "train: {objective: {VariationalAutoencoder: {encoder: encoder, decoder: decoder, beta: 3}}}\n"
    trial = Trial(AUTOENCODER + IMAGES + train, tmp_path)
    found = trial.measured()
    mean, log_variance = trial.called("encoder", trial.batch.inputs["image"])
    divergence = 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance).sum(axis=1).mean()
    assert found["divergence"] == pytest.approx(divergence, rel=1e-5)
    assert found["loss"] == pytest.approx(found["reconstruction"] + 3 * divergence, rel=1e-5)


def test_reconstruction_is_summed_over_a_row(tmp_path: Path) -> None:
    """With a code whose variance is as good as 0 the decoder reads the mean: nothing is left to chance."""
    train = (
        "train:\n  objective: {VariationalAutoencoder: {encoder: encoder, decoder: decoder}}\n"
        "  loss: binary_crossentropy\n"
    )
    trial = Trial(AUTOENCODER + IMAGES + train, tmp_path)
    kernel, bias = trial.models["encoder"].layers[-1].weights
    kernel.assign(np.zeros(kernel.shape))
    bias.assign(np.full(bias.shape, -60.0))
    trial.stepper.reload()
    rows = trial.batch.inputs["image"]
    made = trial.called("decoder", trial.called("encoder", rows)[0])
    surprise = -(rows * np.log(made) + (1 - rows) * np.log(1 - made)).sum(axis=1).mean()
    assert trial.measured()["reconstruction"] == pytest.approx(surprise, rel=1e-4)


@pytest.mark.parametrize("loss", ["non-saturating", "minimax", "hinge", "wasserstein-gp"])
def test_what_the_two_of_a_gan_play_for(loss: str, tmp_path: Path) -> None:
    train = f"train: {{objective: {{GAN: {{generator: generator, discriminator: critic, loss: {loss}}}}}}}\n"
    trial = Trial(GAN + IMAGES + train, tmp_path)
    dense = trial.models["generator"].layers[-1]
    dense.kernel.assign(np.zeros(dense.kernel.shape))  # whatever the noise, it makes one image
    trial.stepper.reload()
    found = trial.measured()
    real = trial.called("critic", trial.batch.inputs["image"])
    fake = trial.called("critic", trial.called("generator", np.zeros((32, 3), np.float32)))
    weights = keras.ops.convert_to_numpy(trial.models["critic"].layers[-1].kernel)
    steepness = (np.sqrt((weights**2).sum()) - 1) ** 2  # a linear critic is as steep everywhere
    discriminator, generator = {
        "non-saturating": (softplus(-real).mean() + softplus(fake).mean(), softplus(-fake).mean()),
        "minimax": (softplus(-real).mean() + softplus(fake).mean(), -softplus(fake).mean()),
        "hinge": (np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean(), -fake.mean()),
        "wasserstein-gp": (fake.mean() - real.mean() + 10 * steepness, -fake.mean()),
    }[loss]
    assert found["discriminator_loss"] == pytest.approx(discriminator, rel=1e-4, abs=1e-5)
    assert found["generator_loss"] == pytest.approx(generator, rel=1e-4, abs=1e-5)
    assert found["real"] == pytest.approx(real.mean(), rel=1e-4, abs=1e-5)
    assert found["fake"] == pytest.approx(fake.mean(), rel=1e-4, abs=1e-5)


def test_each_phase_changes_its_own_model_when_it_is_due(tmp_path: Path) -> None:
    words = "generator: generator, discriminator: critic, loss: wasserstein-gp, critic_steps: 3"
    trial = Trial(GAN + IMAGES + f"train: {{objective: {{GAN: {{{words}}}}}}}\n", tmp_path)

    def weights() -> list[Any]:
        trial.stepper.sync()
        return [trial.models[name].get_weights()[0].copy() for name in ("generator", "critic")]

    seen = [weights()]
    for _ in range(6):
        trial.stepper.train(trial.batch)
        seen.append(weights())
    changed = [[bool((a != b).any()) for a, b in zip(*pair, strict=True)] for pair in pairwise(seen)]
    assert [generator for generator, _ in changed] == [False, False, True, False, False, True]
    assert all(critic for _, critic in changed)


def test_the_surprise_at_the_next_token(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).integers(1, 7, (32, 6))
    rows[:, 4:] = 0
    np.savez(tmp_path / "rows.npz", tokens=rows)
    trial = Trial(
        """yamlnet: 1
model:
  inputs: {tokens: {shape: [6], dtype: int32}}
  layers: [{Embedding: {input_dim: 7, output_dim: 4}}, {Dense: 7}]
data: {train: {Npz: rows.npz}, inputs: {tokens: tokens}, shuffle: false}
train: {objective: {CausalLM: {padding: 0}}}
""",
        tmp_path,
    )
    tokens = trial.batch.inputs["tokens"]
    logits = trial.called("model", tokens)[:, :-1].astype(np.float64)
    surprise = np.log(np.exp(logits).sum(-1)) - np.take_along_axis(logits, tokens[:, 1:, None], -1)[..., 0]
    counted = tokens[:, 1:] != 0
    loss = surprise[counted].mean()
    found = trial.measured()
    assert found["loss"] == pytest.approx(loss, rel=1e-5)
    assert found["perplexity"] == pytest.approx(np.exp(loss), rel=1e-5)
    assert found["bits_per_token"] == pytest.approx(loss / np.log(2), rel=1e-5)
    right = (logits.argmax(-1) == tokens[:, 1:])[counted].mean()
    assert found["accuracy"] == pytest.approx(right, rel=1e-5)


TRANSLATION = """yamlnet: 1
model:
  inputs:
    source: {shape: [4], dtype: int32}
    target: {shape: [null], dtype: int32}
  layers:
    - Embedding: {from: source, input_dim: 9, output_dim: 5}
    - GlobalAveragePooling1D: {as: read}
    - Embedding: {from: target, input_dim: 7, output_dim: 5}
    - GRU: {units: 5, return_sequences: true, with: {initial_state: [read]}}
    - Dense: 7
data: {train: {Npz: rows.npz}, inputs: {source: source, target: target}, shuffle: false}
train: {objective: {Seq2Seq: {label_smoothing: SMOOTHING}}}
"""


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_surprise_at_the_next_token_of_a_translation(smoothing: float, tmp_path: Path) -> None:
    """The formulas of Sutskever et al. 2014 and, of smoothed labels, of Szegedy et al. 2015, section 7."""
    numbers = np.random.default_rng(0)
    target = numbers.integers(1, 7, (32, 6))
    target[::2, 4:] = 0
    np.savez(tmp_path / "rows.npz", source=numbers.integers(1, 9, (32, 4)), target=target)
    trial = Trial(TRANSLATION.replace("SMOOTHING", str(smoothing)), tmp_path)
    source, target = trial.batch.inputs["source"], trial.batch.inputs["target"]
    logits = trial.called("model", {"source": source, "target": target[:, :-1]}).astype(np.float64)
    told, counted = target[:, 1:], target[:, 1:] != 0
    surprise = np.log(np.exp(logits).sum(-1, keepdims=True)) - logits
    labels = (1 - smoothing) * np.eye(7)[told] + smoothing / 7
    found = trial.measured()
    assert found["loss"] == pytest.approx((labels * surprise).sum(-1)[counted].mean(), rel=1e-5)
    of_told = np.take_along_axis(surprise, told[..., None], -1)[..., 0][counted].mean()
    assert found["perplexity"] == pytest.approx(np.exp(of_told), rel=1e-5)
    assert found["accuracy"] == pytest.approx((logits.argmax(-1) == told)[counted].mean(), rel=1e-5)


def test_noise_is_put_on_what_is_read_and_not_on_what_it_is_compared_with(tmp_path: Path) -> None:
    """A model that gives back what it reads is off by the noise: its variance."""
    trial = Trial(
        "yamlnet: 1\nmodel: {inputs: {image: [64]}, layers: [{Dense: {units: 64, use_bias: false}}]}\n"
        + IMAGES
        + "train: {objective: {DenoisingAutoencoder: {noise: {GaussianNoise: 0.5}}}}\n",
        tmp_path,
    )
    trial.models["model"].layers[-1].kernel.assign(np.eye(64))
    trial.stepper.reload()
    assert trial.measured()["loss"] == pytest.approx(0.25, rel=0.1)  # 2,048 draws: 3 % of deviation


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
def test_what_is_left_of_a_row_falls_to_nothing(schedule: str) -> None:
    """The closed form of the papers: cos² of the time, and the product of 1 - β."""
    from yamlnet.objectives.diffusion import kept

    found = kept(schedule, 1000)
    times = np.arange(1, 1001) / 1000
    if schedule == "cosine":
        shares = np.cos((times + 0.008) / 1.008 * np.pi / 2) ** 2 / np.cos(0.008 / 1.008 * np.pi / 2) ** 2
    else:
        shares = np.exp(np.log1p(-np.linspace(1e-4, 0.02, 1000)).cumsum())
    np.testing.assert_allclose(found[:-1], shares[:-1], rtol=1e-6)  # the last β of the cosine is clipped
    assert found[-1] < 1e-4
    assert (np.diff(found) < 0).all()


DIFFUSION = """yamlnet: 1
model:
  inputs: {image: [64], time: []}
  layers:
    - Dense: {units: 64, from: image, use_bias: false}
data:
  train: {Sklearn: digits}
  inputs: {image: {column: image, reshape: [64], scale: 0.0625}}
  batch_size: 128
train: {objective: {Diffusion: {steps: 100}}}
"""


def test_who_tells_nothing_of_the_noise_is_off_by_its_variance(tmp_path: Path) -> None:
    trial = Trial(DIFFUSION, tmp_path)
    kernel = trial.models["model"].layers[-1].kernel
    kernel.assign(np.zeros(kernel.shape))
    trial.stepper.reload()
    assert trial.measured()["loss"] == pytest.approx(1, rel=0.1)  # 2,048 draws: 3 % of deviation


def test_a_row_is_drawn_back_where_the_noise_is_told_exactly(tmp_path: Path) -> None:
    """For data that is one row only, ε = (x - √ᾱ c) / √(1 - ᾱ): from any noise, DDIM arrives at c."""
    trial = Trial(DIFFUSION, tmp_path)
    objective: Any = trial.objective
    target = np.linspace(0, 1, 64, dtype=np.float32)

    def told(models: Any, rows: Any, noisy: Any, steps: Any, training: bool) -> Any:
        share = objective.kept[int(steps[0])]
        return (noisy - np.sqrt(share) * target) / np.sqrt(1 - share)

    objective._told = told
    numbers = np.random.default_rng(0)
    rows = {"image": keras.ops.convert_to_tensor(np.stack([target] * 4))}
    found = objective.generate(
        trial.models,
        rows,
        lambda shape: keras.ops.convert_to_tensor(numbers.standard_normal((4, *shape), dtype=np.float32)),
    )
    np.testing.assert_allclose(keras.ops.convert_to_numpy(found), np.stack([target] * 4), atol=1e-3)


def test_hidden_tokens_are_told(tmp_path: Path) -> None:
    """A model whose logits are the tokens it reads: right where a token stayed, wrong where it was hidden."""
    np.savez(tmp_path / "rows.npz", tokens=np.random.default_rng(0).integers(2, 40, (400, 32)))
    trial = Trial(
        """yamlnet: 1
model:
  inputs: {tokens: {shape: [32], dtype: int32}}
  layers: [{Embedding: {input_dim: 41, output_dim: 41}}]
data: {train: {Npz: rows.npz}, inputs: {tokens: tokens}, batch_size: 400}
train: {objective: {MaskedLM: {mask: 40}}}
""",
        tmp_path,
    )
    trial.models["model"].layers[-1].embeddings.assign(20 * np.eye(41))
    trial.stepper.reload()
    # Of the tokens to be told a tenth is read as it is, and of another tenth one in 41 by chance.
    once, again = trial.measured(), trial.measured()
    assert once["accuracy"] == pytest.approx(0.1 + 0.1 / 41, abs=0.04)
    assert once["loss"] != again["loss"], "each batch of an evaluation hides others"
