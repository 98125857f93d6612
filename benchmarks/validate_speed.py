"""`yamlnet validate` beside `python -c "import yaml, pydantic, click"`.

Importing those three is the least that any validator written with them costs, before it has read a byte.
Both are whole processes. The language alone (`--no-shapes`) is measured on a file with a mistake, a good file
and the longest of the gallery; the full verdict, shapes included, where it is in the cache: of a file that
has not changed, and of one in which only a comment has.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
from pathlib import Path

from measure import ROOT, Row, process, take_turns, write

BARE = [sys.executable, "-c", "import yaml, pydantic, click"]
VALIDATE = [sys.executable, "-m", "yamlnet", "validate"]
MISTAKE = ("filters:", "filtres:")
"""What is changed in digits.yaml, where it first stands."""


def measure(repeats: int) -> list[Row]:
    """Time each file beside the bare imports."""
    digits = ROOT / "blueprints" / "digits.yaml"
    resnet = ROOT / "blueprints" / "vision" / "resnet.yaml"
    longest = ROOT / "blueprints" / "vision" / "inception_v3.yaml"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["YAMLNET_CACHE"] = str(Path(folder) / "cache")
        wrong = Path(folder) / "wrong.yaml"
        wrong.write_text(digits.read_text(encoding="utf-8").replace(*MISTAKE, 1), encoding="utf-8")
        alone = ("--no-shapes",)
        cases: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
            ("a file with a mistake", str(wrong), 1, ()),
            ("blueprints/digits.yaml, without shapes", str(digits), 0, alone),
            ("blueprints/vision/resnet.yaml:50, without shapes", f"{resnet}:50", 0, alone),
            ("blueprints/vision/resnet.yaml and its 5 variants, without shapes", str(resnet), 0, alone),
            ("blueprints/vision/inception_v3.yaml, the longest file, without shapes", str(longest), 0, alone),
            ("blueprints/vision/inception_v3.yaml, cached full verdict", str(longest), 0, ()),
            ("blueprints/vision/resnet.yaml and its 5 variants, cached full verdict", str(resnet), 0, ()),
        )
        rows = [
            _row(f"yamlnet validate: {what}", path, status, options, repeats)
            for what, path, status, options in cases
        ]
        return [*rows, _with_a_new_comment(longest, Path(folder) / "commented.yaml", repeats)]


def _row(what: str, path: str, status: int, options: tuple[str, ...], repeats: int) -> Row:
    validate = [*VALIDATE, path, *options]
    ours, beside = take_turns(
        lambda: process(validate, expected=status)[0],
        lambda: process(BARE)[0],
        repeats,
    )
    return Row(what, ours, beside, "the bare imports")


def _with_a_new_comment(original: Path, copy: Path, repeats: int) -> Row:
    """The file is parsed and resolved, and its graph is as it was: the verdict comes from the cache."""
    numbers = itertools.count()
    text = original.read_text(encoding="utf-8")

    def validate() -> float:
        copy.write_text(f"# {next(numbers)}\n{text}", encoding="utf-8")
        return process([*VALIDATE, str(copy)])[0]

    what = f"yamlnet validate: blueprints/vision/{original.name}, another comment, cached full verdict"
    return Row(what, *take_turns(validate, lambda: process(BARE)[0], repeats), "the bare imports")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20)
    write("validate_speed", measure(parser.parse_args().repeats))
