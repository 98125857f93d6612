"""Several devices and several processes learn what one device learns; what cannot be shared is refused."""

from __future__ import annotations

import csv
import json
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import yamlnet
from yamlnet.diagnostics.diagnostic import BlueprintError

pytestmark = pytest.mark.backend

SUPERVISED = """yamlnet: 1
name: supervised
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 8, activation: relu, name: hidden}
    - BatchNormalization: {if: "${mixes}"}
    - Dropout: {rate: 0.3, if: "${mixes}"}
    - Dense: {units: 3, as: y}
params: {mixes: true}
data:
  train: {Sklearn: iris}
  validation: 0.2
  inputs: {x: {column: features, normalize: standard}}
  targets: {y: {column: target}}
  batch_size: 16
train:
  loss: {SparseCategoricalCrossentropy: {from_logits: true}}
  metrics: [accuracy]
  optimizer: {Adam: {learning_rate: 0.01}}
  class_weight: {"0": 1, "2": 3}
  callbacks: [CSVLogger]
  epochs: 2
"""
"""119 rows: the last batch has 7, which neither two nor four devices share."""

GAN = """yamlnet: 1
name: gan
models:
  generator: {inputs: {noise: [3]}, layers: [{Dense: {units: 8, activation: relu}}, {Dense: 4}]}
  discriminator: {inputs: {x: [4]}, layers: [{Dense: {units: 8, activation: relu}}, {Dense: 1}]}
data:
  train: {Sklearn: iris}
  inputs: {x: {column: features, normalize: standard}}
  batch_size: 48
train:
  objective: {GAN: {generator: generator, discriminator: discriminator}}
  optimizer: {SGD: {learning_rate: 0.1}}
  steps: 3
"""

GRID = """{ModelParallel: {
  device_mesh: {shape: [2, 2], axis_names: [batch, model]},
  layout_map: {hidden/kernel: [null, model], h.*bias: [model]}}}"""

TRAIN = """
import importlib, json, os, sys
import keras, matplotlib.pyplot, sklearn.datasets
import yamlnet, yamlnet.exporters.export, yamlnet.pipeline, yamlnet.runner.fit
importlib.import_module(f"yamlnet.runner.steps.{keras.backend.backend()}_steps")
children = []
for path, out, settings, environment in json.loads(sys.argv[1]):
    if child := os.fork():  # what takes long is imported by now, and nothing has run yet
        children.append(child)
        continue
    os.environ |= environment
    yamlnet.load(path, settings).train(out=out, progress="none")
    sys.exit()
sys.exit(max(os.waitpid(child, 0)[1] for child in children) >> 8)
"""
"""Each training in a process of its own, all at once."""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    for name, text in (("supervised", SUPERVISED), ("gan", GAN)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return {name: tmp_path / f"{name}.yaml" for name in ("supervised", "gan")}


def alone(file: Path, *settings: str) -> dict[str, list[float]]:
    return yamlnet.load(file, settings).train(out=file.with_suffix(".alone"), progress="none").history


def start(trainings: Sequence[tuple[Path, Path, Sequence[str], dict[str, str]]]) -> subprocess.Popen[str]:
    """Trainings of a blueprint into a folder, with settings and what the environment tells the process."""
    told = json.dumps([(str(path), str(out), *rest) for path, out, *rest in trainings])
    return subprocess.Popen([sys.executable, "-c", TRAIN, told], stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> None:
    _, complaints = process.communicate(timeout=240)
    assert process.returncode == 0, complaints[-3000:]


def history(run: Path) -> dict[str, list[float]]:
    with (run / "history.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in rows[0] if name != "epoch"}


def assert_same(found: dict[str, list[float]], expected: dict[str, list[float]]) -> None:
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=1e-5, err_msg=name)


def free_port() -> str:
    with socket.socket() as one:
        one.bind(("localhost", 0))
        return f"localhost:{one.getsockname()[1]}"


@pytest.mark.usefixtures("on_jax")
def test_devices_learn_what_one_learns(files: dict[str, Path], tmp_path: Path) -> None:
    """Four of one process, whose weights are divided or not, and two of each of two processes."""
    share, grid = ["train.distribution=DataParallel"], [f"train.distribution={GRID}"]
    four, two = ({"XLA_FLAGS": f"--xla_force_host_platform_device_count={count}"} for count in (4, 2))
    met = two | {"KERAS_DISTRIBUTION_JOB_ADDRESSES": free_port(), "KERAS_DISTRIBUTION_NUM_PROCESSES": "2"}
    processes = [met | {"KERAS_DISTRIBUTION_PROCESS_ID": number} for number in "01"]
    running = start(
        [
            (files["supervised"], tmp_path / "divided", grid, four),
            (files["gan"], tmp_path / "gan", share, four),
            *((files["supervised"], tmp_path / "met", share, told) for told in processes),
        ]
    )
    expected, gan = alone(files["supervised"]), alone(files["gan"])
    ended(running)
    assert_same(history(tmp_path / "divided"), expected)
    assert_same(history(tmp_path / "met"), expected)
    assert_same(history(tmp_path / "gan"), gan)
    assert devices(tmp_path / "gan") == {"count": 4, "process": 0, "processes": 1}
    assert devices(tmp_path / "met") == {"count": 4, "process": 0, "processes": 2}
    assert len((tmp_path / "met" / "log.csv").read_text(encoding="utf-8").splitlines()) == 3
    weights = yamlnet.open_run(tmp_path / "divided").model.get_layer("hidden").kernel
    assert weights.shape == (4, 8)


def test_processes_of_pytorch_learn_what_one_learns(
    files: dict[str, Path], tmp_path: Path, backend: str
) -> None:
    """But for batch statistics and dropout, which each process has for itself."""
    if backend != "torch":
        pytest.skip("about PyTorch")
    met = {"MASTER_ADDR": "localhost", "MASTER_PORT": free_port().rpartition(":")[2], "WORLD_SIZE": "2"}
    plain = tmp_path / "plain"
    share = ["mixes=false", "train.distribution=DataParallel"]
    running = start([(files["supervised"], plain, share, met | {"RANK": number}) for number in "01"])
    expected = alone(files["supervised"], "mixes=false")
    ended(running)
    assert_same(history(plain), expected)
    assert devices(plain) == {"count": 2, "process": 0, "processes": 2}


def devices(run: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["devices"]
    return found


@pytest.mark.parametrize(
    ("backend_of", "distribution", "message"),
    [
        ("jax", "{DataParallel: {devices: 16}}", "16 devices are asked for; found: cpu:0"),
        ("jax", '{DataParallel: {devices: ["gpu:7"]}}', 'there is no device "gpu:7"; found: cpu:0'),
        ("torch", "{DataParallel: {devices: 4}}", "on PyTorch each device has a process of its own"),
        ("torch", GRID, "on PyTorch weights are not divided"),
        ("tensorflow", "DataParallel", "on TensorFlow one device trains alone"),
    ],
)
def test_devices_that_there_are_not(
    backend_of: str, distribution: str, message: str, files: dict[str, Path], backend: str
) -> None:
    if backend != backend_of:
        pytest.skip("told on another backend")
    assert [message] == [one[: len(message)] for one in refused(files["supervised"], distribution)]


@pytest.mark.usefixtures("on_jax")
def test_weights_that_cannot_be_divided(files: dict[str, Path]) -> None:
    layouts = (
        "{hidden/kernell: [model], hidden/bias: [null, model], y/.*: [null, model], y/kernel: [null, null]}"
    )
    grid = f"{{device_mesh: {{shape: [1, 1], axis_names: [batch, model]}}, layout_map: {layouts}}}"
    assert refused(files["supervised"], f"{{ModelParallel: {grid}}}") == [
        'no weight is called "hidden/kernell"; did you mean "hidden/kernel"?',
        '"hidden/bias" is of shape [8], not to be divided by [1, 1]',
        '"y/bias" is of shape [3], not to be divided by [1, 1]',
    ]


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("WORLD_SIZE", "WORLD_SIZE tells of several processes; on jax KERAS_DISTRIBUTION_NUM_PROCESSES does"),
        (
            "KERAS_DISTRIBUTION_NUM_PROCESSES",
            "the processes do not meet: KERAS_DISTRIBUTION_JOB_ADDRESSES is not set",
        ),
    ],
)
@pytest.mark.usefixtures("on_jax")
def test_processes_that_do_not_meet(
    variable: str, message: str, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "2")
    assert refused(files["supervised"], "DataParallel") == [message]


def refused(file: Path, distribution: str) -> list[str]:
    """What is told, at the distribution, before anything is trained."""
    with pytest.raises(BlueprintError) as error:
        alone(file, f"train.distribution={distribution}")
    assert all(one.path[:2] == ("train", "distribution") for one in error.value.diagnostics)
    assert not file.with_suffix(".alone").exists()
    return [one.message for one in error.value.diagnostics]
