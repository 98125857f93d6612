"""Train the gallery on real data, each blueprint in a process of its own, beside what others reach.

    python benchmarks/gallery.py                            which entries there are, and how they stand
    python benchmarks/gallery.py --data FOLDER --only fashion/mlp sentiment/lstm
    python benchmarks/gallery.py --data FOLDER --all        everything that was not run yet, or is stale
    python benchmarks/gallery.py --data FOLDER --quick      every variant `quick`, for a look; nothing is kept

What an entry is stands in `learning/entry.py`; the entries are in `learning/`, a module for each field.
FOLDER holds the files that the entries name; those that a package holds are made by `learning/files.py`.
Run folders stay in `runs/gallery` (`--runs`): an entry that was trained there is measured, not trained again.
What an entry shows of its run is written to `blueprints/pictures`.
Each result is written into `benchmarks/gallery.json` as soon as it is there, so that the whole may be run
over days. Seconds of the processor are what a training took, on whatever machine; seconds of the clock are
not, where others work on it: its load stands beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from learning.entry import ROOT, Entry, Trained, folder_name, picture_of, rows_of
from learning.listed import BY_NAME, ENTRIES
from measure import environment, machine, process, versions

RESULTS = ROOT / "benchmarks" / "gallery.json"
MEASURE = ROOT / "benchmarks" / "scripts" / "measure_run.py"


@dataclass(frozen=True)
class Taken:
    """What a process took: seconds of the clock, of the processor, and the machine's load meanwhile."""

    wall: float
    processor: float
    load: float


def recorded() -> dict[str, dict[str, object]]:
    """The results so far, by entry."""
    if not RESULTS.is_file():
        return {}
    found: dict[str, dict[str, object]] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def record(name: str, result: dict[str, object]) -> None:
    """Keep one result; those of other entries, which another process may have written meanwhile, stay."""
    results = {**recorded(), name: result}
    part = RESULTS.with_suffix(".part")
    part.write_text(json.dumps(dict(sorted(results.items())), indent=2) + "\n", encoding="utf-8")
    part.replace(RESULTS)


def state(entry: Entry, results: dict[str, dict[str, object]]) -> str:
    """How an entry stands."""
    result = results.get(entry.blueprint)
    if result is None:
        return "not run"
    if result["digest"] != entry.digest():
        return "stale: its blueprint has changed since"
    told = f"{entry.metric} {result['result']}"
    return told if result["reached"] else f"{told}, which misses the bar of {entry.bar}"


def command(entry: Entry, data: Path) -> list[str]:
    """The command line that trains an entry, but for its run folder."""
    sets = [word for value in entry.sets(data) for word in ("--set", value)]
    return ["yamlnet", "train", entry.path, "--backend", entry.backend, *sets]


def train(entry: Entry, data: Path, out: Path) -> Taken:
    """Train an entry in a process of its own; what it prints is shown.

    Raises:
        CalledProcessError: it failed.
    """
    words = [sys.executable, "-m", *command(entry, data), "--out", str(out)]
    calm = {**environment(entry.backend), "OMP_WAIT_POLICY": "PASSIVE"}  # threads that wait take no time
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, cwd=ROOT, env=calm, check=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall, processor, os.getloadavg()[1])


def trained(entry: Entry, data: Path, runs: Path) -> tuple[Path, Taken]:
    """The run folder of an entry, trained now unless it lies there already, and what its training took."""
    out = runs / folder_name(entry.blueprint)
    told = out.with_suffix(".json")
    digest = entry.digest()  # before: who edits the blueprint meanwhile has a stale result
    if told.is_file() and out.is_dir():
        known = json.loads(told.read_text(encoding="utf-8"))
        if known["digest"] == digest:
            return out, Taken(**known["taken"])
    if out.is_dir():
        shutil.rmtree(out)
    runs.mkdir(parents=True, exist_ok=True)
    taken = train(entry, data, out)
    told.write_text(json.dumps({"digest": digest, "taken": asdict(taken)}), encoding="utf-8")
    return out, taken


def run(entry: Entry, data: Path, runs: Path) -> dict[str, object]:
    """Train an entry, measure it, and run what it is held against."""
    digest = entry.digest()
    out, taken = trained(entry, data, runs)
    words = [sys.executable, str(MEASURE), str(out), entry.part]
    measured = json.loads(process(words, backend=entry.backend)[1].splitlines()[-1])
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    epochs = len((out / "history.csv").read_text(encoding="utf-8").splitlines()) - 1
    study = Trained(out, lambda: rows_of(entry, data), runs)
    figures = {**measured["metrics"], **(entry.figures(study) if entry.figures else {})}
    value = figures[entry.metric]
    beside = {
        **(entry.beside(study.rows()) if entry.beside else {}),
        **(entry.run_beside(study) if entry.run_beside else {}),
    }
    if entry.picture:
        picture_of(entry.blueprint).write_bytes(entry.picture(study))
    return {
        "result": round(value, 4),
        "metric": entry.metric,
        "part": entry.part,
        "bar": entry.bar,
        "reached": entry.reached(figures),
        "figures": {name: round(figure, 4) for name, figure in figures.items()},
        "beside": {name: round(reached, 4) for name, reached in beside.items()},
        "parameters": measured["parameters"],
        "epochs": epochs,
        "processor_seconds": round(taken.processor, 1),
        "wall_seconds": round(taken.wall, 1),
        "load": round(taken.load, 1),
        "threads": os.environ.get("OMP_NUM_THREADS", "all"),
        "command": " ".join(command(entry, Path("FOLDER"))),
        "seed": manifest["seed"],
        "digest": digest,
        "taken": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": versions(),
    }


def quick(entry: Entry, data: Path) -> None:
    """Train an entry's variant `quick`, and keep nothing."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"{entry.blueprint.partition(':')[0]}:quick"
        train(Entry(**{**vars(entry), "blueprint": name}), data, Path(folder) / "run")


def chosen(only: list[str], everything: bool) -> list[Entry]:
    """The entries that are asked for: by name, or all that have no result that holds."""
    if only:
        return [BY_NAME[name] for name in only]
    results = recorded()
    waiting = [entry for entry in ENTRIES if results.get(entry.blueprint, {}).get("digest") != entry.digest()]
    return waiting if everything else []


def main() -> None:
    """Run what is asked for, or tell how all entries stand."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder of the entries' files")
    parser.add_argument("--runs", type=Path, default=Path("runs/gallery"), help="the folder of run folders")
    parser.add_argument("--only", nargs="+", default=[], choices=sorted(BY_NAME), metavar="NAME")
    parser.add_argument("--all", action="store_true", help="all that were not run yet, or are stale")
    parser.add_argument("--quick", action="store_true", help="the variants `quick`; nothing is kept")
    asked = parser.parse_args()
    data = asked.data.resolve()
    if asked.quick:
        for entry in [BY_NAME[name] for name in asked.only] or ENTRIES:
            quick(entry, data)
        return
    for entry in chosen(asked.only, asked.all):
        record(entry.blueprint, run(entry, data, asked.runs.resolve()))
    results = recorded()
    for entry in ENTRIES:
        print(f"{entry.blueprint}: {state(entry, results)}")


if __name__ == "__main__":
    main()
