"""Metrics that cannot compare an output with its target: told before anything is trained."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet.catalog.load import catalog
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.objectives.metric_shapes import check_metric
from yamlnet.resolver.plan import ObjectSpec

pytestmark = pytest.mark.backend

CLASSES = np.array([0, 2, 1, 2], dtype="int32")
ONE_HOT = np.eye(4, 3, dtype="float32")
NUMBERS = np.array([0.5, 1.5, 2.0], dtype="float32")
YES_OR_NO = np.array([0, 1, 1], dtype="int32")
MASKS = np.zeros((2, 8, 8), dtype="int32")

FITTING = [
    ("accuracy", {}, (None, 3), CLASSES),
    ("accuracy", {}, (None, 3), ONE_HOT),
    ("accuracy", {}, (None, 1), YES_OR_NO),
    ("SparseCategoricalCrossentropy", {}, (None, 3), CLASSES),
    ("BinaryCrossentropy", {}, (None, 1), YES_OR_NO[:, None]),
    ("SparseCategoricalAccuracy", {}, (None, 3), CLASSES[:, None]),
    ("SparseCategoricalAccuracy", {}, (None, 8, 8, 3), MASKS),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, (None, 3), CLASSES),
    ("TopKCategoricalAccuracy", {"k": 2}, (None, 3), ONE_HOT),
    ("CategoricalAccuracy", {}, (None, 3), ONE_HOT),
    ("MeanAbsoluteError", {}, (None, 1), NUMBERS),
    ("MeanAbsoluteError", {}, (None,), NUMBERS[:, None]),
    ("R2Score", {}, (None, 1), NUMBERS[:, None]),
    ("R2Score", {}, (None, 1), NUMBERS),
    ("F1Score", {}, (None, 3), ONE_HOT),
    ("Precision", {}, (None, 1), YES_OR_NO),
    ("Recall", {"class_id": 1}, (None, 3), ONE_HOT),
    ("AUC", {"multi_label": True}, (None, 3), ONE_HOT),
    ("AUC", {}, (None, 1), YES_OR_NO),
    ("MeanIoU", {"num_classes": 3, "sparse_y_pred": False}, (None, 8, 8, 3), MASKS),
    ("OneHotMeanIoU", {"num_classes": 3}, (None, 3), ONE_HOT),
    ("MeanIoU", {"num_classes": 3, "sparse_y_true": False}, (None,), ONE_HOT),
    ("BinaryIoU", {}, (None, 8, 8, 1), MASKS),
]
REFUSED = [
    ("Precision", {}, (None, 3), CLASSES, "encode: one-hot"),
    ("AUC", {}, (None, 3), CLASSES, "the output has shape [3], the target []"),
    ("TopKCategoricalAccuracy", {"k": 2}, (None, 3), CLASSES, "take SparseTopKCategoricalAccuracy"),
    ("CategoricalAccuracy", {}, (None, 3), CLASSES, "take SparseCategoricalAccuracy"),
    ("SparseCategoricalAccuracy", {}, (None, 3), ONE_HOT, "take CategoricalAccuracy"),
    ("SparseTopKCategoricalAccuracy", {}, (None, 3), CLASSES, "give it k: 2"),
    ("accuracy", {}, (None, 3), np.zeros((2, 4)), "the output has shape [3], the target [4]"),
    ("BinaryCrossentropy", {}, (None, 1), YES_OR_NO, "reshape: [1]"),
    ("MeanAbsoluteError", {}, (None, 3), NUMBERS[:, None], "the target [1]"),
    ("F1Score", {}, (None, 1), NUMBERS, "reshape: [1]"),
    ("MeanIoU", {"num_classes": 3}, (None, 8, 8, 3), MASKS, "sparse_y_pred: false"),
    ("MeanIoU", {"num_classes": 2, "sparse_y_pred": False}, (None, 3), CLASSES, "num_classes: 3"),
    ("MeanIoU", {"num_classes": 2}, (None, 1), CLASSES, "counts classes 0 to 1"),
    ("OneHotMeanIoU", {"num_classes": 3}, (None, 3), CLASSES, "take MeanIoU with sparse_y_pred: false"),
    ("F1Score", {}, (None, 2, 3), np.zeros((2, 2, 3)), "expects 2D inputs"),
]


def check(metric: str, arguments: dict[str, Any], output: tuple[int | None, ...], target: np.ndarray) -> Any:
    return check_metric("y", ObjectSpec("metric", metric, arguments), output, target)


@pytest.mark.parametrize(("metric", "arguments", "output", "target"), FITTING)
def test_what_fits_passes_and_keras_computes_it(
    metric: str, arguments: dict[str, Any], output: tuple[int | None, ...], target: np.ndarray
) -> None:
    assert check(metric, arguments, output, target) is None
    if metric[:1].isupper():
        made = getattr(keras.metrics, metric)(**arguments)
        made.update_state(target, np.full((len(target), *output[1:]), 0.5, "float32"))
        assert np.isfinite(np.asarray(keras.ops.convert_to_numpy(made.result()))).all()


@pytest.mark.parametrize(("metric", "arguments", "output", "target", "told"), REFUSED)
def test_what_does_not_fit_is_told_with_both_shapes_or_a_mend(
    metric: str, arguments: dict[str, Any], output: tuple[int | None, ...], target: np.ndarray, told: str
) -> None:
    problem = check(metric, arguments, output, target)
    assert problem is not None
    assert problem.message.startswith(f'output "y": metric "{metric}" ')
    assert told in problem.message


def metrics() -> list[str]:
    """Every metric that compares, by the name of its class."""
    names = [
        name for name in catalog().names("metric") if inspect.isclass(getattr(keras.metrics, name, None))
    ]
    return [name for name in names if not catalog().find("metric", name).refused]


@pytest.mark.parametrize("metric", metrics())
def test_no_metric_is_refused_that_keras_computes_on_equal_shapes(metric: str) -> None:
    if "Sparse" in metric or metric in ("IoU", "MeanIoU"):
        output, target = (None, 3), CLASSES
    else:
        output, target = (None, 3), ONE_HOT
    written: dict[str, Any] = {
        "num_classes": 3, "target_class_ids": [0], "sparse_y_pred": False, "k": 2, "recall": 0.5,
        "precision": 0.5, "specificity": 0.5, "sensitivity": 0.5,
    }  # fmt: skip
    taken = inspect.signature(getattr(keras.metrics, metric)).parameters
    assert (
        check(metric, {name: value for name, value in written.items() if name in taken}, output, target)
        is None
    )


def blueprint(folder: Path, train: str, targets: str = "{kind: {column: target}}") -> Path:
    path = folder / "wrong.yaml"
    path.write_text(
        "yamlnet: 1\nmodel:\n  inputs: {row: [4]}\n  layers:\n"
        "    - Dense: {units: 3, as: kind}\n    - Dense: {units: 1, from: row, as: level}\n"
        "  outputs: [kind, level]\ndata:\n  train: {Sklearn: iris}\n  inputs: {row: {column: features}}\n"
        f"  targets: {targets}\ntrain:\n{train}  epochs: 1\n"
    )
    return path


LOSS = "  loss: {kind: {SparseCategoricalCrossentropy: {from_logits: true}}}\n"


def test_it_is_told_at_the_metric_and_leaves_no_folder(tmp_path: Path) -> None:
    path = blueprint(tmp_path, LOSS + "  metrics: {kind: [accuracy, {Precision: {}}]}\n")
    with pytest.raises(BlueprintError) as refused:
        yamlnet.load(path).train(out=tmp_path / "run")
    problem = refused.value.diagnostics[0]
    assert (problem.check, problem.path) == ("metric-shape", ("train", "metrics", "kind", 1, "Precision"))
    assert not (tmp_path / "run").exists()


def test_a_loss_that_does_not_fit_is_told_without_its_metrics(tmp_path: Path) -> None:
    path = blueprint(tmp_path, "  loss: {kind: mse}\n  metrics: [mae]\n")
    with pytest.raises(BlueprintError) as refused:
        yamlnet.load(path).train(out=tmp_path / "run")
    assert [problem.check for problem in refused.value.diagnostics] == ["target-shape"]


def test_metrics_for_every_output_are_for_those_that_are_learnt(tmp_path: Path) -> None:
    run = yamlnet.load(blueprint(tmp_path, LOSS + "  metrics: [accuracy]\n")).train(
        out=tmp_path / "run", progress="none"
    )
    assert set(run.metrics["train"]) == {"loss", "kind_accuracy"}


def test_looking_at_a_metric_changes_no_name(tmp_path: Path) -> None:
    targets = "{kind: {column: target, encode: one-hot}}"
    keras.utils.clear_session()  # other tests have counted too
    train = "  loss: {kind: CategoricalCrossentropy}\n  metrics: [AUC, {Precision: {name: found}}]\n"
    run = yamlnet.load(blueprint(tmp_path, train, targets)).train(out=tmp_path / "run", progress="none")
    assert set(run.metrics["train"]) == {"loss", "kind_auc", "kind_found"}
