"""Thousands of blueprints with one mistake each: how many are refused, and on which line.

Every file of the gallery and of `tests/blueprints/ok` is changed in thirteen ways, seeded; `tests/mutants`
says how a mutant is made, who knows that it is a mistake, and what its line is. Printed and kept: for each
kind of change how many were refused, how many of those are told on the line of the change or of its direct
use (`exact`), or at least by a note that is shown (`noted`: a mistake of shape names both layers, a value its
parameter), how many by the first problem already, how many on the very line of the change, and how many
problems one mistake makes.

    python benchmarks/mutations.py
    python benchmarks/mutations.py "vision/resnet.yaml rename-key 17"   # one of them, with its answer
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from measure import RESULTS, ROOT, machine, versions

sys.path.insert(0, str(ROOT / "tests"))
from mutants.sample import OF_SHAPE, mutant, mutants, originals
from mutants.trial import Trial, Workbench, inferred

NUMBERS = 10
"""How many mutants are made of each file and kind; those that turn out alike count once."""

SHAPE_NUMBERS = 3
"""The same for mistakes of shape, whose trial takes Keras."""

COLUMNS = (
    "mutants", "refused", "exact", "noted", "first", "on_line", "problems", "accepted", "missed", "false",
    "crashed",
)  # fmt: skip


def measure(numbers: int, shape_numbers: int) -> list[Trial]:
    """Try every mutant with a number below the one given for its kind."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["YAMLNET_CACHE"] = f"{folder}/cache"
        bench = Workbench(Path(folder) / "files", ROOT)
        tried = [bench.try_out(one) for one in mutants(range(numbers))]
        shapes = Workbench(Path(folder) / "shapes", ROOT, inferred)
        return tried + [shapes.try_out(one) for one in mutants(range(shape_numbers), OF_SHAPE)]


def table(trials: Iterable[Trial]) -> dict[str, dict[str, float]]:
    """The figures of each kind, and of all."""
    kinds: dict[str, list[Trial]] = {"all": []}
    for trial in trials:
        kinds.setdefault(trial.mutant.kind, []).append(trial)
        kinds["all"].append(trial)
    return {kind: _row(found) for kind, found in kinds.items()}


def _row(trials: list[Trial]) -> dict[str, float]:
    refused = [trial for trial in trials if trial.answer == "refused"]
    return {
        "mutants": len(trials),
        "refused": len(refused),
        "exact": _share(sum(trial.exact for trial in refused), refused),
        "noted": _share(sum(trial.located for trial in refused), refused),
        "first": _share(sum(trial.first for trial in refused), refused),
        "on_line": _share(sum(trial.on_line for trial in refused), refused),
        "problems": _share(sum(len(trial.problems) for trial in refused), refused),
        "accepted": sum(trial.answer == "accepted" for trial in trials),
        "missed": sum(trial.missed for trial in trials),
        "false": sum(trial.false for trial in trials),
        "crashed": sum(trial.answer == "crashed" for trial in trials),
    }


def _share(count: int, whole: list[Trial]) -> float:
    return round(count / len(whole), 4) if whole else 1.0


def show(rows: Mapping[str, Mapping[str, float]]) -> None:
    """Print the table."""
    print(f"{'':18}{''.join(f'{column:>10}' for column in COLUMNS)}")
    for kind, row in rows.items():
        print(f"{kind:18}{''.join(f'{row[column]:>10g}' for column in COLUMNS)}")


def write(rows: Mapping[str, Mapping[str, float]], trials: list[Trial], seconds: float) -> Path:
    """Keep the table, and the id of each mutant that was not as it should be."""
    document = {
        "benchmark": "mutations",
        "taken": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": versions(),
        "files": len(originals()),
        "seconds": round(seconds, 1),
        "worst": max(len(trial.problems) for trial in trials),
        "rows": rows,
        "by_note": [trial.mutant.id for trial in trials if trial.located and not trial.exact],
        "elsewhere": [trial.mutant.id for trial in trials if trial.answer == "refused" and not trial.located],
        "missed": [trial.mutant.id for trial in trials if trial.missed],
        "false": [trial.mutant.id for trial in trials if trial.false],
        "crashed": [trial.mutant.id for trial in trials if trial.answer == "crashed"],
    }
    path = RESULTS / "mutations.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path


def show_one(name: str) -> None:
    """Print what is changed in one mutant, and what is said of it."""
    found = mutant(name)
    if found is None:
        raise SystemExit(f"this file allows no such change: {name}")
    with tempfile.TemporaryDirectory() as folder:
        examine = inferred if found.kind in OF_SHAPE else None
        trial = Workbench(Path(folder) / "files", ROOT, examine).try_out(found)
    print(
        f"{found.id}: {found.what}\nlines {sorted(found.lines)}; {trial.verdict}, {trial.answer}{trial.crash}"
    )
    for problem in trial.problems:
        print(f"{problem.span.line}:{problem.span.column}: {problem.message} [{problem.check}]")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("id", nargs="?", help="one mutant: FILE KIND NUMBER")
    parser.add_argument("--numbers", type=int, default=NUMBERS)
    parser.add_argument("--shape-numbers", type=int, default=SHAPE_NUMBERS)
    asked = parser.parse_args()
    if asked.id:
        show_one(asked.id)
    else:
        start = time.perf_counter()
        tried = measure(asked.numbers, asked.shape_numbers)
        figures = table(tried)
        show(figures)
        print(f"written: {write(figures, tried, time.perf_counter() - start).relative_to(ROOT)}")
