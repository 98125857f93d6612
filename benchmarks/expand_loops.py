"""Nested loops and blocks that make 10,000 to 100,000 layers out of fifteen lines: how expanding grows.

Beside each size stands the smallest one, times the number of times it is larger: a ratio of 1 is growth in
proportion. No backend is needed: this is all that `yamlnet validate` does after its imports.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from measure import Row, process, write

SIZES = (10_000, 20_000, 50_000, 100_000)

BLUEPRINT = """\
yamlnet: 1
name: loops
blocks:
  unit:
    params: {{units: null}}
    layers:
      - Dense: {{units: "${{units}}", kernel_initializer: {{HeNormal: {{seed: "${{units}}"}}}}}}
      - LayerNormalization
      - Activation: relu
      - Add: {{from: [input, _]}}
model:
  inputs: {{x: [4]}}
  layers:
    - layers:
        - unit: {{units: "${{4 + turn % 2}}", for: {{turn: 20}}}}
        - Dense: {{units: 4, if: "${{stage % 2 == 0}}", for: 20}}
        - Dropout: {{rate: "${{0.5 / (1 + step)}}", for: {{step: 10}}}}
      for: {{stage: {stages}}}
"""
"""Each stage makes 100 layers on average: 80 in blocks, 20 in every second stage, 10 in a loop."""


def measure(repeats: int) -> list[Row]:
    """Load each size in fresh processes, the sizes taking turns."""
    seconds: dict[int, list[float]] = {size: [] for size in SIZES}
    script = Path(__file__).parent / "scripts" / "load.py"
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            for size in SIZES:
                path = Path(folder) / f"loops-{size}.yaml"
                path.write_text(BLUEPRINT.format(stages=size // 100), encoding="utf-8")
                _, printed = process([sys.executable, str(script), str(path)])
                found = json.loads(printed.splitlines()[-1])
                assert found["layers"] == size, found
                seconds[size].append(found["seconds"])
    return [_row(size, seconds) for size in SIZES[1:]]


def _row(size: int, seconds: dict[int, list[float]]) -> Row:
    times = size // SIZES[0]
    smallest = [taken * times for taken in seconds[SIZES[0]]]
    return Row(f"expand {size:,} layers", seconds[size], smallest, f"{times} × {SIZES[0]:,} layers")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    write("expand_loops", measure(parser.parse_args().repeats))
