"""Saving and loading: whole files, Keras's own format, and nothing imported for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from yamlnet.compiler.archives import ArchiveError
from yamlnet.compiler.saving import load_model, save_model

pytestmark = pytest.mark.backend

SAVES = """
import sys
import keras
from pathlib import Path
from yamlnet.compiler.saving import load_model, save_model
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, kernel_initializer="he_normal")])
model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 10)), "mse")
save_model(model, Path(sys.argv[1]))
load_model(Path(sys.argv[1]))
print("tensorflow" in sys.modules)
"""


def small() -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.BatchNormalization()])
    model.compile("adam", "mse", metrics=["mae"])
    return model


def test_keras_itself_reads_the_file(tmp_path: Path) -> None:
    model = small()
    save_model(model, tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    rows = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_array_equal(again.predict(rows, verbose=0), model.predict(rows, verbose=0))
    assert again.optimizer.get_config() == model.optimizer.get_config()
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_we_read_what_keras_wrote(tmp_path: Path) -> None:
    model = small()
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_failed_save_leaves_the_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.keras"
    save_model(small(), path)
    before = path.read_bytes()

    def fails(self: object, file: Path) -> None:
        Path(file).write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(keras.Model, "save", fails)
    with pytest.raises(OSError, match="disk full"):
        save_model(small(), path)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["model.keras"]


def test_a_file_that_holds_code_is_refused(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x + 1)])
    model.save(tmp_path / "code.keras")
    with pytest.raises(ArchiveError, match=r'it holds "keras.layers.Lambda", which no blueprint can name'):
        load_model(tmp_path / "code.keras")


def test_other_backends_do_not_import_tensorflow(tmp_path: Path, backend: str) -> None:
    if backend == "tensorflow":
        pytest.skip("it imports itself")
    done = subprocess.run(
        [sys.executable, "-c", SAVES, str(tmp_path / "model.keras")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
