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
def held_once() -> None:
    """Skips what is held against a reference, except on PyTorch: once is enough.

    There nothing is compiled: a model of a hundred layers, run once, takes a fifth of what it takes on JAX.
    Of the session's scope, and so asked before any fixture of a module builds a model.
    """
    import keras

    if keras.backend.backend() != "torch":
        pytest.skip(
            "held against its reference on PyTorch; tests/gallery/test_builds.py builds it on every backend"
        )


@pytest.fixture(autouse=True)
def _forget(request: pytest.FixtureRequest) -> Iterator[None]:
    """Half a gigabyte of weights a model would not fit beside the others."""
    yield
    if request.node.get_closest_marker("backend") is not None:
        import keras

        keras.backend.clear_session()


@pytest.fixture(scope="session")
def build() -> Callable[..., Any]:
    """`build("vision/resnet.yaml:50", "classes=10")`: a blueprint's model, with `--set` values."""

    def built(name: str, *settings: str) -> Any:
        return yamlnet.load(BLUEPRINTS / name, settings).build()

    return built


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of hundreds of megabytes hold zeros: what is drawn is held against references elsewhere."""
    import numpy as np

    def zeros(self: object, shape: tuple[int, ...], *rest: Any) -> Any:
        return np.zeros(shape, rest[-1])

    for draw in ("uniform", "normal", "truncated_normal"):
        monkeypatch.setattr(f"yamlnet.compiler.streams.Stream.{draw}", zeros)


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

    def settings(self, ours: Any, reference: Any) -> None:
        """The same arguments of every layer: initializers, momenta, rates and so on."""
        assert _settings(ours) == _settings(reference)

    def outputs(
        self,
        ours: Any,
        reference: Any,
        inputs: Any,
        rtol: float = 1e-4,
        atol: float = 1e-6,
        gain: float = 1,
        soften: float = 1,
        spread: float = 1e-4,
    ) -> None:
        """Equal outputs for the same inputs, once both hold the same (random) weights.

        `gain` multiplies every kernel, where activations fade the signal. `soften` multiplies the
        classifier's weights: a signal that has grown through a hundred layers leaves a softmax nothing but
        zeros and a one. Some output has to differ between the inputs by more than `spread`.
        """
        import numpy as np

        rng = np.random.default_rng(0)
        weights = [random_weight(weight, rng, gain) for weight in reference.weights]
        weights[-2:] = [soften * weight for weight in weights[-2:]]
        reference.set_weights(weights)
        ours.set_weights(weights)
        expected = np.asarray(reference.predict(inputs, verbose=0))
        assert np.ptp(expected, axis=0).max() > spread, "the outputs hardly depend on the inputs"
        assert expected.max() < 0.999, "the softmax is saturated"
        np.testing.assert_allclose(ours.predict(inputs, verbose=0), expected, rtol=rtol, atol=atol)


def random_weight(weight: Any, rng: Any, gain: float = 1) -> Any:
    """Values that keep a signal alive through a hundred layers, different for every weight.

    Statistics too, for a swapped pair of layers of one shape must show.
    """
    import numpy as np

    if len(weight.shape) > 1:
        depthwise = len(weight.shape) == 4 and weight.shape[-1] == 1 and weight.shape[-2] > 1
        fan_in = int(np.prod(weight.shape[:2] if depthwise else weight.shape[:-1]))
        return rng.normal(scale=gain * fan_in**-0.5, size=weight.shape).astype("float32")
    low, high = (0.5, 1.5) if weight.name in ("gamma", "moving_variance", "variance") else (-0.1, 0.1)
    return rng.uniform(low, high, size=weight.shape).astype("float32")


def _layers(model: Any) -> list[tuple[str, tuple[int | None, ...], list[tuple[int, ...]]]]:
    """What each layer is, gives and holds, in the model's order; names and inputs aside."""
    return [
        (type(layer).__name__, tuple(layer.output.shape), [tuple(weight.shape) for weight in layer.weights])
        for layer in model.layers
    ]


def _settings(model: Any) -> list[dict[str, Any]]:
    """Every layer's arguments, in the model's order; not names, nor what outputs and shapes tell."""
    apart = ("name", "dtype", "seed", "axis", "padding", "batch_shape")
    return [
        {key: value for key, value in layer.get_config().items() if key not in apart}
        for layer in model.layers
    ]


@pytest.fixture(scope="session")
def from_torch() -> FromTorch:
    """Weights of PyTorch's models, drawn and put into ours."""
    return FromTorch()


@dataclass(frozen=True)
class FromTorch:
    """How weights get from a model that PyTorch defines into the layers of ours."""

    def shaken(self, model: Any) -> Any:
        """A freshly made model with noise on every weight, in evaluation: zeros and ones hide mistakes."""
        import torch

        torch.manual_seed(0)
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(torch.randn_like(weight) * 0.15)
        return model.eval()

    def put(self, ours: Any, name: str, *arrays: Any) -> None:
        """Give a layer its weights, in Keras's order; heads and the like are only another shape."""
        layer = ours.get_layer(name)
        layer.set_weights(
            [given.reshape(own.shape) for given, own in zip(arrays, layer.weights, strict=True)]
        )

    def draw(self, reference: Any, ours: Any, gain: float = 2**0.5, flattened: tuple[int, ...] = ()) -> None:
        """Draw weights that keep a signal alive, and give them to both models.

        Args:
            reference: a `nn.Sequential`, whose convolutions and dense layers are ours in order.
            ours: the Keras model.
            gain: of every kernel; √2 suits ReLU.
            flattened: the shape (channels, height, width) of what the first dense layer reads flattened:
                PyTorch flattens channels first.
        """
        import torch
        from torch import nn

        torch.manual_seed(0)
        modules = [module for module in reference if isinstance(module, nn.Conv2d | nn.Linear)]
        layers = [layer for layer in ours.layers if layer.weights]
        for module, layer in zip(modules, layers, strict=True):
            nn.init.normal_(module.weight, std=gain * module.weight[0].numel() ** -0.5)
            kernel = module.weight.detach()
            if isinstance(module, nn.Conv2d):
                kernel = kernel.permute(2, 3, 1, 0)
            elif flattened:
                kernel = kernel.reshape(-1, *flattened).permute(2, 3, 1, 0).reshape(-1, len(kernel))
                flattened = ()
            else:
                kernel = kernel.T
            layer.set_weights([kernel.numpy(), module.bias.detach().numpy()])
