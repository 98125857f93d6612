"""Chains of 1,000 to 10,000 layers, each written out in the file: how validating and building grow.

Beside each length stands the shortest one, times the number of times it is longer: a ratio of 1 is growth in
proportion. (Keras's own functional API stops at about a thousand layers with a RecursionError.)
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from measure import Row, installed_backends, process, write

LENGTHS = (1_000, 2_000, 5_000, 10_000)


def blueprint(length: int) -> str:
    """A chain of `length` small Dense layers, one entry each."""
    head = "yamlnet: 1\nname: chain\nmodel:\n  inputs: {features: [4]}\n  layers:\n"
    return head + "".join("    - Dense: {units: 4, activation: relu}\n" for _ in range(length))


def measure(backend: str, repeats: int) -> list[Row]:
    """Validate and build each length in fresh processes, the lengths taking turns."""
    seconds: dict[str, dict[int, list[float]]] = {
        stage: {length: [] for length in LENGTHS} for stage in ("validate", "build")
    }
    script = Path(__file__).parent / "scripts" / "chain.py"
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            for length in LENGTHS:
                path = Path(folder) / f"chain-{length}.yaml"
                path.write_text(blueprint(length), encoding="utf-8")
                _, printed = process([sys.executable, str(script), str(path)], backend=backend)
                taken = json.loads(printed.splitlines()[-1])
                for stage, lengths in seconds.items():
                    lengths[length].append(taken[stage])
    return [_row(stage, length, lengths) for stage, lengths in seconds.items() for length in LENGTHS[1:]]


def _row(stage: str, length: int, lengths: dict[int, list[float]]) -> Row:
    times = length // LENGTHS[0]
    shortest = [taken * times for taken in lengths[LENGTHS[0]]]
    return Row(f"{stage} {length:,} layers", lengths[length], shortest, f"{times} × {LENGTHS[0]:,} layers")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--backend", default="jax", choices=installed_backends())
    asked = parser.parse_args()
    write("deep_chain", measure(asked.backend, asked.repeats), {"backend": asked.backend})
