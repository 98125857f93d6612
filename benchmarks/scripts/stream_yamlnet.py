"""One epoch of yamlnet's loader over the data of stream.yaml, without a backend."""

from __future__ import annotations

import json
import time
from pathlib import Path

import yamlnet
from yamlnet.data.dataset import load
from yamlnet.data.facts import input_shapes

plan = yamlnet.load("stream.yaml").plan
assert plan.data is not None
before = time.perf_counter()
data = load(plan.data, Path(), plan.seed, input_shapes(plan))
start = time.perf_counter()
rows = sum(batch.rows for batch in data.train.batches(plan.data.batch_size, 0, 0))
seconds = time.perf_counter() - start
told = {
    "rows": rows,
    "preparing_seconds": round(start - before, 1),
    "seconds": round(seconds, 2),
    "rows_a_second": round(rows / seconds),
}
print(json.dumps(told))
