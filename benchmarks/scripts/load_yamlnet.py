"""Three epochs of yamlnet's batches over one kind of data; prints the seconds of all and of the last."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas  # noqa: F401  # imports are not counted; pyarrow imports this one where it is installed
import PIL.ImageOps  # noqa: F401
import pyarrow.compute
import pyarrow.csv  # noqa: F401
import tokenizers  # noqa: F401

import yamlnet
from yamlnet.data.dataset import load
from yamlnet.data.facts import input_shapes

BATCH = 128
DATA = {
    "csv": """
  train: {Csv: rows.csv}
  inputs:
    x: {columns: [a, b, c, d], normalize: standard}
    kind: {columns: [colour, cut], encode: one-hot}
  targets: {y: {column: y}}
""",
    "images": """
  train: {ImageFolder: images}
  inputs: {x: {column: image, resize: [64, 64], channels: 3, scale: "${1 / 255}"}}
  targets: {y: {column: label, encode: index}}
""",
    "texts": """
  train: {Csv: texts.csv}
  inputs: {x: {column: text, tokenize: {as: words, size: 5000, length: 64}}}
  targets: {y: {column: y}}
""",
}
MODEL = {
    "csv": """
  inputs: {x: [4], kind: [17]}
  layers: [Concatenate: {from: [x, kind]}, Dense: {units: 1, as: y}]
""",
    "images": """
  inputs: {x: [64, 64, 3]}
  layers: [Flatten, Dense: {units: 2, as: y}]
""",
    "texts": """
  inputs: {x: {shape: [64], dtype: int32}}
  layers: [Embedding: {input_dim: 5000, output_dim: 8}, Flatten, Dense: {units: 2, as: y}]
""",
}


def main(kind: str) -> None:
    """Load and run the epochs."""
    text = f"yamlnet: 1\nmodel:{MODEL[kind]}  outputs: y\ndata:{DATA[kind]}  batch_size: {BATCH}\n"
    path = Path(f"{kind}.yaml")
    path.write_text(text, encoding="utf-8")
    plan = yamlnet.load(path).plan
    assert plan.data is not None
    with tempfile.TemporaryDirectory() as cache:  # a cache from before would be no reading
        os.environ["YAMLNET_CACHE"] = cache
        start = time.perf_counter()
        data = load(plan.data, Path(), plan.seed, input_shapes(plan))
        for epoch in range(3):
            begun, rows, total = time.perf_counter(), 0, 0.0
            for batch in data.train.batches(BATCH, 0, epoch):
                rows += batch.rows
                total += float(np.sum(batch.inputs["x"][0]))
        ended = time.perf_counter()
    print(json.dumps({"all": ended - start, "last": ended - begun, "rows": rows, "sum": total}))


if __name__ == "__main__":
    main(sys.argv[1])
