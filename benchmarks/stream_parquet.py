"""Training on a Parquet file larger than memory should hold: how much is resident, and is it flat?

A file of `--gigabytes` (5) is made, 20 features and a target that is a function of them. Two processes are
watched from outside, every half second: one that only runs the loader over an epoch, without a backend, and
one that trains a small model from it, on JAX. Beside the loader a hand-written `torch.utils.data` pipeline
reads the same row groups in shuffled order, standardises and batches them, with one worker. Kept are the rows
a second of both, the largest resident memory, and that of the epoch's first and last quarter.

    python benchmarks/stream_parquet.py --gigabytes 5 --folder /tmp
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean

from measure import RESULTS, ROOT, environment, machine, versions

SCRIPTS = ROOT / "benchmarks" / "scripts"
FEATURES = 20
GROUP = 250_000
BATCH = 4096

BLUEPRINT = f"""\
yamlnet: 1
name: stream
model:
  inputs: {{x: [{FEATURES}]}}
  layers:
    - Dense: {{units: 32, activation: relu}}
    - Dense: {{units: 1, as: y}}
  outputs: y
data:
  train: {{Parquet: rows.parquet}}
  test: 0.01
  inputs: {{x: {{columns: [{", ".join(f"c{index}" for index in range(FEATURES))}], normalize: standard}}}}
  targets: {{y: {{column: y}}}}
  batch_size: {BATCH}
train: {{loss: mse, epochs: 1}}
"""


def make(path: Path, gigabytes: float) -> int:
    """Write the file, a row group at a time; how many rows it has."""
    import numpy as np
    import pyarrow
    from pyarrow import parquet

    rows = int(gigabytes * 1e9 / (4 * (FEATURES + 1)))
    random = np.random.default_rng(0)
    schema = pyarrow.schema(
        [(f"c{index}", pyarrow.float32()) for index in range(FEATURES)] + [("y", pyarrow.float32())]
    )
    with parquet.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for first in range(0, rows, GROUP):
            x = random.standard_normal((FEATURES, min(GROUP, rows - first)), dtype=np.float32)
            y = x[0] - 2 * x[1] + np.abs(x[2])
            writer.write_table(
                pyarrow.Table.from_arrays([*map(pyarrow.array, x), pyarrow.array(y)], schema=schema)
            )
    return rows


def watched(command: list[str], folder: Path) -> dict[str, object]:
    """Run a process and look at its resident memory (MB) until it ends; it says how long its epoch took."""
    start = time.perf_counter()
    running = subprocess.Popen(command, cwd=folder, env=environment("jax"), stdout=subprocess.PIPE, text=True)
    seen: list[tuple[float, float]] = []
    while running.poll() is None:
        seen.append((time.perf_counter() - start, _resident(running.pid)))
        time.sleep(0.5)
    told = running.stdout.read() if running.stdout else ""
    if running.returncode:
        raise RuntimeError(f"{command} ended with {running.returncode}: {told[-2000:]}")
    last = told.strip().splitlines()[-1] if told.strip() else "{}"
    epoch = json.loads(last) if last.startswith("{") else {}
    began = seen[-1][0] - float(epoch.get("seconds", seen[-1][0]))
    during = [memory for at, memory in seen if at >= began and memory]  # 0 once it has ended
    quarter = max(len(during) // 4, 1)
    return {
        **epoch,
        "process_seconds": round(seen[-1][0], 1),
        "peak_mb": round(max(memory for _, memory in seen)),
        "first_quarter_mb": round(mean(during[:quarter])),
        "last_quarter_mb": round(mean(during[-quarter:])),
    }


def _resident(process: int) -> float:
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    found = [line for line in text.splitlines() if line.startswith("VmRSS")]
    return int(found[0].split()[1]) / 1000 if found else 0.0


def main() -> None:
    """Make the file, watch each process, and keep what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=5)
    parser.add_argument("--folder", default=None, help="where the file is made")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        os.environ["YAMLNET_CACHE"] = str(folder / "cache")
        rows = make(folder / "rows.parquet", asked.gigabytes)
        size = (folder / "rows.parquet").stat().st_size
        (folder / "stream.yaml").write_text(BLUEPRINT, encoding="utf-8")
        print(f"{rows:,} rows, {size / 1e9:.2f} GB", flush=True)
        found: dict[str, object] = {"rows": rows, "file_gb": round(size / 1e9, 2)}
        train = [sys.executable, "-m", "yamlnet", "train", "stream.yaml", "--out", "run", "--quiet"]
        for what, command in (
            ("loader", [sys.executable, str(SCRIPTS / "stream_yamlnet.py")]),
            ("torch", [sys.executable, str(SCRIPTS / "stream_torch.py"), str(FEATURES), str(BATCH)]),
            ("training", train),
        ):
            found[what] = watched(command, folder)
            print(what, found[what], flush=True)
        found["test"] = json.loads((folder / "run" / "metrics.json").read_text())["test"]
    found["ratio"] = round(found["torch"]["seconds"] / found["loader"]["seconds"], 3)  # type: ignore[index]
    document = {
        "benchmark": "stream_parquet",
        "taken": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": versions(),
        **found,
    }
    (RESULTS / "stream_parquet.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(f"the loader over torch.utils.data: {found['ratio']} times its rows a second")


if __name__ == "__main__":
    main()
