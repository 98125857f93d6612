"""Building ResNet-50 from its blueprint, beside `keras.applications.ResNet50(weights=None)`.

Each build is the first of a fresh process. Two times are kept for each: the build alone, measured inside the
process after the imports, and the whole process with its imports.
"""

from __future__ import annotations

import argparse
import json
import sys

from measure import ROOT, Row, installed_backends, process, report, take_turns, write

SCRIPT = ROOT / "benchmarks" / "scripts" / "resnet50_build.py"


class Side:
    """One of the two: times whole processes, and collects the build times they print."""

    def __init__(self, which: str, backend: str) -> None:
        self.which = which
        self.backend = backend
        self.builds: list[float] = []

    def __call__(self) -> float:
        """One fresh process; its wall time."""
        seconds, printed = process([sys.executable, str(SCRIPT), self.which], backend=self.backend)
        self.builds.append(json.loads(printed.splitlines()[-1])["seconds"])
        return seconds


def measure(backend: str, repeats: int) -> list[Row]:
    """The build alone, and the whole process, on one backend."""
    ours, keras = Side("ours", backend), Side("keras", backend)
    whole = take_turns(ours, keras, repeats)
    # The first build of each warmed the file system's cache up, as `take_turns` has it.
    alone = Row(f"build ResNet-50, {backend}", ours.builds[1:], keras.builds[1:], "keras.applications")
    return [alone, Row(f"the whole process, {backend}", *whole, "keras.applications")]


def main() -> None:
    """Measure each backend and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--backend", action="append", choices=installed_backends())
    asked = parser.parse_args()
    rows: list[Row] = []
    for backend in asked.backend or installed_backends():
        rows += measure(backend, asked.repeats)
        report(rows[-2]), report(rows[-1])
    write("build_resnet50", rows)


if __name__ == "__main__":
    main()
