"""`learn_from`: training and validation rows have its values, test rows are as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import yamlnet
from yamlnet.data.parts.reading import read_parts
from yamlnet.data.rows import Rows

BLUEPRINT = """yamlnet: 1
model: {{inputs: {{x: [1]}}, layers: [{{Dense: {{units: 1, as: x}}}}]}}
data:
  train: {{Csv: rows.csv}}
  validation: 0.2
  test: 0.3
  inputs: {{x: x}}
  stream: {stream}
  {only}
train: {{objective: Autoencoder, epochs: 1}}
"""


def parts(folder: Path, only: str = "", stream: str = "false") -> dict[str, Rows]:
    (folder / "b.yaml").write_text(BLUEPRINT.format(only=only, stream=stream), encoding="utf-8")
    plan = yamlnet.load(folder / "b.yaml").plan
    assert plan.data is not None
    return read_parts(plan.data, folder, plan.seed)


def column(rows: Rows, name: str) -> list[object]:
    return [value for table in rows.chunks([name]) for value in table.columns[name].tolist()]


@pytest.mark.parametrize("stream", ["false", "true"])
def test_rows_that_are_learnt_from_have_the_values(stream: str, tmp_path: Path) -> None:
    numbers = np.random.default_rng(0)
    lines = [f"{index},{numbers.choice(['cat', 'dog', 'eel'])},{numbers.integers(3)}" for index in range(300)]
    (tmp_path / "rows.csv").write_text("x,kind,size\n" + "\n".join(lines) + "\n", encoding="utf-8")
    everything = parts(tmp_path)
    some = parts(tmp_path, "learn_from: {kind: [cat, eel], size: 1}", stream)
    for part, rows in everything.items():
        told = zip(*(column(rows, name) for name in ("x", "kind", "size")), strict=True)
        wanted = [x for x, kind, size in told if part == "test" or (kind in ("cat", "eel") and size == 1)]
        assert column(some[part], "x") == wanted
        assert some[part].rows == len(wanted) > 0
