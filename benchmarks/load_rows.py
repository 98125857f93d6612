"""Rows a second of yamlnet's data beside hand-written `tf.data` and `torch.utils.data` pipelines.

Three kinds of data are made and read by each in a process of its own, all doing the same work: a CSV file
with mixed columns (numbers standardised, categories as one-hot), a folder of PNG images (decoded, resized,
scaled), and a CSV file of texts (lower-cased words as indices, padded). Each process runs three epochs of
shuffled batches. Two figures are kept: all three epochs with everything before them, and the last alone.
What is fitted (means, categories, vocabulary) each fits by itself; imports are not counted.

    python benchmarks/load_rows.py
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from measure import ROOT, Row, process, write

SCRIPTS = ROOT / "benchmarks" / "scripts"
KINDS = ("csv", "images", "texts")
PIPELINES = ("yamlnet", "tensorflow", "torch")


def make_csv(folder: Path, rows: int) -> None:
    """Four numbers, two columns of categories and a target."""
    import numpy as np

    random = np.random.default_rng(0)
    numbers = random.normal(10, 4, (rows, 4))
    colours = random.choice(["red", "green", "blue", "white", "black"], rows)
    cuts = random.choice([f"cut{index}" for index in range(12)], rows)
    with (folder / "rows.csv").open("w", encoding="utf-8") as file:
        file.write("a,b,c,d,colour,cut,y\n")
        file.writelines(
            f"{a:.4f},{b:.4f},{c:.4f},{d:.4f},{colour},{cut},{a - b:.4f}\n"
            for (a, b, c, d), colour, cut in zip(numbers, colours, cuts, strict=True)
        )


def make_images(folder: Path, count: int) -> None:
    """Colour PNG images of 96 × 96, two classes."""
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(0)
    for index in range(count):
        place = folder / "images" / ("cat", "dog")[index % 2]
        place.mkdir(parents=True, exist_ok=True)
        small = random.integers(0, 255, (12, 12, 3), dtype=np.uint8)
        Image.fromarray(small).resize((96, 96)).save(place / f"{index}.png")


def make_texts(folder: Path, rows: int) -> None:
    """Texts of 5 to 60 words of a vocabulary of 20,000, of which the frequent ones are kept."""
    import numpy as np

    random = np.random.default_rng(0)
    words = np.array([f"w{index}" for index in range(20_000)])
    with (folder / "texts.csv").open("w", encoding="utf-8") as file:
        file.write("text,y\n")
        for index in range(rows):
            chosen = words[np.minimum(random.zipf(1.3, random.integers(5, 60)), 19_999)]
            file.write(f"{' '.join(chosen)},{index % 2}\n")


def timed(pipeline: str, kind: str, folder: Path) -> dict[str, float]:
    """The seconds that one process says."""
    backend = {"tensorflow": "tensorflow", "torch": "torch"}.get(pipeline, "jax")
    command = [sys.executable, str(SCRIPTS / f"load_{pipeline}.py"), kind]
    _, told = process(command, backend=backend, cwd=folder)
    found: dict[str, float] = json.loads(told.strip().splitlines()[-1])
    return found


def compared(kind: str, folder: Path, repeats: int) -> list[Row]:
    """Both figures of one kind of data, beside each of the others; the order turns with each repetition."""
    seconds: dict[str, list[dict[str, float]]] = {name: [] for name in PIPELINES}
    for repeat in range(repeats + 1):
        for name in PIPELINES[repeat % 3 :] + PIPELINES[: repeat % 3]:
            found = timed(name, kind, folder)
            if repeat:  # the first fills the file system's cache
                seconds[name].append(found)
    rows = []
    for other in PIPELINES[1:]:
        for figure, what in (("all", "three epochs and all before them"), ("last", "the last epoch")):
            ours = [one[figure] for one in seconds["yamlnet"]]
            beside = [one[figure] for one in seconds[other]]
            rows.append(Row(f"load {kind}, {what}", ours, beside, LIBRARY[other]))
    return rows


LIBRARY = {"tensorflow": "tf.data", "torch": "torch.utils.data"}


def main() -> None:
    """Make the data, run everything in turn, keep what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    asked = parser.parse_args()
    sizes = {"csv": 200_000, "images": 3_000, "texts": 50_000}
    makers = {"csv": make_csv, "images": make_images, "texts": make_texts}
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in asked.kinds:
            os.environ["YAMLNET_CACHE"] = str(folder / "cache")
            makers[kind](folder, sizes[kind])
            rows += compared(kind, folder, asked.repeats)
    write("load_rows", rows, {"rows_of": sizes})


if __name__ == "__main__":
    main()
