"""The commands that need a backend: from a blueprint to predictions, as a user calls them."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from yamlnet.cli.main import main

pytestmark = pytest.mark.backend

ROOT = Path(__file__).parents[2]
BLUEPRINT = """yamlnet: 1
name: flowers
params: {width: 8}
model:
  inputs: {row: [4]}
  layers:
    - Dense: {units: "${width}", activation: relu}
    - Dense: {units: 3, activation: softmax, as: kind}
data:
  train: {Sklearn: iris}
  validation: 0.2
  test: 0.2
  inputs:
    row:
      columns: [sepal_length_(cm), sepal_width_(cm), petal_length_(cm), petal_width_(cm)]
      normalize: standard
  targets: {kind: {column: target}}
train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  optimizer: {Adam: {learning_rate: 0.05}}
  epochs: 15
"""


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "flowers.yaml").write_text(BLUEPRINT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_build_lists_layers_with_shapes_and_parameters(here: Path) -> None:
    told = call("build", "flowers.yaml", "--set", "width=5", "-o", "model.keras")
    assert told.exit_code == 0, told.output
    assert re.search(r"dense\s+Dense\s+5\s+25\s+row", told.output)
    assert "43 parameters, 43 of them trainable" in told.output
    assert (here / "model.keras").exists()
    assert call("build", "flowers.yaml", "-o", "model.h5").exit_code == 2


def test_a_shape_that_does_not_fit_ends_with_1(here: Path) -> None:
    (here / "wrong.yaml").write_text(
        "yamlnet: 1\nmodel:\n  inputs: [4]\n  layers:\n    - Conv2D: {filters: 3, kernel_size: 3}\n"
    )
    told = call("build", "wrong.yaml")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith("wrong.yaml:5:7: Conv2D reads images [height, width, channels], got [4]")


def test_from_training_to_predictions(here: Path, backend: str) -> None:
    told = call("train", "flowers.yaml", "--out", "run")
    assert told.exit_code == 0, told.output
    assert "epoch 15/15" in told.stderr and "val_accuracy" in told.stderr
    assert "yamlnet evaluate run" in told.stdout
    accuracy = json.loads((here / "run/metrics.json").read_text())["test"]["accuracy"]
    assert accuracy > 0.85

    told = call("evaluate", "run")
    assert told.exit_code == 0, told.output
    again = float(re.search(r"accuracy\s+([\d.]+)", told.stdout)[1])  # type: ignore[index]
    assert again == pytest.approx(accuracy, abs=1e-5)

    (here / "rows.csv").write_text(
        "petal_width_(cm),petal_length_(cm),sepal_width_(cm),sepal_length_(cm)\n0.2,1.4,3.5,5.1\n2.0,5.9,3.0,6.8\n"
    )
    told = call("predict", "run", "rows.csv")
    assert told.exit_code == 0, told.output
    assert [row["kind.class"] for row in csv.DictReader(told.stdout.splitlines())] == ["0", "2"]
    assert call("predict", "run", "-o", "all.npz").exit_code == 0
    with np.load(here / "all.npz") as found:
        assert found["kind"].shape[1] == 3

    told = call("export", "run", "keras")
    assert told.exit_code == 0, told.output
    assert (here / "run/export/model.keras").exists()


def test_a_value_that_training_never_saw_is_told(here: Path) -> None:
    assert call("train", "flowers.yaml", "--out", "run", "--quiet", "--set", "train.epochs=1").exit_code == 0
    (here / "rows.csv").write_text("petal_width\n1\n")
    told = call("predict", "run", "rows.csv")
    assert told.exit_code == 1
    assert 'rows.csv has no column "sepal_length_(cm)"' in told.stderr
    assert "Traceback" not in told.output
    told = call("evaluate", "nowhere")
    assert told.exit_code == 1 and "nowhere" in told.stderr


def test_another_backend_is_refused_in_a_process_that_runs(here: Path, backend: str) -> None:
    other = "torch" if backend != "torch" else "jax"
    told = call("build", "flowers.yaml", "--backend", other)
    assert told.exit_code == 1
    assert f'already runs Keras on "{backend}"' in told.stderr


def test_a_missing_backend_names_the_extra(here: Path, backend: str) -> None:
    """A process that cannot find the backend, as on a machine without it."""
    hide = (
        "import importlib.util as u, sys\n"
        "real = u.find_spec\n"
        f"u.find_spec = lambda name, *a: None if name == {backend!r} else real(name, *a)\n"
        "from yamlnet.cli.main import main\nmain(['build', 'flowers.yaml', '--backend', sys.argv[1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", hide, backend],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1
    assert f'the backend "{backend}" is not installed' in done.stderr
    assert f'pip install "yamlnet[{backend}]"' in done.stderr


def test_stderr_holds_nothing_but_progress_and_diagnostics(here: Path, backend: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "yamlnet", "train", "flowers.yaml", "--backend", backend, "--out", "run"]
    done = subprocess.run([*command, "--quiet"], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_keeps_the_run(here: Path, backend: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "yamlnet", "train", "flowers.yaml", "--backend", backend, "--out", "run"]
    process = subprocess.Popen(
        [*command, "--set", "train.epochs=100000"], env=environment, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "epoch" in line and re.search(r"epoch +3/", line):
            break
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    manifest = json.loads((here / "run/manifest.json").read_text())
    assert manifest["status"] == "interrupted"
    assert (here / "run/model.keras").exists()
    assert len((here / "run/history.csv").read_text().splitlines()) >= 4


@pytest.mark.usefixtures("on_jax")  # it asks every backend, each in a process of its own
def test_doctor_names_backends_and_versions() -> None:
    told = call("doctor", "--format", "json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    for backend in ("jax", "tensorflow", "torch"):
        if find_spec(backend) is not None:
            assert found["backends"][backend]["devices"]
    assert found["packages"]["keras"]
