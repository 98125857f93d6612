"""Every blueprint of the gallery builds on every backend, under the names that its plan gives.

What each is held against on PyTorch stands in the file of its own name, what `keras.applications` has in
test_applications.py. The other members of the families take minutes and gigabytes:
`pytest -m exhaustive tests/gallery/test_builds.py`.
"""

from __future__ import annotations

import keras
import pytest

import yamlnet
from yamlnet.resources import gallery

pytestmark = [pytest.mark.backend, pytest.mark.slow]

GIANTS = {"text/gpt2:large", "text/gpt2:xl"}
"""More memory than a small machine has; their parameters are counted without being made (test_gpt2.py)."""


def variants() -> list[str]:
    """The members of the gallery's families, as `name:variant`."""
    found = []
    for name, path in gallery().items():
        document = yamlnet.load(path).tree.value
        named = document.get("variants") if isinstance(document, dict) else None
        found += [f"{name}:{variant}" for variant in named] if isinstance(named, dict) else []
    return [name for name in found if name not in GIANTS]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", gallery())
def test_it_builds(name: str) -> None:
    assert_built(str(gallery()[name]))


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", variants())
def test_every_member_builds(name: str) -> None:
    blueprint, _, variant = name.partition(":")
    assert_built(f"{gallery()[blueprint]}:{variant}")


def assert_built(path: str) -> None:
    loaded = yamlnet.load(path)
    model = loaded.build()
    nodes = {node.name for node in loaded.plan.models["model"].nodes}
    layers = {layer.name for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)}
    named = nodes | loaded.plan.models.keys()  # a model that is called keeps its own name
    assert layers <= named, "a layer is called as the plan says, and weights are saved under its name"
    assert model.count_params() > 0
