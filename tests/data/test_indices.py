"""Numbers that an Embedding has no place for are told before training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import yamlnet
from yamlnet.data.batches import Split
from yamlnet.data.indices import check_indices

TEXT = """yamlnet: 1
model:
  inputs: {words: {shape: [3], dtype: int32}, other: [2]}
  layers:
    - Embedding: {input_dim: 5, output_dim: 2, from: words}
    - Flatten
    - Dense: {units: 1, as: y}
"""


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([[0, 1, 4]], None),
        ([[0, 1, 5]], 'places for 0 to 4, and "words" holds 0 to 5; give it input_dim: 6'),
        ([[-1, 1, 2]], "holds -1 to 2; number from 0"),
    ],
)
def test_numbers_beyond_the_table_are_told(values: list[list[int]], told: str | None, tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text(TEXT, encoding="utf-8")
    plan = yamlnet.load(tmp_path / "words.yaml").plan
    rows = Split({"words": np.array(values), "other": np.full((1, 2), 99.0)}, {}, 1)
    problems = list(check_indices(plan.models["model"], rows))
    assert len(problems) == (told is not None)
    if told is not None:
        assert told in problems[0].message
        assert problems[0].path == ("model", "layers", 0, "Embedding")
