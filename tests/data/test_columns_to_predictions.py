"""From raw columns to predictions: trained, kept, and applied again to a raw file in a fresh process."""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import yamlnet

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

BLUEPRINT = """yamlnet: 1
model:
  inputs:
    size: [2]
    when: [3]
    kind: {shape: [], dtype: int32}
    tags: ["${data.tags.classes}"]
    text: {shape: ["${data.text.length}"], dtype: int32}
  layers:
    - Embedding: {input_dim: "${data.kind.classes}", output_dim: 2, from: kind, as: k}
    - Embedding: {input_dim: "${data.text.vocabulary_size}", output_dim: 3, mask_zero: true, from: text}
    - GlobalAveragePooling1D: {as: t}
    - Concatenate: {from: [size, when, k, tags, t]}
    - Dense: {units: 1, as: good}
data:
  train: {Csv: rows.csv}
  validation: 0.2
  inputs:
    size: {columns: [width, height], missing: median, clip: [0, 90], log: true, normalize: robust}
    when: {column: day, date: {parts: [month, year], cyclic: true}, normalize: standard}
    kind: {column: kind, missing: none, encode: {as: index, unknown: own}}
    tags: {column: tags, encode: {as: multi-hot, separator: "|", unknown: own}}
    text: {column: text, tokenize: {as: words, size: 12, length: 5, start: true}}
  targets: {good: {column: good, encode: binary}}
train: {loss: {BinaryCrossentropy: {from_logits: true}}, epochs: 1}
"""


def rows(count: int) -> str:
    written, chance = io.StringIO(), random.Random(0)
    table = csv.writer(written)
    table.writerow(["width", "height", "day", "kind", "tags", "text", "good"])
    for _ in range(count):
        width = "" if chance.random() < 0.2 else chance.randint(0, 100)
        day = f"20{chance.randint(10, 26)}-{chance.randint(1, 12):02d}-03"
        tags = "|".join(chance.sample(["red", "new", "old"], chance.randint(0, 3)))
        text = " ".join(
            chance.choices(["the", "cat", "dog", "sat", "ran", "well", "by"], k=chance.randint(1, 7))
        )
        kind = chance.choice("abc")
        table.writerow([width, chance.random(), day, kind, tags, text, chance.choice(["yes", "no"])])
    return written.getvalue()


NEW = """width,height,day,kind,tags,text
,0.5,2026-11-25,zzz,red|blue,the unheard of cat sat by the dog
20,-3,2010-01-01,b,,dog
"""


def test_raw_rows_become_what_training_saw(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(rows(60), encoding="utf-8")
    (tmp_path / "new.csv").write_text(NEW, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(BLUEPRINT, encoding="utf-8")
    run = yamlnet.load(tmp_path / "b.yaml").train(out=tmp_path / "run", progress="none")
    kept = json.loads((tmp_path / "run" / "data.json").read_text(encoding="utf-8"))
    assert "tokenizer" in kept["text"][0]["tokenize"]
    expected = run.model.predict(by_hand(kept), verbose=0)
    code = (
        "import sys, yamlnet; run = yamlnet.open_run(sys.argv[1]);"
        "print([float(one) for one in yamlnet.predict(run, sys.argv[2])['good'].reshape(-1)])"
    )
    (tmp_path / "rows.csv").unlink()  # what was learnt is kept with the run
    command = [sys.executable, "-c", code, str(tmp_path / "run"), str(tmp_path / "new.csv")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    np.testing.assert_allclose(found, np.asarray(expected).reshape(-1), rtol=1e-4, atol=1e-5)


def by_hand(kept: dict) -> dict:
    """The tensors of the new rows, worked out from what the run kept."""
    from tokenizers import Tokenizer

    size = []
    for column, learnt in enumerate(kept["size"]):
        raw = [[learnt["missing"]["filling"], 20], [0.5, 0]][column]
        scaled = np.log1p(np.clip(raw, 0, 90))
        size.append((scaled - learnt["normalize"]["shift"]) / learnt["normalize"]["spread"])
    turn = [2 * np.pi * 10 / 12, 0.0]
    when = np.stack([np.sin(turn), np.cos(turn), [2026, 2010]], axis=-1)
    scale = kept["when"][0]["normalize"]
    classes = kept["tags"][0]["encode"]["classes"]
    tags = np.zeros((2, len(classes) + 1))
    tags[0, [0, 1 + classes.index("red")]] = 1
    tokenizer = Tokenizer.from_str(kept["text"][0]["tokenize"]["tokenizer"])
    text = np.zeros((2, 5), dtype="int32")
    text[0] = [2, *tokenizer.encode("the unheard of cat").ids]
    text[1, :2] = [2, *tokenizer.encode("dog").ids]
    return {
        "size": np.stack(size, axis=-1).astype("float32"),
        "when": ((when - scale["shift"]) / scale["spread"]).astype("float32"),
        "kind": np.array([0, 1 + kept["kind"][0]["encode"]["classes"].index("b")], dtype="int32"),
        "tags": tags.astype("float32"),
        "text": text,
    }
