"""Images that are decoded when they are needed: rows a second, and how much is resident.

A folder of `--count` (20,000) JPEG images of 128 × 128 is made. Three processes run one epoch over it and are
watched from outside: yamlnet's loader with `stream: true`, the same with `stream: false` (all is decoded once
and held), and a hand-written `torch.utils.data` pipeline whose two workers decode.

    python benchmarks/stream_images.py --folder /tmp
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from stream_parquet import watched

from measure import RESULTS, machine, versions

SCRIPTS = Path(__file__).resolve().parent / "scripts"
BLUEPRINT = """\
yamlnet: 1
name: stream
model:
  inputs: {x: [128, 128, 3]}
  layers: [Flatten, Dense: {units: 2, as: y}]
  outputs: y
data:
  train: {ImageFolder: images}
  inputs: {x: {column: image, channels: 3, scale: "${1 / 255}"}}
  targets: {y: {column: label, encode: index}}
  batch_size: 128
"""


def make(folder: Path, count: int) -> None:
    """Colour JPEG images, two classes."""
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(0)
    for index in range(count):
        place = folder / "images" / ("cat", "dog")[index % 2]
        place.mkdir(parents=True, exist_ok=True)
        small = random.integers(0, 255, (10, 10, 3), dtype=np.uint8)
        Image.fromarray(small).resize((128, 128)).save(place / f"{index}.jpg", quality=90)


def main() -> None:
    """Make the folder, watch the three processes, keep what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    found: dict[str, object] = {"images": asked.count}
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        os.environ["YAMLNET_CACHE"] = str(folder / "cache")
        make(folder, asked.count)
        for way, stream in (("needed", "true"), ("held", "false")):
            (folder / "stream.yaml").write_text(f"{BLUEPRINT}  stream: {stream}\n", encoding="utf-8")
            found[way] = watched([sys.executable, str(SCRIPTS / "stream_yamlnet.py")], folder)
            print(way, found[way], flush=True)
        found["torch"] = watched([sys.executable, str(SCRIPTS / "stream_images_torch.py")], folder)
        print("torch", found["torch"], flush=True)
    document = {
        "benchmark": "stream_images",
        "taken": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": versions(),
        **found,
    }
    (RESULTS / "stream_images.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
