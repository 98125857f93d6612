"""Holding a blueprint of the gallery against an independent definition of the same architecture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import yamlnet

BLUEPRINTS = Path(__file__).resolve().parents[2] / "blueprints"


@pytest.fixture(scope="session")
def build() -> Callable[..., Any]:
    """`build("vision/resnet.yaml:50", "classes=10")`: a blueprint's model, with `--set` values."""

    def built(name: str, *settings: str) -> Any:
        return yamlnet.load(BLUEPRINTS / name, settings).build()

    return built


@pytest.fixture(scope="session")
def quick_weights() -> Callable[[], AbstractContextManager[None]]:
    """A context in which Keras builds a reference model without compiling an initializer per shape.

    The reference's architecture stays Keras's own; its weights are replaced before anything is compared.
    """
    from yamlnet.compiler.initial_weights import numpy_initial_weights

    @contextmanager
    def quickly() -> Iterator[None]:
        with numpy_initial_weights(seed=1):
            yield

    return quickly


@pytest.fixture(scope="session")
def same_as() -> SameAs:
    """Assertions that two Keras models are one architecture."""
    return SameAs()


@dataclass(frozen=True)
class SameAs:
    """Each assertion compares our model with a reference that Keras, or the test itself, defines."""

    def layers(self, ours: Any, reference: Any) -> None:
        """The same layers, in the model's order, with the same output shapes and weight shapes."""
        assert ours.count_params() == reference.count_params()
        assert _layers(ours) == _layers(reference)

    def weighted_layers(self, ours: Any, reference: Any) -> None:
        """The same, where only the layers that hold weights can be compared one to one."""
        assert ours.count_params() == reference.count_params()
        assert [one for one in _layers(ours) if one[2]] == [one for one in _layers(reference) if one[2]]

    def outputs(
        self,
        ours: Any,
        reference: Any,
        inputs: Any,
        rtol: float = 1e-4,
        atol: float = 1e-6,
        soften: float = 1,
    ) -> None:
        """Equal outputs for the same inputs, once both hold the same (random) weights.

        `soften` multiplies the classifier's weights: a signal that has grown through a hundred layers leaves
        a softmax nothing but zeros and a one.
        """
        import numpy as np

        rng = np.random.default_rng(0)
        weights = [random_weight(weight, rng) for weight in reference.weights]
        weights[-2:] = [soften * weight for weight in weights[-2:]]
        reference.set_weights(weights)
        ours.set_weights(weights)
        expected = np.asarray(reference.predict(inputs, verbose=0))
        assert np.ptp(expected, axis=0).max() > 1e-4, "the outputs hardly depend on the inputs"
        assert expected.max() < 0.999, "the softmax is saturated"
        np.testing.assert_allclose(ours.predict(inputs, verbose=0), expected, rtol=rtol, atol=atol)


def random_weight(weight: Any, rng: Any) -> Any:
    """Values that keep a signal alive through a hundred layers, different for every weight.

    Statistics too, for a swapped pair of layers of one shape must show.
    """
    import numpy as np

    if len(weight.shape) > 1:
        depthwise = len(weight.shape) == 4 and weight.shape[-1] == 1 and weight.shape[-2] > 1
        fan_in = int(np.prod(weight.shape[:2] if depthwise else weight.shape[:-1]))
        return rng.normal(scale=fan_in**-0.5, size=weight.shape).astype("float32")
    low, high = (0.5, 1.5) if weight.name in ("gamma", "moving_variance", "variance") else (-0.1, 0.1)
    return rng.uniform(low, high, size=weight.shape).astype("float32")


def _layers(model: Any) -> list[tuple[str, tuple[int | None, ...], list[tuple[int, ...]]]]:
    """What each layer is, gives and holds, in the model's order; names and inputs aside."""
    return [
        (type(layer).__name__, tuple(layer.output.shape), [tuple(weight.shape) for weight in layer.weights])
        for layer in model.layers
    ]
