"""A target that was transformed: what is predicted and measured of it, by run and by export, in dollars."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

import yamlnet
from yamlnet.cli.main import main
from yamlnet.cli.train_command import results
from yamlnet.diagnostics.diagnostic import DataError, YamlnetError

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

BLUEPRINT = """\
yamlnet: 1
name: houses
model:
  inputs: {rooms: [1]}
  layers: [Dense: {units: 1, as: price}]
  outputs: price
data:
  train: {Csv: rows.csv}
  split: {column: part}
  inputs: {rooms: {column: rooms, scale: 0.1}}
  targets: {price: {column: price, log: true, normalize: standard}}
train: {loss: mse, epochs: 2}
export: [keras]
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, chance = tmp_path_factory.mktemp("houses"), random.Random(0)
    rows = []
    for number in range(60):
        rooms = chance.randint(1, 9)
        price = round(40_000 * rooms**1.2 * chance.uniform(0.9, 1.1))
        rows.append(f"{rooms},{price},{'test' if number % 3 == 0 else 'train'}")
    (folder / "rows.csv").write_text("\n".join(["rooms,price,part", *rows]), encoding="utf-8")
    (folder / "b.yaml").write_text(BLUEPRINT, encoding="utf-8")
    yamlnet.load(folder / "b.yaml").train(out=folder / "run", progress="none")
    return folder / "run"


def told(*arguments: str | Path) -> Result:
    found = CliRunner().invoke(main, [*map(str, arguments)])
    assert found.exit_code == 0, found.output
    return found


def column(text: str) -> np.ndarray:
    return np.array([float(row["price"]) for row in csv.DictReader(io.StringIO(text))])


def prices(run: Path) -> np.ndarray:
    return column((run.parent / "rows.csv").read_text(encoding="utf-8"))


def test_predictions_are_in_dollars_and_raw_ones_are_the_model_s(run: Path, tmp_path: Path) -> None:
    opened, kept = yamlnet.open_run(run), json.loads((run / "data.json").read_text(encoding="utf-8"))
    rooms = np.loadtxt(run.parent / "rows.csv", delimiter=",", skiprows=1, usecols=0)[:, None] * 0.1
    own = np.asarray(opened.model.predict(rooms, verbose=0))
    scale = kept["price"][0]["normalize"]
    expected = np.expm1(own.astype(float) * scale["spread"] + scale["shift"])
    np.testing.assert_allclose(yamlnet.predict(opened, run.parent / "rows.csv")["price"], expected, rtol=1e-5)
    raw = yamlnet.predict(opened, run.parent / "rows.csv", raw=True)["price"]
    np.testing.assert_allclose(raw, own, rtol=1e-5, atol=1e-6)
    told("predict", run, run.parent / "rows.csv", "-o", tmp_path / "p.csv")
    found = column((tmp_path / "p.csv").read_text(encoding="utf-8"))
    np.testing.assert_allclose(found, expected[:, 0], rtol=1e-6)


@pytest.mark.parametrize("given", ["", "export/model.keras"])
def test_rows_that_say_what_is_true_are_measured_in_dollars(run: Path, given: str, tmp_path: Path) -> None:
    said = told("predict", run / given, run.parent / "rows.csv", "-o", tmp_path / "p.csv").stderr
    found = column((tmp_path / "p.csv").read_text(encoding="utf-8"))
    line = said.strip().removeprefix("against what the rows say: ")
    measured = dict(part.split(" ") for part in line.split(", "))
    for name, measure in MEASURES.items():
        assert float(measured[f"data.price.{name}"]) == pytest.approx(measure(prices(run), found), rel=1e-4)
    for how in ("--quiet", "--raw"):
        said = told("predict", run / given, run.parent / "rows.csv", "-o", tmp_path / "p.csv", how).stderr
        assert said == ""


MEASURES = {"mae": mean_absolute_error, "rmse": root_mean_squared_error, "r2": r2_score}


def test_evaluate_tells_keras_s_numbers_and_dollars(run: Path) -> None:
    found = json.loads(told("evaluate", run, "--format", "json").stdout)
    opened = yamlnet.open_run(run)
    assert found["loss"] == pytest.approx(opened.metrics["test"]["loss"], rel=1e-5)
    ours = yamlnet.predict(opened, run.parent / "rows.csv")["price"][::3, 0]  # every third row is one of test
    for name, measure in MEASURES.items():
        assert found[f"data.price.{name}"] == pytest.approx(measure(prices(run)[::3], ours), rel=1e-4)
    np.testing.assert_allclose(yamlnet.predict(opened)["price"][:, 0], ours, rtol=1e-5)
    assert f"data.price.mae {found['data.price.mae']:.6g}" in told("predict", run).stderr


def test_training_tells_both_too(run: Path, tmp_path: Path) -> None:
    found = json.loads(told("evaluate", run, "--format", "json").stdout)
    kept = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["test"]
    assert kept == pytest.approx(found, rel=1e-5)
    assert set(found) == {"loss", *(f"data.price.{name}" for name in MEASURES)}
    shutil.copy(run.parent / "rows.csv", tmp_path)
    (tmp_path / "b.yaml").write_text(BLUEPRINT.replace("log: true, normalize: standard", "scale: 0"))
    said = told("train", tmp_path / "b.yaml", "--out", tmp_path / "run")
    assert "nothing is told in the units of the data: scale: 0 makes 0 of every number" in said.stderr
    assert said.stdout.startswith("test       loss ")
    assert "data.price" not in said.stdout
    assert f"data.price.mae {kept['data.price.mae']:.4g}" in results(yamlnet.open_run(run))


def test_rows_without_what_is_true_are_predicted_all_the_same(run: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("rooms\n3\n", encoding="utf-8")
    assert told("predict", run, tmp_path / "new.csv").stderr == ""
    (tmp_path / "new.csv").write_text("rooms,price\n3,\n4,1000\n", encoding="utf-8")
    said = told("predict", run, tmp_path / "new.csv")
    assert len(said.stdout.splitlines()) == 3
    assert said.stderr.startswith('how far this is off is not known: row 1 of column "price" holds no number')


def test_an_export_carries_the_units_and_a_stranger_s_are_looked_through(run: Path, tmp_path: Path) -> None:
    from yamlnet.data.given_rows import read_rows

    shutil.copytree(run / "export", tmp_path / "export")
    table = read_rows(run.parent / "rows.csv")
    expected = yamlnet.predict(yamlnet.open_run(run), run.parent / "rows.csv")["price"]
    path = tmp_path / "export" / "model.keras"
    np.testing.assert_allclose(yamlnet.open_export(path).predict(table)["price"], expected, rtol=1e-5)
    kept = tmp_path / "export" / "pipeline.json"
    written = json.loads(kept.read_text(encoding="utf-8"))
    for change, message in {
        ("tensor", "transforms"): 'there is no transform "exec"',
        ("fitted",): 'nothing was fitted for "price"',
    }.items():
        document = json.loads(json.dumps(written))
        place = document["units"]["price"]
        for key in change[:-1]:
            place = place[key]
        place[change[-1]] = [["exec", "rm"]] if change[-1] == "transforms" else []
        kept.write_text(json.dumps(document), encoding="utf-8")
        with pytest.raises(YamlnetError, match=message):
            yamlnet.open_export(path)
    written["units"]["other"] = written["units"]["price"]
    kept.write_text(json.dumps(written), encoding="utf-8")
    with pytest.raises(YamlnetError, match='there is no output "other"'):
        yamlnet.open_export(path)
    del written["units"]  # as version 0.3 wrote it
    kept.write_text(json.dumps(written), encoding="utf-8")
    assert yamlnet.open_export(path).predict(table)["price"].dtype == np.float32


def test_a_run_of_somebody_else_reads_no_data_of_ours(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(run, tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    told("evaluate", "run")  # a copy of our own is ours
    path = tmp_path / "run" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"trained_here": "0" * 64}), encoding="utf-8")
    for command in (["evaluate"], ["predict"], ["export"]):
        found = CliRunner().invoke(main, [*command, "run", *(["keras"] if command == ["export"] else [])])
        assert found.exit_code == 1
        assert "was not trained here, and its data lie elsewhere" in found.stderr
    told("evaluate", "run", "--data", run.parent)
    told("predict", "run", run.parent / "rows.csv")
    monkeypatch.chdir(run.parent)
    told("evaluate", tmp_path / "run")


def test_states_of_somebody_else_are_looked_through(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    path = tmp_path / "run" / "data.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept["price"][0]["normalize"]["shift"] = "__import__"
    path.write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(DataError, match='keeps for "normalize" is nothing that it learns'):
        yamlnet.predict(yamlnet.open_run(tmp_path / "run"))
    del kept["price"]
    path.write_text(json.dumps(kept), encoding="utf-8")
    for rows in (None, run.parent / "rows.csv"):
        with pytest.raises(DataError, match='nothing was fitted for "price"'):
            yamlnet.predict(yamlnet.open_run(tmp_path / "run"), rows)
