"""Folders of images, sounds and texts, and a corpus: trained from as they lie, predicted from as they are."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import yamlnet

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

IMAGES = """\
yamlnet: 1
name: images
model:
  inputs: {x: [16, 16, 3]}
  layers:
    - Flatten
    - Dense: {units: 2, activation: softmax, as: kind}
  outputs: kind
data:
  train: {ImageFolder: images}
  validation: 0.25
  inputs: {x: {column: image, resize: [16, 16], channels: 3, scale: "${1 / 255}"}}
  targets: {kind: {column: label, encode: index}}
  batch_size: 8
train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  epochs: 80
  optimizer: {Adam: {learning_rate: 0.01}}
"""
SOUNDS = """\
yamlnet: 1
name: sounds
model:
  inputs: {x: [800]}
  layers:
    - Reshape: [800, 1]
    - STFTSpectrogram: {mode: log, frame_length: 128, frame_step: 64, fft_length: 128}
    - GlobalAveragePooling1D
    - LayerNormalization
    - Dense: {units: 2, activation: softmax, as: kind}
  outputs: kind
data:
  train: {AudioFolder: sounds}
  validation: 0.25
  inputs: {x: {column: audio, resample: 8000, seconds: 0.1}}
  targets: {kind: {column: label, encode: index}}
  batch_size: 8
train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  epochs: 40
  optimizer: {Adam: {learning_rate: 0.05}}
"""
TEXTS = """\
yamlnet: 1
name: texts
model:
  inputs: {x: {shape: [8], dtype: int32}}
  layers:
    - Embedding: {input_dim: "${data.x.vocabulary_size}", output_dim: 8, mask_zero: true}
    - GlobalAveragePooling1D
    - Dense: {units: 2, activation: softmax, as: kind}
  outputs: kind
data:
  train: {TextFolder: texts}
  validation: 0.25
  inputs: {x: {column: text, tokenize: {as: words, length: 8}}}
  targets: {kind: {column: label, encode: index}}
  batch_size: 8
train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  epochs: 60
  optimizer: {Adam: {learning_rate: 0.05}}
"""
CORPUS = """\
yamlnet: 1
name: corpus
model:
  inputs: {x: {shape: [6], dtype: int32}}
  layers:
    - Embedding: {input_dim: "${data.x.vocabulary_size}", output_dim: 16}
    - GRU: {units: 16, return_sequences: true}
    - Dense: {units: "${data.x.vocabulary_size}", as: next}
  outputs: next
data:
  train: {TextFile: {path: corpus.txt, by: whole}}
  validation: 0.2
  inputs: {x: {column: text, tokenize: characters, window: {length: 6, stride: 3}}}
  targets: {next: {column: text, tokenize: {like: x}, window: {length: 6, stride: 3}, shift: 1}}
train:
  loss: {SparseCategoricalCrossentropy: {from_logits: true}}
  metrics: [accuracy]
  epochs: 30
  optimizer: {Adam: {learning_rate: 0.02}}
"""


def make(folder: Path) -> None:
    random = np.random.default_rng(0)
    for index in range(32):
        kind = ("dark", "light")[index % 2]
        (folder / "images" / kind).mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 90, (20 + index % 3, 20, 3), dtype=np.uint8) + 150 * (index % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / "images" / kind / f"{index}.png")
        kind = ("high", "low")[index % 2]
        (folder / "sounds" / kind).mkdir(parents=True, exist_ok=True)
        times = np.arange(1600) / 16_000
        pitch = (3000, 300)[index % 2] + random.integers(0, 50)
        write_sound(folder / "sounds" / kind / f"{index}.wav", np.sin(2 * np.pi * pitch * times))
        kind = ("glad", "sad")[index % 2]
        (folder / "texts" / kind).mkdir(parents=True, exist_ok=True)
        word = ("sunshine", "rain")[index % 2]
        (folder / "texts" / kind / f"{index}.txt").write_text(
            f"number {index} brings {word}", encoding="utf-8"
        )
    (folder / "corpus.txt").write_text("abcdefghij klmnop\n" * 40, encoding="utf-8")


def write_sound(path: Path, values: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((values * 20_000).astype("<i2").tobytes())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("folders")
    make(place)
    for name, text in (("images", IMAGES), ("sounds", SOUNDS), ("texts", TEXTS), ("corpus", CORPUS)):
        (place / f"{name}.yaml").write_text(text, encoding="utf-8")
    return place


def predicted(folder: Path, name: str, rows: str) -> list[str]:
    """The classes that a fresh process tells of raw rows."""
    environment = {key: value for key, value in os.environ.items() if key != "KERAS_BACKEND"}
    command = [sys.executable, "-m", "yamlnet", "predict", f"run-{name}", rows, "-o", "told.csv"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = (folder / "told.csv").read_text(encoding="utf-8")
    return [line.split(",")[0] for line in told.splitlines()[1:]]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("images", {"images/light/1.png": "light", "images/dark/0.png": "dark"}),
        ("sounds", {"sounds/low/1.wav": "low", "sounds/high/0.wav": "high"}),
        ("texts", {"texts/sad/1.txt": "sad"}),
    ],
)
def test_a_folder_is_learnt_and_a_raw_file_predicted(folder: Path, name: str, raw: dict[str, str]) -> None:
    run = yamlnet.load(folder / f"{name}.yaml").train(out=folder / f"run-{name}", progress="none")
    assert run.metrics["validation"]["accuracy"] > 0.9
    for file, kind in raw.items():
        assert predicted(folder, name, file) == [kind]
    both = sorted(predicted(folder, name, name))
    assert len(both) == 32


def test_a_corpus_is_learnt_by_characters(folder: Path) -> None:
    run = yamlnet.load(folder / "corpus.yaml").train(out=folder / "run-corpus", progress="none")
    assert run.metrics["validation"]["accuracy"] > 0.8, "each letter but the first of a window says the next"
