"""How well the gallery's agents do on CartPole with several seeds: trained, then 100 episodes without chance.

    python benchmarks/reinforcement.py                     ppo and dqn with five seeds each
    python benchmarks/reinforcement.py reinforce --seeds 1 2 3

Results are added to `benchmarks/results/reinforcement.json`, one entry a run: its return (mean and
deviation), the steps that were taken in the environment, the CPU seconds of the whole command, and a hash of
the blueprint. `learning/agents.py` reads them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from learning.agents import SEEDS as RESULTS
from learning.agents import SOLVED
from learning.entry import ROOT, digest


def main() -> None:
    """Train what was asked for, and keep what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("blueprints", nargs="*", default=["ppo", "dqn"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--backend", default="jax")
    asked = parser.parse_args()
    for name in asked.blueprints:
        for seed in asked.seeds:
            keep(trained(name, seed, asked.backend))


def trained(name: str, seed: int, backend: str) -> dict[str, Any]:
    """What one run of a blueprint says of itself."""
    now = digest(f"reinforcement/{name}", (), backend)
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        blueprint = ROOT / "blueprints" / "reinforcement" / f"{name}.yaml"
        command = [sys.executable, "-m", "yamlnet", "train", str(blueprint), "--quiet", "--backend", backend]
        command += ["--out", str(run), "--set", f"train.seed={seed}"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        test = json.loads((run / "metrics.json").read_text())["test"]
        history = list(csv.DictReader((run / "history.csv").open()))
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "blueprint": name,
        "backend": backend,
        "seed": seed,
        "digest": now,
        "return": round(test["return"], 2),
        "deviation": round(test["return_deviation"], 2),
        "environment_steps": round(float(history[-1]["environment_steps"])),
        "cpu_seconds": round(seconds, 1),
    }


def keep(found: dict[str, Any]) -> None:
    """Put a result in the place of an older one of the same run."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    of = ("blueprint", "backend", "seed")
    others = [one for one in known if [one[key] for key in of] != [found[key] for key in of]]
    results = sorted([*others, found], key=lambda one: [str(one[key]) for key in of])
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    same = [
        one for one in results if (one["blueprint"], one["backend"]) == (found["blueprint"], found["backend"])
    ]
    enough = SOLVED["CartPole"]
    solved = sum(one["return"] >= enough for one in same)
    print(found, f"{solved} of {len(same)} at {enough:.0f} or more", flush=True)


if __name__ == "__main__":
    main()
