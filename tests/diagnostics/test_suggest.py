"""Did you mean: slips that are recognised, and words that are not taken for one another."""

from __future__ import annotations

import time

import pytest

from yamlnet.diagnostics.suggest import closest, did_you_mean

LAYERS = (
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "Dropout",
    "Flatten",
    "BatchNormalization",
    "LSTM",
    "GRU",
    "ReLU",
)
ARGUMENTS = ("filters", "kernel_size", "strides", "padding", "units", "use_bias", "mse", "adam", "activation")


@pytest.mark.parametrize(
    ("word", "options", "meant"),
    [
        ("conv2d", LAYERS, "Conv2D"),
        ("Convv2D", LAYERS, "Conv2D"),
        ("Conv2DTranspse", LAYERS, "Conv2DTranspose"),
        ("batch_normalization", LAYERS, "BatchNormalization"),
        ("BatchNormalisation", LAYERS, "BatchNormalization"),
        ("lstm", LAYERS, "LSTM"),
        ("relu", LAYERS, "ReLU"),
        ("Flaten", LAYERS, "Flatten"),
        ("kernelsize", ARGUMENTS, "kernel_size"),
        ("kernal_size", ARGUMENTS, "kernel_size"),
        ("kernel-size", ARGUMENTS, "kernel_size"),
        ("stride", ARGUMENTS, "strides"),
        ("unit", ARGUMENTS, "units"),
        ("mes", ARGUMENTS, "mse"),
        ("adma", ARGUMENTS, "adam"),
        ("activaton", ARGUMENTS, "activation"),
        ("Dense", LAYERS, "Dense"),
    ],
)
def test_slips(word: str, options: tuple[str, ...], meant: str) -> None:
    assert closest(word, options) == meant


@pytest.mark.parametrize("word", ["", "_", "xyz", "layer", "Attention", "Sub"])
def test_other_words(word: str) -> None:
    assert closest(word, LAYERS) is None
    assert did_you_mean(word, LAYERS) == ""


def test_the_earlier_of_two_that_differ_in_case() -> None:
    assert closest("RELU", ("relu", "ReLU")) == "relu"


def test_the_phrase() -> None:
    assert did_you_mean("dens", LAYERS) == '; did you mean "Dense"?'


def test_many_options_do_not_take_long() -> None:
    options = [f"layer_{index}_of_the_network" for index in range(100_000)]
    begin = time.perf_counter()
    assert closest("LAYER-99_OF-THE_NETWORK", options) == "layer_99_of_the_network"
    assert closest("layr_99_of_the_network", options) is None
    assert time.perf_counter() - begin < 5
