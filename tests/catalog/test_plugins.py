"""A plugin's layers: found by an entry point, checked without Keras, built by every backend."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MODULE = '''
"""Layers of a made-up package."""
import keras


@keras.saving.register_keras_serializable("acme_test")
class GatedDense(keras.layers.Layer):
    """A dense layer times its own gate.

    Args:
        units: Positive integer, the features of the output.
        sharpness: Float, multiplies the gate's logit.
    """

    def __init__(self, units, sharpness=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.sharpness = units, sharpness
        self.value = keras.layers.Dense(units)
        self.gate = keras.layers.Dense(units)

    def build(self, input_shape):
        self.value.build(input_shape)
        self.gate.build(input_shape)

    def call(self, inputs):
        return self.value(inputs) * keras.ops.sigmoid(self.sharpness * self.gate(inputs))

    def get_config(self):
        return {**super().get_config(), "units": self.units, "sharpness": self.sharpness}


class NotALayer:
    """Something else."""
'''

BLUEPRINT = """\
yamlnet: 1
model:
  inputs: {x: [4]}
  layers:
    - acme_test.GatedDense: {units: 8, sharpness: 2.0}
    - acme_test.GatedDense: 3
"""

TRAIN = """\
yamlnet: 1
model:
  inputs: {x: [2]}
  layers:
    - acme_test.GatedDense: 8
    - Dense: {units: 1, activation: sigmoid, as: benign}
  outputs: benign
data:
  train: {Sklearn: breast_cancer}
  test: 0.2
  inputs: {x: {columns: [mean_radius, mean_texture], normalize: standard}}
  targets: {benign: {column: target}}
train: {loss: binary_crossentropy, epochs: 1}
"""

MISTAKES = """\
yamlnet: 1
model:
  inputs: {x: [4]}
  layers:
    - acme_test.GatedDense: {unit: 8}
    - acme_test.GatedDense: {units: -1}
    - acme_test.GatedDens: 3
    - acme_test.NotALayer
    - acme_tset.Gated: 3
"""

TOLD = """\
wrong.yaml:5:30: layer "acme_test.GatedDense" has no argument "unit"; did you mean "units"? \
[unknown-argument]
wrong.yaml:6:37: "units" of layer "acme_test.GatedDense" must be a whole number ≥ 1, got -1 [wrong-type]
wrong.yaml:7:7: the plugin "acme_test" has no layer "GatedDens"; did you mean "GatedDense"? [unknown-layer]
wrong.yaml:8:7: the plugin "acme_test" has no layer "NotALayer"; it has GatedDense [unknown-layer]
wrong.yaml:9:7: no import and no installed plugin is called "acme_tset"; did you mean "acme_test"? \
[unknown-import]
"""

BUILD = """\
from yamlnet.cli.main import main
for file in ("wrong.yaml", "right.yaml"):
    try:
        main(["validate", file])
    except SystemExit as ended:
        print(file, ended.code)
import keras, numpy as np, yamlnet
from yamlnet.pipeline import save
model = yamlnet.load("right.yaml").build()
from pathlib import Path
save(model, Path("model.keras"))
array = keras.ops.convert_to_numpy
rows = np.ones((2, 4), "float32")
value, gate = (model.layers[1].value, model.layers[1].gate)
inner = rows @ array(value.kernel) / (1 + np.exp(-2 * (rows @ array(gate.kernel))))
first = array(model.layers[1](rows))
np.testing.assert_allclose(first, inner, rtol=1e-5)
print([layer.name for layer in model.layers], model.count_params())
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A folder on the path with an installed package that offers a layer."""
    import os

    site = tmp_path / "site"
    info = site / "acme_test-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "acme_test_layers.py").write_text(MODULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme_test\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[yamlnet.layers]\nacme_test = acme_test_layers\n")
    (tmp_path / "right.yaml").write_text(BLUEPRINT)
    (tmp_path / "wrong.yaml").write_text(MISTAKES)
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, "YAMLNET_CACHE": str(tmp_path / "cache")}


def run(environment: dict[str, str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def one_backend_is_enough(backend: str) -> None:
    if backend != "jax":
        pytest.skip("how a plugin is found does not depend on the backend")


@pytest.mark.backend
@pytest.mark.slow
class TestPlugin:
    def test_its_layers_are_checked_and_built(self, environment: dict[str, str], tmp_path: Path) -> None:
        """In one process: that it is read in another one is tried with training."""
        built = run(environment, tmp_path, "-c", BUILD)
        assert built.returncode == 0, built.stderr
        assert [line for line in built.stderr.splitlines() if line.startswith("wrong")] == TOLD.splitlines()
        assert built.stdout.splitlines() == [
            "wrong.yaml 1",
            "right.yaml: ok (2 layers)",
            "right.yaml 0",
            "['x', 'gated_dense', 'gated_dense_1'] 134",
        ]

    def test_its_layers_are_trained_and_loaded_again(
        self, environment: dict[str, str], tmp_path: Path, backend: str
    ) -> None:
        one_backend_is_enough(backend)
        (tmp_path / "train.yaml").write_text(TRAIN)
        trained = run(environment, tmp_path, "-m", "yamlnet", "train", "train.yaml", "-o", "run", "--quiet")
        assert trained.returncode == 0, trained.stderr
        again = run(environment, tmp_path, "-m", "yamlnet", "evaluate", "run")
        assert again.returncode == 0, again.stderr
        assert "loss" in again.stdout

    def test_a_plugin_that_fails_is_told(
        self, environment: dict[str, str], tmp_path: Path, backend: str
    ) -> None:
        one_backend_is_enough(backend)
        (tmp_path / "site" / "acme_test_layers.py").write_text("import nothing_of_that_name")
        told = run(environment, tmp_path, "-m", "yamlnet", "validate", "right.yaml")
        assert told.returncode == 1
        assert 'the plugin "acme_test" (acme_test_layers) fails: ModuleNotFoundError' in told.stderr

    def test_it_is_read_again_when_it_changes(
        self, environment: dict[str, str], tmp_path: Path, backend: str
    ) -> None:
        one_backend_is_enough(backend)
        assert run(environment, tmp_path, "-m", "yamlnet", "validate", "right.yaml").returncode == 0
        module = tmp_path / "site" / "acme_test_layers.py"
        module.write_text(MODULE.replace("sharpness", "steepness"))
        told = run(environment, tmp_path, "-m", "yamlnet", "validate", "right.yaml")
        assert 'has no argument "sharpness"' in told.stderr
