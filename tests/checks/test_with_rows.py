"""Warnings that only the rows show: told before training, silenced by comments, and errors if asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic
from yamlnet.pipeline import load

pytestmark = pytest.mark.backend

TEXT = """\
yamlnet: 1
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 3, activation: softmax, as: kind}
data:
  train: {Sklearn: iris}
  inputs: {x: {column: features}}
  targets: {kind: target}
train:
  loss: sparse_categorical_crossentropy
  epochs: 4
  optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 1e-3, decay_steps: 10}}}}
"""
SILENT = TEXT.rstrip() + "  # yamlnet: ignore[learning-rate]\n"


def written(text: str, folder: Path) -> Path:
    file = folder / "blueprint.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def told(text: str, folder: Path) -> list[Diagnostic]:
    """What a training tells."""
    from yamlnet import pipeline

    found: list[Diagnostic] = []
    loaded = load(written(text, folder))
    assert not loaded.warnings
    pipeline.train(loaded, out=folder / "run", progress="none", tell=found.extend)
    return found


def test_it_is_told_before_training(tmp_path: Path) -> None:
    assert [(one.check, one.severity) for one in told(TEXT, tmp_path)] == [("learning-rate", "warning")]


def test_a_comment_silences_it_and_is_not_called_useless(tmp_path: Path) -> None:
    assert told(SILENT, tmp_path) == []


def test_strict_refuses_it_before_there_is_a_run(tmp_path: Path) -> None:
    loaded = load(written(TEXT, tmp_path), strict=True)
    with pytest.raises(BlueprintError, match="nothing more is learnt"):
        loaded.train(out=tmp_path / "run", progress="none")
    assert not (tmp_path / "run").exists()
    load(written(SILENT, tmp_path), strict=True).train(out=tmp_path / "run", progress="none")


def test_a_warning_is_told_once(tmp_path: Path) -> None:
    from yamlnet import pipeline

    found: list[Diagnostic] = []
    loaded = load(written(TEXT.replace("units: 3", "units: 5"), tmp_path))
    assert [one.check for one in loaded.warnings] == ["class-count"]
    pipeline.train(loaded, out=tmp_path / "run", progress="none", tell=found.extend)
    assert [one.check for one in found] == ["learning-rate"]
