"""Examine many inputs at random and report figures: `python tests/fuzz/campaign.py --inputs 100000 --seed 1`.

The same seed gives the same inputs as long as the seeds (golden files and gallery) do not change. An input
with a defect is kept as a file below `--keep`; the exit code is 1 if there was one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))
from examine import close_the_door, examine
from mutations import KINDS, Seeds


def run(kind: str, seed: int, inputs: int, seconds: float, keep: Path) -> dict[str, object]:
    """Examine inputs of one kind, at most so many and for at most so long."""
    seeds, rng, checks = Seeds(), Random(f"{kind} {seed}"), Counter[str]()
    defects, read, count, slowest, slowest_input = Counter[str](), 0, 0, 0.0, b""
    begin, before = time.monotonic(), 0
    memory = Path("/dev/shm")  # where there is one, a file costs next to nothing
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        for count in range(1, inputs + 1):
            data = KINDS[kind](rng, seeds)
            try:
                verdict = examine(data, Path(folder))
            except Exception as error:
                defects[_kept(data, error, keep)] += 1
                continue
            finally:
                before = before or (_peak() if count >= min(100, inputs) else 0)
            read += verdict.read
            checks.update(set(verdict.checks))
            if verdict.seconds > slowest:
                slowest, slowest_input = verdict.seconds, data
            if time.monotonic() - begin > seconds:
                break
    if slowest > 0.25:
        _keep(keep / "slow", slowest_input)
    return {
        "kind": kind,
        "seed": seed,
        "inputs": count,
        "seconds": round(time.monotonic() - begin, 1),
        "read": read,
        "defects": dict(defects),
        "slowest_ms": round(slowest * 1000),
        "memory_growth_mib": _peak() - before,
        "checks": len(checks),
    }


def _kept(data: bytes, error: Exception, keep: Path) -> str:
    """Keep an input with a defect; its name says where it was raised."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno} {str(error)[:80]}"
    _keep(keep / hashlib.sha256(where.encode()).hexdigest()[:8], data, where)
    return where


def _keep(folder: Path, data: bytes, said: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if len(list(folder.iterdir())) < 6:
        (folder / f"{hashlib.sha256(data).hexdigest()[:12]}.yaml").write_bytes(data)
        (folder / "said.txt").write_text(said)


def _peak() -> int:
    """The most memory that this process has had, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 if sys.platform != "darwin" else 1024 * 1024)


def main() -> None:
    """Run what the command line asks for, and print a line of JSON for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=[*KINDS, "all"], default="all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inputs", type=int, default=1000, help="at most, of each kind")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="at most, for each kind")
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-defects"), help="where inputs with a defect are kept"
    )
    asked = parser.parse_args()
    close_the_door()
    failed = False
    for kind in KINDS if asked.kind == "all" else [asked.kind]:
        found = run(kind, asked.seed, asked.inputs, asked.seconds, asked.keep)
        failed |= bool(found["defects"])
        print(json.dumps(found), flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
