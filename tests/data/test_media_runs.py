"""From raw files to predictions: a run each of images, sounds and series; on JAX in a fresh process."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from PIL import Image

import yamlnet
from yamlnet import pipeline
from yamlnet.cli.main import main
from yamlnet.data.given_rows import read_rows
from yamlnet.runner.run import Run

pytestmark = pytest.mark.backend

HEAD = "yamlnet: 1\nmodel:\n"
TRAIN = """\
train:
  loss: {{{loss}}}
  optimizer: {{Adam: {{learning_rate: {rate}}}}}
  epochs: {epochs}
"""
CLASSES = "SparseCategoricalCrossentropy: {from_logits: true}"

IMAGES = """\
  inputs: {image: [8, 8, 1]}
  layers:
    - Flatten
    - Dense: {units: 2, as: kind}
data:
  train: {Csv: rows.csv}
  inputs: {image: {column: file, channels: 1, resize: [8, 8], scale: "${1 / 255}"}}
  targets: {kind: {column: kind, encode: index}}
  batch_size: 8
  augment: [RandomFlip: horizontal]
  on_error: skip
"""

SOUNDS = """\
  inputs: {sound: [2000]}
  layers:
    - MelSpectrogram:
        {fft_length: 256, sequence_stride: 128, sampling_rate: 8000, num_mel_bins: 16, max_freq: 4000}
    - Flatten
    - LayerNormalization
    - Dense: {units: 2, as: kind}
data:
  train: {Csv: rows.csv}
  inputs: {sound: {column: file, resample: 8000, seconds: 0.25}}
  targets: {kind: {column: kind, encode: index}}
  batch_size: 8
"""

SERIES = """\
  inputs: {load: [6, 1]}
  layers:
    - Flatten
    - Dense: {units: 2, as: next}
data:
  train: {Csv: rows.csv}
  test: 0.25
  inputs: {load: {column: load, normalize: standard, window: 6}}
  targets: {next: {column: load, normalize: standard, horizon: 2}}
  batch_size: 8
"""


def trained(folder: Path, blueprint: str, loss: str, epochs: int = 12, rate: float = 0.05) -> Run:
    text = HEAD + blueprint + TRAIN.format(loss=loss, epochs=epochs, rate=rate)
    (folder / "it.yaml").write_text(text, encoding="utf-8")
    return yamlnet.load(folder / "it.yaml").train(out=folder / "run", progress="none")


def predicted(folder: Path, rows: str, backend: str) -> list[dict[str, str]]:
    """What the command predicts of raw rows; that it needs nothing of this process is tried on JAX."""
    out = folder / "out.csv"
    arguments = [
        "predict", str(folder / "run"), str(folder / rows), "-o", str(out), "--backend", backend,
    ]  # fmt: skip
    if backend == "jax":
        command = [sys.executable, "-m", "yamlnet", *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
    else:
        told = CliRunner().invoke(main, arguments)
        assert told.exit_code == 0, told.output
    with out.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_images(tmp_path: Path, backend: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = []
    for row in range(24):
        picture = np.zeros((10, 12, 3), np.uint8)
        picture[: 5 if row % 2 else 10, :, :] = 200 + row
        Image.fromarray(picture).save(tmp_path / f"{row}.png")
        lines.append(f"{row}.png,{'half' if row % 2 else 'whole'}")
    (tmp_path / "5.png").write_bytes(b"no image")
    (tmp_path / "rows.csv").write_text("file,kind\n" + "\n".join(lines), encoding="utf-8")
    (tmp_path / "raw.csv").write_text("file\n3.png\n4.png\n", encoding="utf-8")
    told: list[str] = []
    text = HEAD + IMAGES + TRAIN.format(loss=CLASSES, epochs=12, rate=0.05)
    (tmp_path / "it.yaml").write_text(text, encoding="utf-8")
    loaded = yamlnet.load(tmp_path / "it.yaml")
    run = pipeline.train(
        loaded,
        out=tmp_path / "run",
        progress="none",
        tell=lambda found: told.extend(d.message for d in found),
    )
    assert [message for message in told if message.startswith("1 row is left out of train: row 6 of column")]
    kept = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))["skipped"]
    assert kept["train"]["rows"] == 1
    assert run.history["loss"][-1] < 0.3
    assert [row["kind.class"] for row in predicted(tmp_path, "raw.csv", backend)] == ["half", "whole"]
    (tmp_path / "it.yaml").write_text(
        text.replace("on_error:", "stream: true\n  on_error:"), encoding="utf-8"
    )
    assert "needed" not in capsys.readouterr().err
    again = yamlnet.load(tmp_path / "it.yaml").train(out=tmp_path / "again")
    assert (
        "files are decoded when they are needed; to hold them in memory: stream: false"
        in capsys.readouterr().err
    )
    assert again.history == run.history
    if backend != "jax":
        return
    for command in (["evaluate", "--on", "train"], ["predict"], ["export", "keras"]):
        said = CliRunner().invoke(main, [command[0], str(tmp_path / "run"), *command[1:]])
        assert said.exit_code == 0, said.output
        assert 'warning: 1 row is left out of train: row 6 of column "file"' in said.stderr
    again = yamlnet.open_export(tmp_path / "run" / "export" / "model.keras")
    assert again.predict(read_rows(tmp_path / "raw.csv"))["kind"].argmax(axis=1).tolist() == [0, 1]


def test_sounds(tmp_path: Path, backend: str) -> None:
    lines = []
    for row in range(16):
        rate, hertz = (8000, 16_000)[row % 3 == 0], (300, 2000)[row % 2]
        samples = 0.5 * np.sin(2 * np.pi * hertz * np.arange(rate // (3 + row % 3)) / rate)
        soundfile.write(tmp_path / f"{row}.wav", samples, rate)
        lines.append(f"{row}.wav,{('low', 'high')[row % 2]}")
    (tmp_path / "rows.csv").write_text("file,kind\n" + "\n".join(lines), encoding="utf-8")
    run = trained(tmp_path, SOUNDS, CLASSES, epochs=10, rate=0.01)
    assert run.history["loss"][-1] < 0.3
    found = predicted(tmp_path, "rows.csv", backend)
    assert [row["kind.class"] for row in found] == ["low", "high"] * 8


def test_series(tmp_path: Path, backend: str) -> None:
    values = np.sin(np.arange(80) / 3) * 5 + 20
    (tmp_path / "rows.csv").write_text("load\n" + "\n".join(map(str, values)), encoding="utf-8")
    (tmp_path / "raw.csv").write_text("load\n" + "\n".join(map(str, values[:10])), encoding="utf-8")
    run = trained(tmp_path, SERIES, "MeanSquaredError: {}", epochs=60)
    assert run.metrics["test"]["loss"] < 0.02  # a sine is linear in its own past
    found = predicted(tmp_path, "raw.csv", backend)
    assert len(found) == 5  # 10 rows, of which the first 5 have no window of 6 behind them
    assert float(found[0]["next.0"]) == pytest.approx(values[6], abs=0.8)
    assert yamlnet.evaluate(run)["data.next.mae"] < 0.8
