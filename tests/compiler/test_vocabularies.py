"""A vocabulary from a file becomes the layer's own, in the model, its file and its run folder."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet.compiler.saving import load_model, save_model

pytestmark = pytest.mark.backend

BLUEPRINT = """\
yamlnet: 1
model:
  inputs: {number: {shape: [1], dtype: int64}}
  layers:
    - IntegerLookup: {vocabulary: primes.txt, output_mode: one_hot, as: found}
"""


def test_it_is_looked_up_and_saved(tmp_path: Path) -> None:
    (tmp_path / "primes.txt").write_text("7\n11\n", encoding="utf-8")
    (tmp_path / "net.yaml").write_text(BLUEPRINT, encoding="utf-8")
    model = yamlnet.load(tmp_path / "net.yaml").build()
    (tmp_path / "primes.txt").unlink()
    rows = np.array([[11], [7], [4]])
    expected = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]  # the first column is for what the vocabulary lacks
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(rows)), expected)
    save_model(model, tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(again(rows)), expected)
