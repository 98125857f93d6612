"""How the benchmarks measure: two things side by side, in turn, in the same set-up; medians and their ratio.

Seconds mean little on a machine that others share, so nothing here asserts on them. What is kept is the
ratio of medians over repetitions in which the two took turns, beside the raw seconds, the versions and the
machine, in `benchmarks/results/<name>.json`. README's tables are made from those files.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"

BACKENDS = {"jax": "jax", "tensorflow": "tensorflow_cpu", "torch": "torch"}
PACKAGES = ("yamlnet", "keras", "jax", "tensorflow", "tensorflow-cpu", "torch", "numpy")

Timer = Callable[[], float]
"""Does the work once and returns how long it took, in seconds."""


@dataclass(frozen=True)
class Row:
    """One comparison: raw seconds of both sides, in the order in which they were taken."""

    what: str
    ours: list[float]
    beside: list[float]
    beside_what: str

    @property
    def ratio(self) -> float:
        """Median of ours over median of what ran beside it; below 1, ours is faster."""
        return median(self.ours) / median(self.beside)


def take_turns(ours: Timer, beside: Timer, repeats: int) -> tuple[list[float], list[float]]:
    """Time both `repeats` times, in turn; who goes first alternates, so that drift favours neither.

    One unmeasured run of each goes first: it fills the file system's cache and writes the bytecode.
    """
    ours(), beside()
    seconds: dict[Timer, list[float]] = {ours: [], beside: []}
    for repeat in range(repeats):
        pair = (ours, beside) if repeat % 2 == 0 else (beside, ours)
        for timer in pair:
            seconds[timer].append(timer())
    return seconds[ours], seconds[beside]


def process(
    command: Sequence[str], expected: int = 0, backend: str | None = None, cwd: Path = ROOT
) -> tuple[float, str]:
    """Run a fresh process to its end; return its wall time in seconds and what it printed on stdout.

    Raises:
        RuntimeError: it ended with another status than `expected`: there is nothing to time.
    """
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=cwd, env=environment(backend), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    seconds = time.perf_counter() - start
    if done.returncode != expected:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr[-4000:]}")
    return seconds, done.stdout


def environment(backend: str | None) -> dict[str, str]:
    """The same environment for both sides: the backend, on the CPU unless CUDA_VISIBLE_DEVICES is set."""
    given = {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", **os.environ}
    given.pop("KERAS_BACKEND", None)
    given.pop("PYTHONDONTWRITEBYTECODE", None)  # or our modules are compiled anew each time, unlike packages
    return {**given, "KERAS_BACKEND": backend} if backend else given


def installed_backends() -> list[str]:
    """The backends that can be measured here."""
    from importlib.util import find_spec

    return [name for name in BACKENDS if find_spec(name) is not None]


def machine() -> dict[str, object]:
    """What the numbers were taken on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def versions() -> dict[str, str]:
    """The versions of what took part."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def write(name: str, rows: Sequence[Row], notes: Mapping[str, object] | None = None) -> Path:
    """Write one benchmark's results, print them, and return the file."""
    document = {
        "benchmark": name,
        "taken": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": versions(),
        **(notes or {}),
        "rows": [{**_rounded(row), "ratio": round(row.ratio, 3)} for row in rows],
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    for row in rows:
        report(row)
    print(f"\nwritten: {path.relative_to(ROOT)}; now: python benchmarks/readme.py")
    return path


def report(row: Row) -> None:
    """Print one comparison."""
    print(
        f"{row.what}: {median(row.ours):.3f} s, {row.beside_what}: {median(row.beside):.3f} s,"
        f" ratio {row.ratio:.2f} (medians of {len(row.ours)})",
        file=sys.stdout,
        flush=True,
    )


def _rounded(row: Row) -> dict[str, object]:
    numbers = {
        name: [round(seconds, 4) for seconds in value] if isinstance(value, list) else value
        for name, value in asdict(row).items()
    }
    medians = {"ours_median": round(median(row.ours), 4), "beside_median": round(median(row.beside), 4)}
    return {**numbers, **medians}
