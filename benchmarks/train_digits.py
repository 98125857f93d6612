"""`yamlnet train blueprints/digits.yaml`, beside a hand-written Keras script that does the same work.

Both are whole processes, from the shell's point of view: imports, data, compilation, training, evaluation,
the saved model. Ours also writes the run folder (learning curves, manifest, resolved blueprint) and checks
the model it saved. The test accuracy of both is kept, so that a fast run that learnt nothing shows.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from measure import ROOT, Row, installed_backends, process, report, take_turns, write

SCRIPT = ROOT / "benchmarks" / "scripts" / "digits_keras.py"
BLUEPRINT = ROOT / "blueprints" / "digits.yaml"


class Sides:
    """The two processes of one backend, each run into a fresh folder, and what they learnt."""

    def __init__(self, backend: str, folder: Path) -> None:
        self.backend = backend
        self.folder = folder
        self.runs = 0
        self.accuracy: dict[str, list[float]] = {"ours": [], "beside": []}

    def ours(self) -> float:
        """One `yamlnet train`."""
        out = self._fresh()
        command = [sys.executable, "-m", "yamlnet", "train", str(BLUEPRINT), "-o", str(out), "--quiet"]
        seconds, _ = process([*command, "--backend", self.backend], backend=self.backend)
        metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
        self.accuracy["ours"].append(round(metrics["test"]["accuracy"], 4))
        return seconds

    def beside(self) -> float:
        """One hand-written script."""
        seconds, printed = process([sys.executable, str(SCRIPT), str(self._fresh())], backend=self.backend)
        self.accuracy["beside"].append(round(json.loads(printed.splitlines()[-1])["test"]["accuracy"], 4))
        return seconds

    def _fresh(self) -> Path:
        self.runs += 1
        return self.folder / f"{self.backend}-{self.runs}"


def main() -> None:
    """Measure each backend and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--backend", action="append", choices=installed_backends())
    asked = parser.parse_args()
    rows, accuracy = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for backend in asked.backend or installed_backends():
            sides = Sides(backend, Path(folder))
            ours, beside = take_turns(sides.ours, sides.beside, asked.repeats)
            rows.append(Row(f"yamlnet train digits.yaml, {backend}", ours, beside, "the hand-written script"))
            report(rows[-1])
            accuracy[backend] = sides.accuracy
    write("train_digits", rows, {"test_accuracy": accuracy})


if __name__ == "__main__":
    main()
