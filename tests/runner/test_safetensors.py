"""`.safetensors` files: what the format's own library writes is read, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.resolver.transfer_plan import covers

pytestmark = pytest.mark.backend


@pytest.fixture(autouse=True)
def _once(on_jax: None) -> None:
    """No backend has a say in it."""


def opened(path: Path) -> Any:
    from yamlnet.runner.transfer.safetensors_file import Safetensors

    return Safetensors(path)


def test_arrays_are_those_of_the_library(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    rng = np.random.default_rng(0)
    arrays = {
        "a.weight": rng.normal(size=(3, 2)).astype("float32"),
        "b": np.float16([1, 2]),
        "c": np.zeros(()),
    }
    library.save_file(arrays, tmp_path / "some.safetensors")
    file = opened(tmp_path / "some.safetensors")
    for name, array in arrays.items():
        assert file.array(name).dtype == array.dtype
        np.testing.assert_array_equal(file.array(name), array)
    with pytest.raises(YamlnetError, match=r'has no "a\.weigth"; did you mean'):
        file.array("a.weigth")


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 80]},
        {"dtype": "F32", "shape": [200], "data_offsets": [0, 800]},
        {"dtype": "F32", "shape": [-2], "data_offsets": [8, 0]},
        {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]},
        {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": 2, "data_offsets": [0, 8]},
        {"dtype": "F32"},
        [],
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, entry: object) -> None:
    header = json.dumps({"a": entry}).encode()
    path = tmp_path / "odd.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    with pytest.raises(YamlnetError, match="cannot be read"):
        opened(path).array("a")


@pytest.mark.parametrize(
    "data", [b"", b"\xff" * 16, (4).to_bytes(8, "little") + b"[1] ", b"PK\x03\x04" + bytes(40)]
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "none.safetensors"
    path.write_bytes(data)
    with pytest.raises(YamlnetError, match="is no file of safetensors"):
        opened(path)
    with pytest.raises(YamlnetError, match="there is no file"):
        opened(tmp_path / "nothing.safetensors")


def test_patterns_mean_layers_and_what_is_in_them() -> None:
    assert covers("backbone", "backbone/first")
    assert covers("backbone/*", "backbone/block/query")
    assert covers("*/query", "encoder/layer_0_attention/query")
    assert not covers("back", "backbone/first")
    assert not covers("*/query", "query_norm")


def test_names_carry_their_stars_over() -> None:
    from yamlnet.runner.transfer.safetensors_file import renamed

    names = {"layer_*_attention/*": "encoder.*.self.*", "pooler": "pool"}
    assert renamed("layer_10_attention/query", names) == "encoder.10.self.query"
    assert renamed("pooler", names) == "pool"
    assert renamed("layer_10_norm", names) is None
