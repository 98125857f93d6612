"""`yamlnet new --from-data`: a blueprint for every kind of target that validates, is settled, and learns."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sklearn.datasets import load_diabetes, load_wine

import yamlnet
from yamlnet.cli.main import main
from yamlnet.formatter.settle import settle
from yamlnet.pipeline import LoadedBlueprint

COUNT = 240
DRAWN = np.random.default_rng(3)
NUMBERS = DRAWN.normal(size=(COUNT, 2)) * (3, 500) + (10, -40)
COLOURS = DRAWN.choice(["red", "blue", "a green"], COUNT)

COLUMNS: dict[str, Sequence[Any]] = {
    "id": DRAWN.permutation(COUNT),
    "row": range(COUNT),
    "size (cm)": [f"{value:.3f}" for value in NUMBERS[:, 0]],
    "weight, kg": ["" if row % 17 == 3 else f"{value:.1f}" for row, value in enumerate(NUMBERS[:, 1])],
    "colour": COLOURS,
    "${odd}": COLOURS == "red",
    "same": ["x"] * COUNT,
    "nothing": [""] * COUNT,
    "day": [f"2024-{1 + row % 12:02d}-{1 + row % 28:02d}" for row in range(COUNT)],
    "note": [f"it was seen {row} times" for row in range(COUNT)],
    "code": [f"x{row * 7919}" for row in range(COUNT)],
    "city": [f"town{row % 80}" for row in range(COUNT)],
    "rare": ["only" if row == 5 else "often" for row in range(COUNT)],
}
NOISY = NUMBERS[:, 0] + DRAWN.normal(size=COUNT)
KIND = np.where(NOISY > 12, "big", np.where(COLOURS == "red", "red one", "none"))
TARGETS: dict[str, Sequence[Any]] = {
    "Price [€]": [f"{value:.2f}" for value in 1000 + 50 * NUMBERS[:, 0] + 200 * (COLOURS == "blue")],
    "is_big": (NOISY > 10).astype(int),
    "yes": np.where(NOISY > 10, "true", "false"),
    "2nd": np.where(COLOURS == "red", "no", np.where(NOISY > 9, "yes", "no")),
    "kind": KIND,
    "stars": 1 + (NOISY > 9).astype(int) + (NOISY > 11),
    "numbers": KIND,
}


def write(path: Path, columns: Mapping[str, Sequence[Any]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def new(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["new", "--from-data", *map(str, arguments)])


def made(folder: Path, target: str, **columns: Sequence[Any]) -> tuple[LoadedBlueprint, str]:
    rows = write(folder / "rows.csv", {**COLUMNS, target: TARGETS[target], **columns})
    out = folder / "rows.yaml"
    told = new(rows, "--target", target, "-o", out)
    assert told.exit_code == 0, told.output
    return yamlnet.load(out, strict=True), out.read_text(encoding="utf-8")


@pytest.mark.parametrize("target", TARGETS)
def test_it_validates_without_a_warning_in_the_house_style(tmp_path: Path, target: str) -> None:
    loaded, text = made(tmp_path, target)
    assert loaded.warnings == ()
    assert settle(text, "rows.yaml") == text
    assert loaded.plan.data is not None
    read = {column for tensor in loaded.plan.data.inputs.values() for column in tensor.columns}
    always = {"size (cm)", "weight, kg", "colour", "day", "note"}
    assert always <= read <= always | {"${odd}", "rare"}
    assert "date: [year, month, day, weekday]" in text
    assert "tokenize: {as: words, size: 10000, length: 16}" in text
    for line in (
        "row: it numbers the rows", "id: it numbers the rows", "same: every row holds the same",
        "nothing: it is empty",
        "code: every row holds another value",
        "city: 80 different values are many for a category",
    ):  # fmt: skip
        assert f"    #   {line}" in text
    ran = CliRunner().invoke(main, ["data", str(tmp_path / "rows.yaml")])
    assert ran.exit_code == 0, ran.output


def test_the_target_decides(tmp_path: Path) -> None:
    expected = {
        "Price [€]": ("price", "mean_squared_error", "Dense: {units: 1, bias_initializer: {Constant: 15"),
        "is_big": ("is_big", "binary_crossentropy", "units: 1, activation: sigmoid"),
        "yes": ("target_yes", "binary_crossentropy", "units: 1, activation: sigmoid"),
        "2nd": ("target_2nd", "binary_crossentropy", '{column: "2nd", encode: index}'),
        "kind": ("kind", "SparseCategoricalCrossentropy", 'units: "${data.kind.classes}"'),
        "stars": ("stars", "SparseCategoricalCrossentropy", "split: {stratify: stars}"),
        "numbers": ("target_numbers", "SparseCategoricalCrossentropy", "{column: numbers, encode: index}"),
    }
    for target, (output, loss, words) in expected.items():
        loaded, text = made(tmp_path, target)
        (tmp_path / "rows.yaml").unlink()
        assert loaded.plan.train is not None
        assert list(loaded.plan.models["model"].outputs) == [output]
        assert loss in text
        assert words in text, text


def test_a_category_whose_value_no_training_row_has_is_left_out(tmp_path: Path) -> None:
    found = set()
    for row in range(12):  # whichever rows are for training
        rare = ["only" if at == row else "often" for at in range(COUNT)]
        _, text = made(tmp_path, "is_big", rare=rare)
        (tmp_path / "rows.yaml").unlink()
        found.add("rare: 1 of its 2 values are in no training row" in text)
    assert found == {True, False}


def test_a_column_that_tells_the_target_is_left_out(tmp_path: Path) -> None:
    _, text = made(tmp_path, "kind", kind_code=[f"k-{kind}" for kind in KIND])
    assert "#   kind_code: it tells kind in every row" in text
    (tmp_path / "rows.yaml").unlink()
    _, text = made(tmp_path, "is_big", score=TARGETS["is_big"] + np.linspace(-0.4, 0.4, COUNT))
    assert "#   score: it tells is_big in every row" in text


def test_other_separators_and_folders(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "work").mkdir()
    rows = write(tmp_path / "data" / "rows.csv", {"a": COLUMNS["size (cm)"], "y": TARGETS["is_big"]}, ";")
    out = tmp_path / "work" / "first.yaml"
    assert new(rows, "--target", "y", "-o", out).exit_code == 0
    text = out.read_text(encoding="utf-8")
    assert '{path: "../data/rows.csv", sep: ";"}' in text
    assert "# yamlnet: ignore[data-outside]" in text
    assert settle(text, "first.yaml") == text
    assert yamlnet.load(out, strict=True).warnings == ()


X = COLUMNS["size (cm)"]
REFUSED: dict[str, tuple[Mapping[str, Sequence[Any]], list[str], str]] = {
    "no target": ({"a": [1, 2], "y": [1, 2]}, [], "rows.csv has the columns a, y"),
    "another target": ({"a": [1, 2], "price": [1, 2]}, ["--target", "prize"], 'did you mean "price"'),
    "gaps": ({"a": [1, 2, 3], "y": [1, "", 2]}, ["--target", "y"], 'row 2 of the target "y" holds no value'),
    "constant": ({"a": [1, 2], "y": [3, 3]}, ["--target", "y"], 'every row of the target "y" holds the same'),
    "texts": ({"a": X, "y": COLUMNS["note"]}, ["--target", "y"], "240 different texts in 240 rows, too many"),
    "rare class": (
        {"a": X, "y": ["b" if row == 7 else "ac"[row % 2] for row in range(COUNT)]},
        ["--target", "y"],
        'class "b" of the target "y" has 1 row, too few to learn',
    ),
    "nothing to tell from": (
        {"same": ["x"] * COUNT, "y": X},
        ["--target", "y"],
        "same: every row holds the same",
    ),
}


@pytest.mark.parametrize(("columns", "arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_learnt_is_refused(
    tmp_path: Path, columns: Mapping[str, Sequence[Any]], arguments: list[str], message: str
) -> None:
    rows = write(tmp_path / "rows.csv", columns)
    told = new(rows, *arguments, "-o", tmp_path / "rows.yaml")
    assert told.exit_code == 1
    assert message in told.stderr
    assert not (tmp_path / "rows.yaml").exists()


def test_the_command_is_used_as_it_says(tmp_path: Path) -> None:
    assert "not both" in new(tmp_path / "rows.csv", "digits").stderr
    assert CliRunner().invoke(main, ["new", "digits", "--target", "y"]).exit_code == 2
    assert "there is no file" in new(tmp_path / "rows.csv", "-o", tmp_path / "a.yaml").stderr
    (tmp_path / "rows.txt").write_text("a")
    assert '".txt" is none of .csv' in new(tmp_path / "rows.txt", "-o", tmp_path / "a.yaml").stderr


@pytest.mark.backend
def test_it_learns_more_than_the_simplest_answer(tmp_path: Path) -> None:
    wine, sick = load_wine(as_frame=True).frame, load_diabetes(as_frame=True).frame
    for name, frame, metric in (("wine", wine, "accuracy"), ("sick", sick, "r2_score")):
        rows, out = tmp_path / f"{name}.csv", tmp_path / f"{name}.yaml"
        frame.to_csv(rows, index=False)
        assert new(rows, "--target", "target", "-o", out).exit_code == 0
        run = yamlnet.load(out, ["train.epochs=40"], strict=True).train(out=tmp_path / name, progress="none")
        simplest = frame["target"].value_counts(normalize=True).max() if metric == "accuracy" else 0
        assert run.metrics["test"][metric] > simplest + 0.2, run.metrics
