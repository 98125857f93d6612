"""`recommend/dlrm.yaml` gives what its authors' torch definition gives with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import yamlnet
from yamlnet.resolver.plan import LayerCall

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINTS = Path(__file__).resolve().parents[2] / "blueprints"
BLUEPRINT = "recommend/dlrm.yaml"
TABLES, NUMBERS, VECTOR, LIMIT = 26, 13, 16, 10_000
CRITEO_VALUES = 33_762_577
"""Categories in the Criteo Kaggle training set, all 26 columns together."""


@pytest.fixture(scope="module")
def ours(build: Callable[..., Any]) -> Any:
    model = build(BLUEPRINT)
    rng = np.random.default_rng(0)
    for weight in model.weights:
        scale = weight.shape[0] ** -0.5 if weight.name == "kernel" else 0.3
        weight.assign(rng.normal(scale=scale, size=weight.shape).astype("float32"))
    return model


@pytest.fixture(scope="module")
def rows(ours: Any) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    sizes = [ours.get_layer(f"table{table}_embedding").input_dim for table in range(TABLES)]
    return {
        "numbers": rng.normal(size=(64, NUMBERS)).astype("float32"),
        "categories": rng.integers(0, sizes, (64, TABLES)).astype("int32"),
    }


def test_it_gives_torch_s_outputs(ours: Any, rows: dict[str, Any]) -> None:
    import torch

    torch.set_num_threads(2)
    with torch.no_grad():
        expected = torch_dlrm(ours)(*(torch.from_numpy(one) for one in rows.values())).numpy()
    assert np.ptp(expected) > 0.1, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(rows, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_each_pair_of_vectors_meets_once(ours: Any) -> None:
    """Bottom vector and 27 · 26 / 2 products, as the authors' script computes the top network's input."""
    assert ours.get_layer("top_dense0").input.shape == (None, VECTOR + 27 * 26 // 2)


def test_an_index_beyond_the_limit_wraps_around(ours: Any, rows: dict[str, Any]) -> None:
    categories = rows["categories"].copy()
    categories[:, 2] += 3 * LIMIT
    np.testing.assert_array_equal(
        ours.predict({**rows, "categories": categories}, verbose=0), ours.predict(rows, verbose=0)
    )


def test_uncut_it_is_as_large_as_published(ours: Any) -> None:
    """The paper's 540M parameters, 2 GiB that are not built here."""
    (plan,) = yamlnet.load(f"{BLUEPRINTS / BLUEPRINT}:kaggle").plan.models.values()
    layers = [node.callee.layer for node in plan.nodes if isinstance(node.callee, LayerCall)]
    tables = [layer.arguments for layer in layers if "input_dim" in layer.arguments]
    assert [one["output_dim"] for one in tables] == [VECTOR] * TABLES
    assert np.sum([one["input_dim"] for one in tables]) == CRITEO_VALUES
    assert not [node for node in plan.nodes if node.name.endswith("_index")]
    networks = sum(layer.count_params() for layer in ours.layers if not layer.name.endswith("_embedding"))
    assert networks + CRITEO_VALUES * VECTOR == 540_677_217


def test_its_layers_have_readable_names(ours: Any) -> None:
    names = {operation.name for operation in ours.operations}
    assert {"bottom_dense0", "bottom_dense3", "table0_embedding", "table25_embedding"} <= names
    assert {"table2_index", "interaction_products", "top_dense1", "click"} <= names
    assert "table0_index" not in names


def torch_dlrm(ours: Any) -> Any:
    """`DLRM_Net` of https://github.com/facebookresearch/dlrm with one index a table, holding our weights."""
    import torch
    from torch import nn

    def tensors(name: str) -> list[Any]:
        return [torch.from_numpy(np.array(weight.value)) for weight in ours.get_layer(name).weights]

    def mlp(names: list[str], last: Any) -> Any:
        parts: list[Any] = []
        for name in names:
            kernel, bias = tensors(name)
            linear = nn.Linear(*kernel.shape)
            linear.weight, linear.bias = nn.Parameter(kernel.T), nn.Parameter(bias)
            parts += [linear, nn.ReLU()]
        return nn.Sequential(*parts[:-1], last)

    class DLRM(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tables = nn.ModuleList(
                nn.EmbeddingBag.from_pretrained(*tensors(f"table{table}_embedding"), mode="sum")
                for table in range(TABLES)
            )
            self.bottom = mlp([f"bottom_dense{layer}" for layer in range(4)], nn.ReLU())
            self.top = mlp(["top_dense0", "top_dense1", "click"], nn.Sigmoid())

        def interact_features(self, x: Any, looked_up: list[Any]) -> Any:
            vectors = torch.cat([x, *looked_up], dim=1).view(len(x), -1, VECTOR)
            products = torch.bmm(vectors, vectors.transpose(1, 2))
            rows, columns = torch.tril_indices(*products.shape[1:], offset=-1)
            return torch.cat([x, products[:, rows, columns]], dim=1)

        def forward(self, numbers: Any, categories: Any) -> Any:
            x = self.bottom(numbers)
            columns = categories.long().split(1, dim=1)
            looked_up = [table(index) for table, index in zip(self.tables, columns, strict=True)]
            return self.top(self.interact_features(x, looked_up))

    return DLRM().eval()
