"""`graph-ops/mixture_of_experts.yaml` gives what NumPy gives, which asks each token's chosen experts only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("on_jax")]

BLUEPRINT = "graph-ops/mixture_of_experts.yaml"
EXPERTS, WIDTH, HIDDEN, HEADS = 8, 32, 64, 4
Weights = dict[str, Any]


def randomised(model: Any) -> Weights:
    """Give a model random weights, and tell them by `layer/weight`."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        fan_in = weight.shape[-2] if len(weight.shape) > 1 else 1
        centre = 1.0 if weight.name == "gamma" else 0.0
        weight.assign((centre + rng.normal(scale=fan_in**-0.5, size=weight.shape)).astype("float32"))
    return {weight.path: keras.ops.convert_to_numpy(weight.value) for weight in model.weights}


@pytest.fixture(scope="module")
def images() -> Any:
    return np.random.default_rng(1).uniform(size=(12, 8, 8, 1)).astype("float32")


@pytest.mark.parametrize(("variant", "k"), [(":switch", 1), (":shazeer", 2), ("", 2)])
def test_it_gives_numpy_s_outputs(build: Callable[..., Any], images: Any, variant: str, k: int) -> None:
    ours = build(f"{BLUEPRINT}{variant}")
    weights = randomised(ours)
    digit, balance = ours.predict(images, verbose=0)
    expected_digit, expected_balance = network(images, weights, k)
    assert np.ptp(expected_digit) > 0.1, "the outputs say too little to be compared"
    assert np.ptp(expected_balance) > 0.01
    np.testing.assert_allclose(digit, expected_digit, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(balance, expected_balance, rtol=1e-4)


def test_a_token_is_sent_to_k_experts_with_weights_that_sum_to_one(
    build: Callable[..., Any], images: Any
) -> None:
    ours = build(BLUEPRINT, "k=3")
    randomised(ours)
    (router,) = (one for one in ours.operations if one.name == "mixture_router_gates")
    gates = keras.Model(ours.input, router.output).predict(images, verbose=0)
    assert gates.shape == (12, 8, EXPERTS)
    assert ((gates > 0).sum(axis=-1) == 3).all()
    np.testing.assert_allclose(gates.sum(axis=-1), 1, rtol=1e-5)


def test_training_minds_the_balance(build: Callable[..., Any], images: Any) -> None:
    ours = build(BLUEPRINT, "balance=0.5")
    randomised(ours)
    _, balance = ours(images, training=True)
    np.testing.assert_allclose(float(sum(ours.losses)), 0.5 * float(np.mean(balance)), rtol=1e-5)


def test_experts_that_are_equally_busy_cost_one(build: Callable[..., Any], images: Any) -> None:
    ours = build(BLUEPRINT, f"k={EXPERTS}")
    _, balance = ours.predict(images, verbose=0)
    np.testing.assert_allclose(balance, 1, rtol=1e-5)


def test_its_layers_have_readable_names(build: Callable[..., Any]) -> None:
    names = {operation.name for operation in build(BLUEPRINT).operations}
    assert {"rows", "attention", "mixture_router_probabilities", "mixture_router_gates"} <= names
    assert {"mixture_inner", "mixture_outer", "mixture_answer", "digit"} <= names


def softmax(x: Any) -> Any:
    shifted = np.exp(x - x.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def layer_norm(x: Any, weights: Weights, name: str) -> Any:
    centred = x - x.mean(axis=-1, keepdims=True)
    normal = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-3)
    return normal * weights[f"{name}/gamma"] + weights[f"{name}/beta"]


def attention(x: Any, weights: Weights) -> Any:
    def heads(name: str) -> Any:
        kernel = weights[f"attention/{name}/kernel"]
        return np.tensordot(x, kernel, 1) + weights[f"attention/{name}/bias"]

    query, key, value = heads("query"), heads("key"), heads("value")
    answers = np.zeros_like(query)
    for head in range(HEADS):
        scores = query[:, :, head] @ key[:, :, head].transpose(0, 2, 1) / np.sqrt(WIDTH // HEADS)
        answers[:, :, head] = softmax(scores) @ value[:, :, head]
    kernel = weights["attention/attention_output/kernel"]
    return np.tensordot(answers, kernel, 2) + weights["attention/attention_output/bias"]


def mixture(tokens: Any, weights: Weights, k: int) -> tuple[Any, float]:
    """One image's tokens through the experts that each is sent to, and the balancing loss."""
    probabilities = softmax(tokens @ weights["mixture_router_probabilities/kernel"])
    answers = np.zeros_like(tokens)
    sent = np.zeros(EXPERTS)
    for token, chances, answer in zip(tokens, probabilities, answers, strict=True):
        chosen = np.argsort(-chances)[:k]
        gates = chances[chosen] if k == 1 else softmax(np.log(chances[chosen]))
        for expert, gate in zip(chosen, gates, strict=True):
            hidden = np.maximum(token @ weights["mixture_inner/value"][expert], 0)
            answer += gate * (hidden @ weights["mixture_outer/value"][expert])
            sent[expert] += 1 / (k * len(tokens))
    return answers, EXPERTS * float(sent @ probabilities.mean(axis=0))


def network(images: Any, weights: Weights, k: int) -> tuple[Any, Any]:
    x = images[..., 0] @ weights["rows/kernel"] + weights["rows/bias"]
    x = x + weights["position_embedding/embeddings"]
    x = x + attention(layer_norm(x, weights, "layer_normalization"), weights)
    mixed = [mixture(image, weights, k) for image in layer_norm(x, weights, "layer_normalization_1")]
    x = layer_norm(x + np.stack([answer for answer, _ in mixed]), weights, "layer_normalization_2")
    digit = softmax(x.mean(axis=1) @ weights["digit/kernel"] + weights["digit/bias"])
    return digit, np.array([balance for _, balance in mixed])
