"""What a run folder holds: the parameters of its models and the metrics of one part of its data, as JSON."""

from __future__ import annotations

import json
import sys

import yamlnet


def main() -> None:
    """`measure_run.py FOLDER PART`."""
    folder, part = sys.argv[1:]
    run = yamlnet.open_run(folder)
    metrics = yamlnet.evaluate(run, part)
    print(json.dumps({"parameters": run.model.count_params(), "metrics": metrics}))


if __name__ == "__main__":
    main()
