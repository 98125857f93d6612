"""Rows that a run makes up: nothing is kept for gradients meanwhile."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet import pipeline
from yamlnet.objectives.diffusion import Diffusion
from yamlnet.runner.generate import generate_rows

pytestmark = pytest.mark.backend

DIFFUSION = """yamlnet: 1
model:
  inputs: {image: [64], time: []}
  layers: [{Dense: {units: 64, from: image}}]
data:
  train: {Sklearn: digits}
  inputs: {image: {column: image, reshape: [64]}}
train: {objective: {Diffusion: {steps: 10}}}
"""


def test_a_diffusion_keeps_no_step_for_gradients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch would hold the outputs of all layers in all steps, as it does where a model is called."""
    if keras.backend.backend() != "torch":
        pytest.skip("the others record nothing unasked")
    (tmp_path / "file.yaml").write_text(DIFFUSION, encoding="utf-8")
    loaded = yamlnet.load(tmp_path / "file.yaml")
    run: Any = SimpleNamespace(models=pipeline._lower(loaded, loaded.plan))
    told, tell = [], Diffusion._told

    def kept(*given: Any, **words: Any) -> Any:
        told.append(tell(*given, **words))
        return told[-1]

    monkeypatch.setattr(Diffusion, "_told", kept)
    rows = {"image": np.zeros((3, 64), np.float32)}
    assert generate_rows(run, loaded.plan, rows, seed=0).shape == (3, 64)
    assert len(told) == 10
    assert not any(one.requires_grad for one in told)
    assert run.models["model"]({**rows, "time": np.zeros(3)}).requires_grad
