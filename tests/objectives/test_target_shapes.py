"""Outputs that a loss cannot compare with their targets: told before anything is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import yamlnet
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.objectives.target_shapes import OF_THEIR_OWN, check_target
from yamlnet.resolver.plan import ObjectSpec

pytestmark = pytest.mark.backend

CLASSES = np.array([0, 2, 1, 2])
ONE_HOT = np.eye(3, dtype="float32")
NUMBERS = np.array([0.5, 1.5, 2.0], dtype="float32")

FITTING = [
    ("SparseCategoricalCrossentropy", (None, 3), CLASSES),
    ("SparseCategoricalCrossentropy", (None, 3), CLASSES[:, None]),
    ("SparseCategoricalCrossentropy", (None, 5, 3), np.zeros((4, 5), int)),
    ("SparseCategoricalCrossentropy", (None, None, 3), np.zeros((4, 5), int)),
    ("CategoricalCrossentropy", (None, 3), ONE_HOT),
    ("BinaryCrossentropy", (None, 1), CLASSES),
    ("MeanSquaredError", (None, 1), NUMBERS),
    ("MeanSquaredError", (None, 1), NUMBERS[:, None]),
    ("MeanSquaredError", (None,), NUMBERS[:, None]),
    ("MeanSquaredError", (None, 8, 8, 1), np.zeros((2, 8, 8, 1))),
    ("MeanSquaredError", (None, 8, 8, 1), np.zeros((2, 8, 8))),
]
REFUSED = [
    ("SparseCategoricalCrossentropy", (None, 3), ONE_HOT, "for one-hot targets take CategoricalCrossentropy"),
    ("SparseCategoricalCrossentropy", (None, 2), CLASSES, "give its layer 3 units"),
    ("SparseCategoricalCrossentropy", (None, 3), CLASSES - 1, "holds -1 to 1"),
    ("SparseCategoricalCrossentropy", (None, 8, 3), CLASSES, "shape [8]; the target has []"),
    ("CategoricalCrossentropy", (None, 3), CLASSES, "encode: one-hot"),
    ("MeanSquaredError", (None, 3), CLASSES, "for a number give its layer 1 unit"),
    ("MeanSquaredError", (None, 3), NUMBERS[:, None], "the target [1]"),
    ("MeanSquaredError", (None, 3), np.zeros((2, 4)), "give its layer 4 units"),
    ("BinaryCrossentropy", (None, 8, 8, 3), np.zeros((2, 8, 8, 1)), "[8, 8, 3], the target [8, 8, 1]"),
]


@pytest.mark.parametrize(("loss", "output", "target"), FITTING)
def test_what_fits_passes(loss: str, output: tuple[int | None, ...], target: np.ndarray) -> None:
    assert check_target("y", ObjectSpec("loss", loss, {}), output, target) is None


@pytest.mark.parametrize(("loss", "output", "target", "told"), REFUSED)
def test_what_does_not_fit_is_told_with_a_mend(
    loss: str, output: tuple[int | None, ...], target: np.ndarray, told: str
) -> None:
    problem = check_target("y", ObjectSpec("loss", loss, {}), output, target)
    assert problem is not None
    assert told in problem.message


@pytest.mark.parametrize("loss", OF_THEIR_OWN)
def test_losses_with_targets_of_their_own_are_left_alone(loss: str) -> None:
    assert check_target("y", ObjectSpec("loss", loss, {}), (None, 7, 3), CLASSES) is None


def test_ignored_classes_may_be_out_of_range() -> None:
    loss = ObjectSpec("loss", "SparseCategoricalCrossentropy", {"ignore_class": -1})
    assert check_target("y", loss, (None, 3), CLASSES - 1) is None


def test_it_is_told_at_the_loss_and_leaves_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "yamlnet: 1\nmodel:\n  inputs: {row: [4]}\n  layers: [{Dense: {units: 3, as: kind}}]\n"
        "data:\n  train: {Sklearn: iris}\n  inputs: {row: {column: features}}\n"
        "  targets: {kind: {column: target}}\ntrain:\n  loss: mse\n  epochs: 1\n"
    )
    with pytest.raises(BlueprintError) as refused:
        yamlnet.load(path).train(out=tmp_path / "run")
    problem = refused.value.diagnostics[0]
    assert (problem.check, problem.path) == ("target-shape", ("train", "loss"))
    assert not (tmp_path / "run").exists()
