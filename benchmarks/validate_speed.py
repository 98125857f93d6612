"""`yamlnet validate` on a file with a mistake, beside `python -c "import yaml, pydantic, click"`.

Importing those three is the least that any validator written with them costs, before it has read a byte.
Both are whole processes. Also measured: a good file, and the longest file of the gallery.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from measure import ROOT, Row, process, take_turns, write

BARE = [sys.executable, "-c", "import yaml, pydantic, click"]
MISTAKE = ("filters:", "filtres:")
"""What is changed in digits.yaml, where it first stands."""


def measure(repeats: int) -> list[Row]:
    """Time each file beside the bare imports."""
    digits = ROOT / "blueprints" / "digits.yaml"
    resnet = ROOT / "blueprints" / "vision" / "resnet.yaml"
    with tempfile.TemporaryDirectory() as folder:
        wrong = Path(folder) / "wrong.yaml"
        wrong.write_text(digits.read_text(encoding="utf-8").replace(*MISTAKE, 1), encoding="utf-8")
        cases = (
            ("a file with a mistake", wrong, 1),
            ("blueprints/digits.yaml", digits, 0),
            ("blueprints/vision/resnet.yaml:50", f"{resnet}:50", 0),
            ("blueprints/vision/resnet.yaml and its 5 variants", resnet, 0),
        )
        return [_row(f"yamlnet validate: {what}", path, status, repeats) for what, path, status in cases]


def _row(what: str, path: Path | str, status: int, repeats: int) -> Row:
    validate = [sys.executable, "-m", "yamlnet", "validate", str(path)]
    ours, beside = take_turns(
        lambda: process(validate, expected=status)[0],
        lambda: process(BARE)[0],
        repeats,
    )
    return Row(what, ours, beside, "the bare imports")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20)
    write("validate_speed", measure(parser.parse_args().repeats))
