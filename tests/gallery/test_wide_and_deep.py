"""`recommend/wide_and_deep.yaml` gives what `torch.nn` gives with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow, pytest.mark.usefixtures("held_once")]

BLUEPRINT = "recommend/wide_and_deep.yaml"
COLUMNS, CROSSES, NUMBERS, EMBEDDING = (1000, 500, 50, 10), ((0, 1), (2, 3)), 8, 32
WIDTHS = (1024, 512, 256)


@pytest.fixture(scope="module")
def ours(build: Callable[..., Any]) -> Any:
    model = build(BLUEPRINT)
    rng = np.random.default_rng(0)
    for weight in model.weights:
        scale = weight.shape[0] ** -0.5 if weight.name == "kernel" else 0.5
        weight.assign(rng.normal(scale=scale, size=weight.shape).astype("float32"))
    return model


@pytest.fixture(scope="module")
def rows() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    categories = rng.integers(0, COLUMNS, (64, len(COLUMNS)))
    categories[0], categories[1] = 0, np.array(COLUMNS) - 1
    return {
        "categories": categories.astype("int32"),
        "features": rng.normal(size=(64, NUMBERS)).astype("float32"),
    }


def test_it_gives_torch_s_outputs(ours: Any, rows: dict[str, Any]) -> None:
    import torch

    torch.set_num_threads(2)
    with torch.no_grad():
        expected = torch_wide_and_deep(ours)(*(torch.from_numpy(one) for one in rows.values())).numpy()
    assert np.ptp(expected) > 0.1, "the outputs say too little to be compared"
    np.testing.assert_allclose(ours.predict(rows, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_it_has_as_many_parameters_as_counted_by_hand(ours: Any) -> None:
    wide = NUMBERS + 1 + 1000 * 500 + 50 * 10
    inputs = (NUMBERS + EMBEDDING * len(COLUMNS), *WIDTHS[:-1])
    deep = sum(given * units + units for given, units in zip(inputs, WIDTHS, strict=True)) + WIDTHS[-1]
    assert ours.count_params() == wide + EMBEDDING * sum(COLUMNS) + deep == 1_347_101


def test_every_pair_of_values_has_a_weight_of_its_own(build: Callable[..., Any]) -> None:
    model = build(BLUEPRINT, "columns=[7, 3]", "crosses=[[0, 1]]", "widths=[4]")
    (index,) = (one for one in model.operations if one.name == "cross_0_1_add")
    pairs = np.array([(a, b) for a in range(7) for b in range(3)], dtype="int32")
    given = {"categories": pairs, "features": np.zeros((21, NUMBERS), "float32")}
    found = keras.Model(model.inputs, index.output).predict(given, verbose=0)
    assert sorted(found.ravel().tolist()) == list(range(21))


def test_its_layers_have_readable_names(ours: Any) -> None:
    names = {operation.name for operation in ours.operations}
    assert {"wide", "cross_0_1_weight", "cross_2_3_weight", "column0_embedding"} <= names
    assert {"column3_features", "deep0", "deep2", "deep", "probability"} <= names


def torch_wide_and_deep(ours: Any) -> Any:
    """σ(w_wide · [x, φ(x)] + w_deep · a + b), the paper's equation 3: φ(x) one-hot, holding our weights."""
    import torch
    from torch import nn

    def tensors(name: str) -> list[Any]:
        return [torch.from_numpy(np.array(weight.value)) for weight in ours.get_layer(name).weights]

    def linear(kernel: Any, bias: Any = None) -> Any:
        layer = nn.Linear(*kernel.shape, bias=bias is not None)
        layer.weight = nn.Parameter(kernel.T)
        if bias is not None:
            layer.bias = nn.Parameter(bias)
        return layer

    class WideAndDeep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            kernel, bias = tensors("wide")
            crossed = [tensors(f"cross_{left}_{right}_weight")[0] for left, right in CROSSES]
            self.wide = linear(torch.cat([kernel, *crossed]), bias)
            self.tables = nn.ModuleList(
                nn.Embedding.from_pretrained(*tensors(f"column{column}_embedding"))
                for column in range(len(COLUMNS))
            )
            hidden = [(linear(*tensors(f"deep{layer}")), nn.ReLU()) for layer in range(len(WIDTHS))]
            self.deep = nn.Sequential(*(part for pair in hidden for part in pair), linear(*tensors("deep")))

        def crossed(self, categories: Any, left: int, right: int) -> Any:
            a = nn.functional.one_hot(categories[:, left], COLUMNS[left])
            b = nn.functional.one_hot(categories[:, right], COLUMNS[right])
            return (a[:, :, None] * b[:, None, :]).flatten(1).float()

        def forward(self, categories: Any, features: Any) -> Any:
            categories = categories.long()
            wide = self.wide(torch.cat([features, *(self.crossed(categories, *pair) for pair in CROSSES)], 1))
            vectors = [table(column) for table, column in zip(self.tables, categories.T, strict=True)]
            return torch.sigmoid(wide + self.deep(torch.cat([features, *vectors], 1)))

    return WideAndDeep().eval()
